package main

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/bubble"
	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/wire"
)

// console is a person's desk socket.
type console struct {
	t    *testing.T
	c    *websocket.Conn
	done chan struct{}

	mu      sync.Mutex
	id      int
	frames  []wire.Frame
	answers map[wire.ID]wire.Frame
}

func (w *whole) console(identity string) *console {
	w.t.Helper()
	token := w.deskToken(identity)
	d := websocket.Dialer{NetDialContext: w.Dial, Subprotocols: []string{wire.Subprotocol}}
	c, _, err := d.Dial("ws://relevo/v1/ws", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	k := &console{t: w.t, c: c, done: make(chan struct{}), answers: map[wire.ID]wire.Frame{}}
	go k.read()
	k.do(wire.MethodWatchDesk, wire.WatchDesk{Token: token})
	return k
}

func (w *whole) deskToken(identity string) string {
	w.t.Helper()
	token, err := w.keys.Sign(auth.Claims{Key: "devkey", Identity: identity, Name: strings.ToUpper(identity[:1]) + identity[1:], Desk: true}, time.Hour)
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

func (k *console) read() {
	defer close(k.done)
	for {
		_, b, err := k.c.ReadMessage()
		if err != nil {
			return
		}
		f, err := wire.DecodeFrame(b)
		if err != nil {
			continue
		}
		k.mu.Lock()
		if f.ID != "" {
			k.answers[f.ID] = f
		} else {
			k.frames = append(k.frames, f)
		}
		k.mu.Unlock()
	}
}

func (k *console) close() {
	_ = k.c.Close()
	<-k.done
}

// do asks for something and waits until it is done.
func (k *console) do(method string, params any) {
	k.t.Helper()
	k.mu.Lock()
	k.id++
	id := wire.ID(jsonOf(k.id))
	k.mu.Unlock()
	b, err := wire.EncodeRequest(id, method, params)
	if err != nil {
		k.t.Fatal(err)
	}
	if err := k.c.WriteMessage(websocket.TextMessage, b); err != nil {
		k.t.Fatal(err)
	}
	for range 500 {
		k.mu.Lock()
		f, ok := k.answers[id]
		k.mu.Unlock()
		if ok && f.Error != nil {
			k.t.Fatalf("%s: %v", method, f.Error.Err())
		}
		if ok {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	k.t.Fatalf("%s is not answered", method)
}

func jsonOf(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// told is the newest of a notification, when it has come.
func told[T any](k *console, method string) T {
	k.t.Helper()
	return toldThat(k, method, func(T) bool { return true })
}

// toldThat is the newest one that is as it must be, when it has come: one that
// was told before may still be there.
func toldThat[T any](k *console, method string, fits func(T) bool) (out T) {
	k.t.Helper()
	for range 500 {
		k.mu.Lock()
		for i := len(k.frames) - 1; i >= 0; i-- {
			if k.frames[i].Method != method {
				continue
			}
			var one T
			if err := json.Unmarshal(k.frames[i].Params, &one); err != nil {
				k.mu.Unlock()
				k.t.Fatal(err)
			}
			if fits(one) {
				k.frames = append(k.frames[:i:i], k.frames[i+1:]...)
				k.mu.Unlock()
				return one
			}
		}
		k.mu.Unlock()
		time.Sleep(10 * time.Millisecond)
	}
	k.t.Fatalf("%s does not come", method)
	return out
}

// joinAs joins the call as the person who has it, with a microphone.
func (w *whole) joinAs(identity, call string, voice int) *bubble.Party {
	return w.Join(identity, voice, client.Config{Token: w.deskToken(identity), Call: call, AudioSlots: 4})
}

func (w *whole) caller(name string) (*bubble.Party, wire.CreateCallResult) {
	w.t.Helper()
	var made wire.CreateCallResult
	w.rest("POST", "/v1/calls", `{"name":"`+name+`"}`, &made)
	return w.Join("caller", bubble.VoiceCaller, client.Config{Token: made.Token, AudioSlots: 2}), made
}

// Seed 000: a team kept a shadow copy of the conversation for its people, and
// could not give a caller back to the assistant. Here it rings at a person, who
// talks, gives the call back, and is asked again: there and back twice, with
// one log of it all.
func TestDeskThereAndBackTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWhole(t)
		defer w.close()
		dana := w.console("dana")
		defer dana.close()
		caller, made := w.caller("Carla")
		defer caller.Leave()
		floor := caller.AudioSlots()[0]
		caller.Await("the greeting", 5*time.Second, func() bool { return len(texts(caller, wire.TypeAgentSubtitle)) > 0 })
		var human *bubble.Party
		for range 2 {
			caller.Do(wire.MethodRequestHuman, wire.RequestHuman{Reason: "a refund"}, nil)
			o := told[wire.DeskOffer](dana, wire.NotifyDeskOffer)
			if o.Handoff.Call != made.CallID || o.Handoff.Caller != "Carla" {
				t.Fatalf("%+v", o)
			}
			dana.do(wire.MethodAccept, wire.OfferAnswer{Offer: o.Offer})
			if c := told[wire.DeskClaim](dana, wire.NotifyDeskClaim); c.Call != made.CallID {
				t.Fatalf("%+v", c)
			}
			if human == nil {
				human = w.joinAs("dana", made.CallID, bubble.VoiceHuman)
				defer human.Leave()
			}
			human.Talk(true)
			caller.AwaitState("human", 5*time.Second)
			caller.Await("dana is heard", 2*time.Second, func() bool { return caller.Hearing(floor) == bubble.VoiceHuman })
			human.Talk(false)
			time.Sleep(time.Second)
			human.Do(wire.MethodReturn, nil, nil)
			caller.AwaitState("ai", 5*time.Second)
			// The desk learns of it after the caller; until then the newest is busy.
			toldThat(dana, wire.NotifyDeskPresence, func(p wire.DeskPresence) bool { return p.Presence == "wrapUp" })
			dana.do(wire.MethodWrapUpDone, nil)
			time.Sleep(4 * time.Second)
		}
		var log wire.EntryList
		w.rest("GET", "/v1/calls/"+made.CallID+"/entries", "", &log)
		var events []string
		for i, e := range log.Entries {
			if e.Seq != int64(i+1) {
				t.Fatalf("entry %d has seq %d", i+1, e.Seq)
			}
			switch e.Event {
			case "request", "willStart", "human", "returning", "ai":
				events = append(events, e.Event)
			}
		}
		if s, want := strings.Join(events, " "), "request willStart human returning ai request willStart human returning ai"; s != want {
			t.Errorf("the one log has %q", s)
		}
		var list wire.HandoffList
		w.rest("GET", "/v1/desk/handoffs?call="+made.CallID, "", &list)
		if len(list.Handoffs) != 2 {
			t.Fatalf("%d handoffs", len(list.Handoffs))
		}
		for _, h := range list.Handoffs {
			if h.Outcome != "resolved" || h.Agent != "dana" || h.FirstResponse.Outcome != "met" {
				t.Errorf("%+v", h)
			}
		}
		caller.Unbroken(floor, false)
		if n := caller.Negotiations(); n != 1 {
			t.Errorf("%d negotiations", n)
		}
	})
}

// Nobody answers: after 60 s the caller is asked; keeps waiting, then gives up.
func TestDeskWaitAndCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWhole(t)
		defer w.close()
		caller, made := w.caller("Carla")
		defer caller.Leave()
		caller.Do(wire.MethodRequestHuman, wire.RequestHuman{}, nil)
		handoff := func() (h wire.Handoff) {
			all := caller.Notified(wire.NotifyHandoff)
			if len(all) > 0 {
				_ = json.Unmarshal(all[len(all)-1].Params, &h)
			}
			return h
		}
		caller.Await("a place in the line", 2*time.Second, func() bool { return handoff().Position == 1 })
		caller.Await("the question", 65*time.Second, func() bool { return handoff().Question == "keepWaiting" })
		caller.Do(wire.MethodKeepWaiting, nil, nil)
		time.Sleep(50 * time.Second)
		caller.AwaitState("pending", time.Second)
		caller.Do(wire.MethodCancelRequest, nil, nil)
		caller.AwaitState("ai", 2*time.Second)
		time.Sleep(time.Second)
		var list wire.HandoffList
		w.rest("GET", "/v1/desk/handoffs?call="+made.CallID, "", &list)
		if len(list.Handoffs) != 1 || list.Handoffs[0].Outcome != "cancelled" {
			t.Errorf("%+v", list)
		}
	})
}

