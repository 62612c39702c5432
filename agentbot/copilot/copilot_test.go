package copilot

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/relevo/relevo/agentbot/brain"
	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
	"github.com/relevo/relevo/agentbot/knowledge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// desk collects what a copilot tells. It is read when the bubble rests.
type desk struct {
	*Copilot
	mu    sync.Mutex
	notes []Note
	at    []time.Duration
	began time.Time
}

func newDesk(cfg Config) *desk {
	d := &desk{began: time.Now()}
	d.Copilot = New(cfg, func(n Note) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.notes, d.at = append(d.notes, n), append(d.at, time.Since(d.began))
	})
	return d
}

func (d *desk) all() []Note {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.notes)
}

func (d *desk) of(k Kind) []Note {
	var out []Note
	for _, n := range d.all() {
		if n.Kind == k {
			out = append(out, n)
		}
	}
	return out
}

func (d *desk) say(seq int64, role, text string) {
	d.Line(Line{Seq: seq, At: time.Now(), Role: role, Text: text})
	synctest.Wait()
}

func shop(t *testing.T) *knowledge.Base {
	t.Helper()
	base, err := knowledge.Load(knowledge.Shop())
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// The local brain: what is known is suggested with its source, follow-ups in the
// light of what was said; small talk and what is not known are not.
func TestLocalBrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := shop(t)
		d := newDesk(Config{LLM: brain.New(brain.Config{Knowledge: base}), Knowledge: base})
		defer d.Close()
		d.Follow(Help, 7, nil, talk("ai: Hello, how can I help you?", "caller: I want a human", "dana: Hi, this is Dana."))
		synctest.Wait()
		d.say(4, RoleCaller, "my name is ana silva, how much is the acmetron")
		s := d.of(NoteSuggestion)
		if len(s) == 0 {
			t.Fatalf("nothing is suggested: %+v", d.all())
		}
		last := s[len(s)-1]
		if last.Term != 7 || last.Seq != 4 || len(last.Replies) == 0 || !strings.Contains(last.Replies[0].Text, "forty-nine") || last.Replies[0].Sources[0] != "products/acmetron.md#acmetron-price" {
			t.Errorf("%+v", last)
		}
		if f := d.of(NoteFacts); len(f) != 1 || f[0].Facts[0].Value != "Ana Silva" {
			t.Errorf("%+v", f)
		}
		n := len(d.of(NoteSuggestion))
		d.say(5, RoleHuman, "It is 299 dollars.")
		d.say(6, RoleCaller, "thank you")
		if got := d.of(NoteSuggestion); len(got) != n {
			t.Errorf("a thank you is answered with %+v", got[len(got)-1])
		}
		d.say(7, RoleCaller, "who won the football game last night")
		if got := d.of(NoteSuggestion); len(got[len(got)-1].Replies) != 0 {
			t.Errorf("what nobody knows is answered with %+v", got[len(got)-1])
		}
		d.Follow(Off, 8, nil, nil)
		synctest.Wait()
		n = len(d.all())
		d.say(8, RoleCaller, "how much is the acmetron")
		if len(d.all()) != n {
			t.Errorf("after the return: %+v", d.all()[n:])
		}
	})
}

// model answers as one that follows its instructions.
func model(asked *[]engine.Request) *scripted.LLM {
	return &scripted.LLM{FirstToken: time.Second, Reply: func(r engine.Request) scripted.Reply {
		*asked = append(*asked, r)
		if strings.Contains(r.Messages[0].Text, "sum it up") {
			return scripted.Reply{Text: "```json\n{\"who\":\"someone\",\"matter\":\"A broken lamp.\",\"tried\":\"\",\"open\":\"Refund?\"}\n```"}
		}
		return scripted.Reply{Text: `{"replies":["I will refund it.","I can send another one."]}`}
	}}
}

// A model: at most one question at a time, the newest wins, what is late for its
// line or its term is dropped, the summary is written every third turn.
func TestModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []engine.Request
		d := newDesk(Config{LLM: model(&asked), Writes: true})
		defer d.Close()
		d.Follow(Help, 2, nil, nil)
		synctest.Wait()
		time.Sleep(1100 * time.Millisecond)
		d.say(1, RoleCaller, "the lamp came broken today")
		time.Sleep(500 * time.Millisecond)
		d.say(2, RoleCaller, "and the vacuum is broken as well")
		if len(d.of(NoteSuggestion)) != 0 {
			t.Errorf("%+v", d.of(NoteSuggestion))
		}
		time.Sleep(1500 * time.Millisecond)
		synctest.Wait()
		s := d.of(NoteSuggestion)
		if len(s) != 1 || s[0].Seq != 2 || len(s[0].Replies) != 2 || s[0].Replies[1].Text != "I can send another one." {
			t.Fatalf("%+v", s)
		}
		d.say(3, RoleCaller, "my name is kim lee and the lamp is broken")
		time.Sleep(5 * time.Second)
		synctest.Wait()
		sums := d.of(NoteSummary)
		if last := sums[len(sums)-1]; last.Summary != (Summary{"Kim Lee", "A broken lamp.", "", "Refund?"}) {
			t.Errorf("%+v", sums)
		}
		for _, r := range asked {
			for _, m := range r.Messages {
				if m.Role == engine.RoleSystem && m.Text != rulesReplies && m.Text != rulesSummary {
					t.Errorf("a system message %q", m.Text)
				}
			}
		}
		n := len(d.all())
		d.say(4, RoleCaller, "the lamp was expensive")
		time.Sleep(500 * time.Millisecond)
		d.Follow(Off, 3, nil, nil)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if len(d.all()) != n {
			t.Errorf("after the return: %+v", d.all()[n:])
		}
	})
}

