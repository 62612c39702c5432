package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/relevo/relevo/signaling/bubble"
	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/wire"
)

// Random schedules of a caller and two agents with the whole server: requests,
// answers, takeovers past the desk, transfers, consults, returns, consoles and
// browsers that die. Whatever happens, the desk and the call agree when all is
// quiet, nobody has more than fits, and each request has its one end.
// RELEVO_DESK_SCHEDULES says how many, RELEVO_SEED is the first one's.
func TestRandomDesk(t *testing.T) {
	first, many := environment(t, "RELEVO_SEED", 1), environment(t, "RELEVO_DESK_SCHEDULES", 8)
	for seed := first; seed < first+many; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { randomDesk(t, seed, false) })
		})
	}
}

// The same with a server that is killed now and then.
func TestRandomDeskRestarts(t *testing.T) {
	first, many := environment(t, "RELEVO_SEED", 1), environment(t, "RELEVO_DESK_SCHEDULES", 6)
	for seed := first; seed < first+many; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { randomDesk(t, seed, true) })
		})
	}
}

func environment(t *testing.T, name string, without uint64) uint64 {
	s := os.Getenv(name)
	if s == "" {
		return without
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// shift is a random schedule.
type shift struct {
	*whole
	r      *rand.Rand
	call   string
	caller *bubble.Party
	agents []*worker
	steps  []string
}

// worker is an agent with a console, and a microphone when they are in the call.
type worker struct {
	name  string
	voice int
	*console
	in *bubble.Party
}

func (s *shift) note(format string, args ...any) {
	s.steps = append(s.steps, s.Since(time.Now())+" "+fmt.Sprintf(format, args...))
}

func randomDesk(t *testing.T, seed uint64, kills bool) {
	s := &shift{whole: newWhole(t), r: rand.New(rand.NewPCG(seed, 11))}
	defer s.close()
	for i, name := range []string{"dana", "eli"} {
		s.agents = append(s.agents, &worker{name: name, voice: []int{bubble.VoiceHuman, bubble.VoiceSecond}[i], console: s.console(name)})
	}
	caller, made := s.whole.caller("Carla")
	s.caller, s.call = caller, made.CallID
	s.means(bubble.VoiceCaller, "I am still here")
	for range 25 + s.r.IntN(20) {
		if kills && s.r.IntN(10) == 0 {
			s.restart()
		} else {
			s.step()
		}
		time.Sleep(time.Duration(s.r.IntN(1500)) * time.Millisecond)
	}
	// Past every wait for media, ring and sign of life. The AI hangs up on who
	// says nothing for so long.
	for range 8 {
		s.caller.Say(time.Second)
		time.Sleep(9 * time.Second)
	}
	s.agree()
	if err := s.caller.Try(wire.MethodHangup, nil, nil); err != nil {
		t.Errorf("hang-up: %v", err)
	}
	time.Sleep(5 * time.Second)
	s.over()
	s.caller.Leave()
	for _, a := range s.agents {
		s.within(a)
		if a.in != nil {
			a.in.Leave()
		}
		if a.console != nil {
			a.console.close()
		}
	}
	if t.Failed() {
		t.Logf("schedule %d:\n%s", seed, strings.Join(s.steps, "\n"))
	}
}

func (s *shift) step() {
	a := s.agents[s.r.IntN(len(s.agents))]
	other := s.agents[0]
	if other == a {
		other = s.agents[1]
	}
	if a.console == nil {
		a.console = s.console(a.name)
		s.note("%s is back", a.name)
		return
	}
	switch n := s.r.IntN(22); {
	case n < 4:
		s.did("the caller asks", s.caller.Try(wire.MethodRequestHuman, wire.RequestHuman{}, nil))
	case n == 4:
		s.did("the caller cancels", s.caller.Try(wire.MethodCancelRequest, nil, nil))
	case n < 9:
		s.did(a.name+" takes the next", a.try(wire.MethodTakeNext, nil))
		fallthrough
	case n == 9:
		if a.in == nil {
			p, err := s.TryJoin(a.name, a.voice, client.Config{Token: s.deskToken(a.name), Call: s.call, AudioSlots: 3})
			s.did(a.name+" joins", err)
			if err == nil {
				a.in = p
				p.Talk(true)
			}
		}
	case n == 10 && a.in != nil:
		s.note("%s leaves the call", a.name)
		a.in.Leave()
		a.in = nil
	case n == 11:
		s.note("%s's browser dies", a.name)
		s.within(a)
		a.console.close()
		a.console = nil
		if a.in != nil {
			a.in.Leave()
			a.in = nil
		}
	case n == 12 && a.in != nil:
		s.did(a.name+" takes over", a.in.Try(wire.MethodTakeover, wire.Takeover{TakeoverMode: wire.ModeOwnVoice}, nil))
	case n == 13 && a.in != nil:
		s.did(a.name+" returns", a.in.Try(wire.MethodReturn, nil, nil))
	case n == 14:
		s.did(a.name+" declines", s.answer(a, wire.MethodDecline))
	case n == 15 || n == 16:
		s.did(a.name+" accepts", s.answer(a, wire.MethodAccept))
	case n == 17:
		s.did(a.name+" transfers", a.try(wire.MethodTransfer, wire.PassOn{Handoff: s.live().ID, Agent: other.name}))
	case n == 18:
		s.did(a.name+" consults", a.try(wire.MethodConsult, wire.PassOn{Handoff: s.live().ID, Agent: other.name}))
		s.did(other.name+" accepts", s.answer(other, wire.MethodAccept))
	case n == 19:
		s.did(a.name+" hands over", a.try(wire.MethodHandOver, wire.OneHandoff{Handoff: s.live().ID}))
	case n == 20:
		s.did(a.name+" is done", a.try(wire.MethodWrapUpDone, nil))
	case n == 21:
		p := []string{"available", "away"}[s.r.IntN(2)]
		s.did(a.name+" is "+p, a.try(wire.MethodPresence, wire.Presence{Presence: p}))
	}
}

func (s *shift) did(what string, err error) {
	if err != nil {
		what += ": " + err.Error()
	}
	s.note("%s", what)
}

// answer is an answer to the newest offer.
func (s *shift) answer(a *worker, method string) error {
	if a.console == nil {
		return nil
	}
	var o wire.DeskOffer
	a.mu.Lock()
	for _, f := range a.frames {
		if f.Method == wire.NotifyDeskOffer {
			_ = json.Unmarshal(f.Params, &o)
		}
	}
	a.mu.Unlock()
	if o.Offer == 0 {
		return nil
	}
	return a.try(method, wire.OfferAnswer{Offer: o.Offer})
}

// try asks for something and waits for the answer.
func (k *console) try(method string, params any) error {
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
		return err
	}
	for range 1500 {
		k.mu.Lock()
		f, ok := k.answers[id]
		k.mu.Unlock()
		switch {
		case ok && f.Error != nil:
			return f.Error.Err()
		case ok:
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	k.t.Errorf("%s is not answered", method)
	return nil
}

func (s *shift) all(state string) []wire.HandoffLine {
	s.t.Helper()
	var list wire.HandoffList
	s.rest("GET", "/v1/desk/handoffs?limit=1000&call="+s.call+"&state="+state, "", &list)
	return list.Handoffs
}

// live is the handoff that goes on, or one that never was.
func (s *shift) live() wire.HandoffLine {
	if l := s.all("live"); len(l) > 0 {
		return l[0]
	}
	return wire.HandoffLine{ID: "h_none"}
}

// agree: when all is quiet the desk and the call say the same.
func (s *shift) agree() {
	s.t.Helper()
	state, live := s.caller.State(), s.all("live")
	if len(live) > 1 {
		s.t.Errorf("%d handoffs go on: %+v", len(live), live)
	}
	want := map[string][]string{"ai": nil, "pending": {"pending", "offered"}, "human": {"connected", "consulting"}}[state]
	switch {
	case len(live) == 0 && len(want) == 0:
	case len(live) == 0 || !slices.Contains(want, live[0].State):
		s.t.Errorf("the call is in %q, the desk has %+v", state, live)
	}
	if state != "human" || len(live) == 0 || live[0].Agent == "" {
		return
	}
	for _, a := range s.agents {
		if a.name == live[0].Agent && a.in != nil {
			floor := s.caller.AudioSlots()[0]
			s.caller.Await(a.name+" is heard", 3*time.Second, func() bool { return s.caller.Hearing(floor) == a.voice })
			return
		}
	}
	s.t.Errorf("the desk says that %s has the call, who is not in it", live[0].Agent)
}

// over: each request has its one end, and nobody has anything left.
func (s *shift) over() {
	s.t.Helper()
	if live := s.all("live"); len(live) > 0 {
		s.t.Errorf("the call is over, and there go on %+v", live)
	}
	for _, h := range s.all("ended") {
		if h.Outcome == "" || h.EndedAt == 0 {
			s.t.Errorf("%+v has no end", h)
		}
	}
	boss := s.console("boss")
	defer boss.close()
	var view wire.WatchDeskResult
	boss.mu.Lock()
	err := json.Unmarshal(boss.answers[wire.ID("1")].Result, &view)
	boss.mu.Unlock()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, a := range view.Agents {
		if a.Load != 0 || a.Presence == "ringing" || a.Presence == "busy" {
			s.t.Errorf("nothing goes on, and %+v", a)
		}
	}
}

// within: nobody was ever told to have more than fits.
func (s *shift) within(a *worker) {
	s.t.Helper()
	if a.console == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, f := range a.frames {
		var c wire.DeskChanged
		if f.Method != wire.NotifyDeskChanged || json.Unmarshal(f.Params, &c) != nil {
			continue
		}
		for _, l := range c.Agents {
			if l.Load > l.Capacity {
				s.t.Errorf("%+v", l)
			}
		}
	}
}