// The caller hears the place in the line and the question, and says no.
func TestDeskWaitByVoice(t *testing.T) {
	for answer, want := range map[string]string{"yes please": "pending", "no thank you": "ai", "": "pending"} {
		synctest.Test(t, func(t *testing.T) {
			w := newWhole(t)
			defer w.close()
			w.rest("POST", "/v1/desk/settings/routing", `{"value":{"expireIn":30000000000},"version":0}`, nil)
			caller, _ := w.caller("Carla")
			defer caller.Leave()
			said := func(words string) bool {
				return strings.Contains(strings.Join(texts(caller, wire.TypeAgentSubtitle), " "), words)
			}
			caller.Await("the greeting", 5*time.Second, func() bool { return len(texts(caller, wire.TypeAgentSubtitle)) > 0 })
			caller.Do(wire.MethodRequestHuman, wire.RequestHuman{}, nil)
			caller.Await("the place in the line", 15*time.Second, func() bool { return said("You are number 1 in line.") })
			caller.Await("the question", 65*time.Second, func() bool { return said("Would you like to keep waiting?") })
			time.Sleep(time.Second)
			if answer != "" {
				w.means(bubble.VoiceCaller, answer)
				caller.Say(800 * time.Millisecond)
			}
			time.Sleep(4 * time.Second)
			if got := caller.State(); got != want {
				t.Errorf("after %q the call is in state %s", answer, got)
			}
			time.Sleep(30 * time.Second) // silence is a no then, and a yes is none
			if got := caller.State(); got != want && answer != "" || answer == "" && got != "ai" {
				t.Errorf("a while after %q the call is in state %s", answer, got)
			}
			if strings.Count(strings.Join(texts(caller, wire.TypeAgentSubtitle), " "), "You are number") > 2 {
				t.Errorf("the place is said too often: %q", texts(caller, wire.TypeAgentSubtitle))
			}
		})
	}
}

