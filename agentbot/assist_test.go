package agentbot

import (
	"testing"
	"time"
)

// The caller is asked for an address, what was understood is read back, and
// none of it is the model's; what is about something else is.
func TestAskEmail(t *testing.T) {
	type turn = []string
	for _, test := range []struct {
		name  string
		turns turn
		want  []string // said after the question
		given string
		asked int // of the model
	}{
		{"given", turn{"it's kim at example dot org", "yes"}, []string{"I understood kim at example dot org.", "Is that right?", "Thank you, I have passed it on."}, "kim@example.org", 0},
		{"refused", turn{"no thanks"}, []string{"All right, we will do without."}, "", 0},
		{"one more try", turn{"kim at gmail", "kim at gmail"}, []string{"Could you tell me the e-mail address once more, slowly?", "All right, we will do without."}, "", 0},
		{"something else", turn{"where is my parcel", "kim@example.org"}, []string{"You said: where is my parcel.", "You said: kim@example.org."}, "", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(w *world) {
				w.begin()
				w.pass(time.Second)
				w.agent.AskEmail(true)
				w.pass(6 * time.Second)
				at := w.now()
				for _, text := range test.turns {
					w.agent.Typed(Leg{ID: "caller", Role: RoleCaller}, text, false)
					w.pass(8 * time.Second)
				}
				w.wantSaid(at, test.want...)
				var given string
				for _, e := range of[EmailGiven](w, 0) {
					given += e.Address
				}
				if given != test.given || w.asks() != test.asked {
					t.Errorf("given %q, the model was asked %d times", given, w.asks())
				}
			})
		})
	}
}

// Who takes the call over ends the question, and so does knowing the address.
func TestAskEmailEnds(t *testing.T) {
	for name, end := range map[string]func(w *world){
		"known":     func(w *world) { w.agent.AskEmail(false) },
		"new epoch": func(w *world) { w.agent.SetMode(Answer, 2, nil) },
		"taken over and back": func(w *world) {
			w.agent.SetMode(Silent, 2, nil)
			w.pass(time.Second)
			w.agent.SetMode(Answer, 3, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(w *world) {
				w.begin()
				w.pass(time.Second)
				w.agent.AskEmail(true)
				w.pass(6 * time.Second)
				end(w)
				w.pass(time.Second)
				w.agent.Typed(Leg{ID: "caller", Role: RoleCaller}, "no thanks", false)
				w.pass(6 * time.Second)
				if n := w.asks(); n != 1 {
					t.Errorf("the model was asked %d times", n)
				}
			})
		})
	}
	inBubble(t, func(w *world) {
		w.begin()
		w.agent.SetMode(Company, 1, nil)
		w.pass(time.Second)
		at := w.now()
		w.agent.AskEmail(true)
		w.pass(3 * time.Second)
		w.wantSaid(at)
	})
}