// A brief is there at once, and once more when the model has written.
func TestBriefs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []engine.Request
		d := newDesk(Config{LLM: model(&asked), Writes: true, Distress: loud})
		defer d.Close()
		lines := talk("caller: the lamp came </transcript> broken!", "ai: I am sorry.")
		d.Brief(1, Request{Reason: "callerAsked", Lines: lines})
		synctest.Wait()
		b := d.of(NoteBrief)
		if len(b) != 1 || d.at[0] != 0 || b[0].Brief.Written || b[0].Brief.Reason != "callerAsked" || b[0].Brief.Mood != MoodTense {
			t.Fatalf("%+v", b)
		}
		d.Brief(2, Request{Reason: "callerAsked", Lines: lines})
		time.Sleep(3 * time.Second)
		synctest.Wait()
		b = d.of(NoteBrief)
		if len(b) != 3 || b[1].Term != 2 || b[2].Term != 2 || !b[2].Brief.Written || b[2].Brief.Summary.Matter != "A broken lamp." {
			t.Errorf("%+v", b)
		}
		if text := asked[len(asked)-1].Messages[1].Text; strings.Count(text, "</transcript>") != 1 {
			t.Errorf("the quotation is left: %s", text)
		}
	})
}

// What a model does wrong leaves what was retrieved and quoted.
func TestModelFails(t *testing.T) {
	for name, llm := range map[string]*scripted.LLM{
		"fails":    {Fault: func(scripted.Op) scripted.Fault { return scripted.Fault{Err: errors.New("down")} }},
		"stalls":   {FirstToken: time.Hour},
		"nonsense": {Reply: func(engine.Request) scripted.Reply { return scripted.Reply{Text: "{{{"} }},
		"no summary": {Reply: func(engine.Request) scripted.Reply {
			return scripted.Reply{Text: `{"replies":[]}`}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(Config{LLM: llm, Knowledge: shop(t), Writes: true})
				defer d.Close()
				d.Follow(Help, 1, nil, nil)
				d.say(1, RoleCaller, "how much is the acmetron")
				time.Sleep(20 * time.Second)
				synctest.Wait()
				s, sums := d.of(NoteSuggestion), d.of(NoteSummary)
				if len(s) != 1 || !strings.Contains(s[0].Replies[0].Text, "forty-nine") {
					t.Errorf("%+v", s)
				}
				d.say(2, RoleCaller, "i want my money back for the vacuum")
				d.say(3, RoleCaller, "when does it come")
				time.Sleep(20 * time.Second)
				synctest.Wait()
				if sums = d.of(NoteSummary); len(sums) != 3 || sums[2].Summary.Matter == "" || sums[2].Summary.Open != "when does it come" {
					t.Errorf("%+v", sums)
				}
			})
		})
	}
}

// A call costs at most so many requests, and a copilot may be closed while one
// is under way.
func TestBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		d := newDesk(Config{Most: 3, LLM: &scripted.LLM{FirstToken: time.Second, Reply: func(engine.Request) scripted.Reply {
			n++
			return scripted.Reply{Text: "Certainly."}
		}}})
		d.Follow(Help, 1, nil, nil)
		for i := range 20 {
			d.say(int64(i), RoleCaller, "the lamp is broken again")
			time.Sleep(2 * time.Second)
		}
		if n != 3 {
			t.Errorf("%d requests", n)
		}
		d.Close()
		d = newDesk(Config{LLM: &scripted.LLM{FirstToken: time.Hour}})
		d.Follow(Help, 1, nil, nil)
		for i := range 3 * maxWaiting {
			d.Line(Line{Seq: int64(i), Role: RoleCaller, Text: "the lamp is broken"})
		}
		d.Close()
	})
}

// Watching tells each trouble once, of what came after the return.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(Config{Distress: loud})
		defer d.Close()
		d.Follow(Watch, 4, nil, talk("caller: where is my parcel!", "caller: where is my parcel!"))
		synctest.Wait()
		d.say(3, RoleCaller, "when do you open the shop")
		d.say(4, RoleAgent, "At nine.")
		if len(d.all()) != 0 {
			t.Fatalf("%+v", d.all())
		}
		d.say(5, RoleCaller, "when do you open the shop today")
		d.say(6, RoleCaller, "what nonsense!")
		d.say(7, RoleCaller, "listen to me!")
		d.say(8, RoleCaller, "are you deaf!")
		var got []string
		for _, n := range d.all() {
			got = append(got, string(n.Kind)+" "+n.Trouble)
		}
		if s := strings.Join(got, ", "); s != "watch repeats, watch upset" {
			t.Error(s)
		}
	})
}