// Outside the hours the caller hears the preset reply, and leaves a number.
func TestDeskOutOfHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWhole(t)
		defer w.close()
		w.rest("POST", "/v1/desk/settings/hours", `{"value":{"timeZone":"UTC","periods":[{"kind":"weekly","days":["mon"],"from":"09:00","to":"17:00"}],"reply":"We are back on Monday."},"version":0}`, nil)
		caller, made := w.caller("Carla")
		defer caller.Leave()
		caller.Await("the greeting", 5*time.Second, func() bool { return len(texts(caller, wire.TypeAgentSubtitle)) > 0 })
		caller.Do(wire.MethodRequestHuman, wire.RequestHuman{}, nil)
		caller.Await("the reply in the AI's voice", 15*time.Second, func() bool {
			return strings.Contains(strings.Join(texts(caller, wire.TypeAgentSubtitle), " "), "We are back on Monday.")
		})
		caller.AwaitState("ai", time.Second)
		var h wire.Handoff
		all := caller.Notified(wire.NotifyHandoff)
		_ = json.Unmarshal(all[len(all)-1].Params, &h)
		if h.Reason != "outOfHours" || !h.CallBack || h.Reply != "We are back on Monday." || h.OpensAt == 0 {
			t.Errorf("%+v", h)
		}
		w.rest("POST", "/v1/calls/"+made.CallID+"/callback", `{"phone":"+49 30 1234567"}`, nil)
		var list wire.CallBackList
		w.rest("GET", "/v1/desk/callbacks", "", &list)
		if len(list.CallBacks) != 1 || list.CallBacks[0].Call != made.CallID {
			t.Errorf("%+v", list)
		}
	})
}

// A colleague is asked first, whispers, and gets the call: from one packet to
// the next the caller hears them.
func TestDeskConsultAndHandOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWhole(t)
		defer w.close()
		dana, eli := w.console("dana"), w.console("eli")
		defer dana.close()
		defer eli.close()
		eli.do(wire.MethodPresence, wire.Presence{Presence: "away"})
		caller, made := w.caller("Carla")
		defer caller.Leave()
		floor := caller.AudioSlots()[0]
		caller.Do(wire.MethodRequestHuman, wire.RequestHuman{}, nil)
		o := told[wire.DeskOffer](dana, wire.NotifyDeskOffer)
		dana.do(wire.MethodAccept, wire.OfferAnswer{Offer: o.Offer})
		first := w.joinAs("dana", made.CallID, bubble.VoiceHuman)
		defer first.Leave()
		first.Talk(true)
		caller.AwaitState("human", 5*time.Second)
		eli.do(wire.MethodPresence, wire.Presence{Presence: "available"})
		dana.do(wire.MethodConsult, wire.PassOn{Handoff: o.Handoff.ID, Agent: "eli"})
		asked := told[wire.DeskOffer](eli, wire.NotifyDeskOffer)
		if asked.Kind != "consult" {
			t.Fatalf("%+v", asked)
		}
		eli.do(wire.MethodAccept, wire.OfferAnswer{Offer: asked.Offer})
		if c := told[wire.DeskClaim](eli, wire.NotifyDeskClaim); !c.Consult {
			t.Errorf("%+v", c)
		}
		second := w.joinAs("eli", made.CallID, bubble.VoiceSecond)
		defer second.Leave()
		second.Talk(true)
		second.Do(wire.MethodSpeakTo, wire.SpeakTo{To: wire.AudienceHumans}, nil)
		time.Sleep(time.Second)
		if got := caller.Hearing(floor); got != bubble.VoiceHuman {
			t.Errorf("while they whisper the caller hears %d Hz", got)
		}
		dana.do(wire.MethodHandOver, wire.OneHandoff{Handoff: o.Handoff.ID})
		caller.Await("eli is heard", 2*time.Second, func() bool { return caller.Hearing(floor) == bubble.VoiceSecond })
		caller.Unbroken(floor, false)
		second.Do(wire.MethodReturn, nil, nil)
		caller.AwaitState("ai", 5*time.Second)
		time.Sleep(time.Second)
		var list wire.HandoffList
		w.rest("GET", "/v1/desk/handoffs?call="+made.CallID, "", &list)
		if len(list.Handoffs) != 1 || list.Handoffs[0].Outcome != "resolved" || list.Handoffs[0].Agent != "eli" {
			t.Errorf("%+v", list)
		}
	})
}

// A transfer: the AI keeps the caller company, and it rings at the colleague.
func TestDeskTransfer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWhole(t)
		defer w.close()
		dana := w.console("dana")
		defer dana.close()
		caller, made := w.caller("Carla")
		defer caller.Leave()
		floor := caller.AudioSlots()[0]
		caller.Do(wire.MethodRequestHuman, wire.RequestHuman{}, nil)
		o := told[wire.DeskOffer](dana, wire.NotifyDeskOffer)
		dana.do(wire.MethodAccept, wire.OfferAnswer{Offer: o.Offer})
		first := w.joinAs("dana", made.CallID, bubble.VoiceHuman)
		defer first.Leave()
		first.Talk(true)
		caller.AwaitState("human", 5*time.Second)
		eli := w.console("eli")
		defer eli.close()
		dana.do(wire.MethodTransfer, wire.PassOn{Handoff: o.Handoff.ID, Agent: "eli"})
		caller.Await("the AI is heard", 3*time.Second, func() bool { return caller.Hearing(floor) == bubble.VoiceAI })
		again := told[wire.DeskOffer](eli, wire.NotifyDeskOffer)
		if again.Kind != "transfer" || again.Handoff.Call != made.CallID {
			t.Fatalf("%+v", again)
		}
		eli.do(wire.MethodAccept, wire.OfferAnswer{Offer: again.Offer})
		second := w.joinAs("eli", made.CallID, bubble.VoiceSecond)
		defer second.Leave()
		second.Talk(true)
		caller.Await("eli is heard", 5*time.Second, func() bool { return caller.Hearing(floor) == bubble.VoiceSecond })
		caller.Unbroken(floor, false)
	})
}
