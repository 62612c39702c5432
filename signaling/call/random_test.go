package call_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/signaling/bubble"
	"github.com/relevo/relevo/signaling/call"
	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/takeover"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// number is an environment variable, or what it is without. Unlike flags these
// let go test remember a result.
func number(t *testing.T, name string, without uint64) uint64 {
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

// Random schedules of takeover, return, loss and reconnects. Whatever happens:
// one gapless log that is a walk through the machine, one unbroken stream at
// the caller's ear, nobody heard who has not the floor, every takeover told
// once and in order, and nothing left of the call. RELEVO_SCHEDULES says how
// many, RELEVO_SEED is the first one's, to run one again.
func TestRandomSchedules(t *testing.T) {
	first := number(t, "RELEVO_SEED", 1)
	for seed := first; seed < first+number(t, "RELEVO_SCHEDULES", 40); seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { randomSchedule(t, seed) })
		})
	}
}

type schedule struct {
	*world
	t      *testing.T
	r      *rand.Rand
	c      *call.Call
	caller *bubble.Party
	humans []*person
	lossy  bool
	steps  []string
}

type person struct {
	*bubble.Party
	name string
}

func (s *schedule) note(format string, args ...any) {
	s.steps = append(s.steps, s.Since(time.Now())+" "+fmt.Sprintf(format, args...))
}

func randomSchedule(t *testing.T, seed uint64) {
	s := &schedule{world: newWorld(t, nil), t: t, r: rand.New(rand.NewPCG(seed, 7))}
	s.c = s.create(call.Spec{})
	s.caller = s.Join("caller", bubble.VoiceCaller, client.Config{Token: s.token(s.c, "carla", wire.RoleCaller)})
	for range 5 + s.r.IntN(6) {
		s.step()
		time.Sleep(time.Duration(s.r.IntN(700)) * time.Millisecond)
	}
	s.Lose(0)
	time.Sleep(time.Second)
	how := s.r.IntN(3)
	s.note("the call ends, way %d", how)
	switch how {
	case 0:
		s.caller.Do(wire.MethodHangup, nil, nil)
	case 1:
		if err := s.c.Hangup(context.Background(), "app"); err != nil {
			t.Errorf("hang-up by the app: %v", err)
		}
	}
	s.caller.Leave()
	for _, h := range s.humans {
		h.Leave()
	}
	<-s.c.Done()
	s.walk(s.entries(s.c))
	s.eventsOnce()
	s.ear(s.entries(s.c))
	s.read(s.entries(s.c))
	if t.Failed() {
		t.Logf("schedule %d:\n%s\n%s", seed, strings.Join(s.steps, "\n"), s.caller.Dump())
	}
	s.close()
}

// human is dana or, less often, sam; they join when they are not there.
func (s *schedule) human() *person {
	name, hertz := "dana", bubble.VoiceHuman
	if s.r.IntN(3) == 0 {
		name, hertz = "sam", bubble.VoiceSecond
	}
	for _, h := range s.humans {
		if h.name == name {
			return h
		}
	}
	p, err := s.TryJoin(name, hertz, client.Config{Token: s.desk(name), Call: s.c.ID(), AudioSlots: 3})
	if err != nil {
		s.t.Errorf("%s could not join: %v", name, err)
		return nil
	}
	p.Talk(true)
	h := &person{p, name}
	s.humans = append(s.humans, h)
	s.note("%s joins", name)
	return h
}

// someone is a human who is there, nil for none.
func (s *schedule) someone() *person {
	if len(s.humans) == 0 {
		return nil
	}
	return s.humans[s.r.IntN(len(s.humans))]
}

func (s *schedule) step() {
	switch s.r.IntN(16) {
	case 0, 1, 2, 3:
		h := s.human()
		if h == nil {
			return
		}
		mode := wire.ModeOwnVoice
		if s.r.IntN(4) == 0 {
			mode = wire.ModeAgentVoice
		}
		s.expected("takeover by "+h.name, h.Try(wire.MethodTakeover, inMode(mode), nil))
	case 4, 5:
		if h := s.someone(); h != nil {
			s.expected("return by "+h.name, h.Try(wire.MethodReturn, nil, nil))
		}
	case 6:
		if h := s.someone(); h != nil {
			s.note("%s closes the tab", h.name)
			h.Leave()
			for i := range s.humans {
				if s.humans[i] == h {
					s.humans = append(s.humans[:i:i], s.humans[i+1:]...)
					break
				}
			}
		}
	case 7:
		s.reconnect("caller", s.caller)
	case 8:
		if h := s.someone(); h != nil {
			s.reconnect(h.name, h.Party)
		}
	case 9:
		s.note("5 %% of all packets are lost")
		s.lossy = true
		s.Lose(5)
	case 10:
		s.expected("request", s.caller.Try(wire.MethodRequestHuman, wire.RequestHuman{}, nil))
		if s.r.IntN(2) == 0 {
			time.Sleep(time.Duration(s.r.IntN(300)) * time.Millisecond)
			s.expected("cancel", s.caller.Try(wire.MethodCancelRequest, nil, nil))
		}
	case 12, 13:
		h := s.human()
		if h == nil {
			return
		}
		mode := wire.TakeoverMode(min(s.r.IntN(4), 1))
		_, err := s.c.HandOver(context.Background(), call.Claimant{Identity: h.name, Name: h.name, Mode: mode})
		s.expected("hand over to "+h.name, err)
	case 14:
		s.expected("put back into the line", s.c.Requeue(context.Background(), "", "transferred"))
	case 15:
		if h := s.someone(); h != nil {
			to := []wire.Audience{wire.AudienceNobody, wire.AudienceHumans, wire.AudienceEveryone}[s.r.IntN(3)]
			s.expected(h.name+" speaks to "+string(to), h.Try(wire.MethodSpeakTo, wire.SpeakTo{To: to}, nil))
		}
	case 11:
		s.note("the caller talks")
		s.bot(0).hear("caller", call.ParticipantID(s.c.ID(), "carla"), fmt.Sprint("u", len(s.steps)), "hello", "there")
	}
}

// expected: a request succeeds or is refused for a reason; nothing breaks.
func (s *schedule) expected(what string, err error) {
	s.note("%s: %v", what, err)
	var e *wire.Error
	if err != nil && (!errors.As(err, &e) || e.Kind != wire.KindConflict && e.Kind != wire.KindForbidden && e.Kind != wire.KindTimeout) {
		s.t.Errorf("%s: %v", what, err)
	}
}

func (s *schedule) reconnect(name string, p *bubble.Party) {
	s.note("%s loses the socket", name)
	p.DropSocket()
	time.Sleep(time.Duration(s.r.IntN(1500)) * time.Millisecond)
	if err := p.Return(); err != nil {
		s.t.Errorf("%s cannot resume: %v", name, err)
	}
	s.note("%s is back", name)
}

// walk: the log is gapless and its transitions are a walk through the machine.
func (s *schedule) walk(entries []transcripts.Entry) {
	events := map[string]takeover.Event{"request": takeover.Request, "cancel": takeover.Cancel, "willStart": takeover.Claim,
		"human": takeover.MediaReady, "failed": takeover.ClaimTimeout, "handedOver": takeover.HandOver, "lost": takeover.HumanLost, "returning": takeover.Release,
		"ai": takeover.AIReady, "ended": takeover.Hangup}
	m := takeover.Machine{}
	var epoch uint64
	for i, e := range entries {
		if e.Seq != int64(i+1) {
			s.t.Errorf("entry %d has seq %d", i+1, e.Seq)
		}
		event, transition := events[e.Event]
		if !transition {
			continue
		}
		next, _, ok := m.Step(event)
		if !ok {
			s.t.Errorf("seq %d: %s is not possible in state %v", e.Seq, e.Event, m.State)
			continue
		}
		if e.Epoch < epoch {
			s.t.Errorf("seq %d: the epoch falls from %d to %d", e.Seq, epoch, e.Epoch)
		}
		m, epoch = next, e.Epoch
	}
	if m.State != takeover.Ended {
		s.t.Errorf("the log ends in state %v", m.State)
	}
}

// eventsOnce: to the caller each takeover is told once, in order, over all the
// sockets they had; and by data channel in the same order.
func (s *schedule) eventsOnce() {
	open, connected := "", false
	seen := map[string]bool{}
	var socket, channel []string
	for _, x := range s.caller.Told() {
		data := x.Params
		if x.Env != nil {
			data = x.Env.Data
		}
		var d struct{ TakeoverUID string }
		_ = json.Unmarshal(data, &d)
		if x.Env != nil {
			if x.Env.Type == wire.TypeHumanTakeoverWillStart || x.Env.Type == wire.TypeHumanTakeoverConnected {
				channel = append(channel, fmt.Sprint(x.Env.Type, d.TakeoverUID))
			}
			continue
		}
		problem := ""
		switch x.Method {
		case wire.NotifyHumanTakeoverWillStart:
			socket = append(socket, fmt.Sprint(wire.TypeHumanTakeoverWillStart, d.TakeoverUID))
			if open != "" {
				problem = "begins while another is open"
			}
			open, connected = d.TakeoverUID, false
		case wire.NotifyHumanTakeoverConnected:
			socket = append(socket, fmt.Sprint(wire.TypeHumanTakeoverConnected, d.TakeoverUID))
			if open != d.TakeoverUID || connected {
				problem = "connected out of order"
			}
			connected = true
		case wire.NotifyHumanTakeoverFailed:
			if open != d.TakeoverUID || connected {
				problem = "failed out of order"
			}
			open = ""
		case wire.NotifyHumanTakeoverEnded:
			if open != d.TakeoverUID || !connected {
				problem = "ended out of order"
			}
			open = ""
		default:
			continue
		}
		if key := x.Method + d.TakeoverUID; seen[key] {
			problem = "told twice"
		} else {
			seen[key] = true
		}
		if problem != "" {
			s.t.Errorf("at %s takeover %s: %s %s", s.Since(x.At), d.TakeoverUID, x.Method, problem)
		}
	}
	if a, b := strings.Join(socket, " "), strings.Join(channel, " "); a != b {
		s.t.Errorf("by socket %q, by data channel %q", a, b)
	}
}

// ear: the stream never breaks, and only who has the floor is heard. At a cut
// to a human's own voice, one frame may be missing, and the AI is in none after
// the human's first.
func (s *schedule) ear(entries []transcripts.Entry) {
	floor := s.caller.AudioSlots()[0]
	s.caller.Unbroken(floor, s.lossy)
	if n := s.caller.Negotiations(); n != 1 {
		s.t.Errorf("%d negotiations in the call", n)
	}
	if !s.lossy {
		s.cuts(s.caller.Heard(floor))
	}
	reels := map[string]*bubble.Reel{"dana": bubble.ReelOf(s.t, bubble.VoiceHuman), "sam": bubble.ReelOf(s.t, bubble.VoiceSecond)}
	ai := bubble.ReelOf(s.t, bubble.VoiceAI)
	for _, f := range s.caller.Heard(floor) {
		holder, mode, settled := floorAt(entries, f.At)
		if !settled {
			continue
		}
		for name, r := range reels {
			if r.Has(f.Payload) && (holder != name || mode != 1) {
				s.t.Errorf("at %s the caller hears %s while the floor is %q's in mode %d", s.Since(f.At), name, holder, mode)
				return
			}
		}
		if holder != "" && mode == 1 && ai.Has(f.Payload) {
			s.t.Errorf("at %s the caller hears the AI while %s has the floor", s.Since(f.At), holder)
			return
		}
	}
}

// cuts looks at every frame of a human after one of the AI's.
func (s *schedule) cuts(frames []bubble.Frame) {
	ai := bubble.ReelOf(s.t, bubble.VoiceAI)
	human := func(f bubble.Frame) bool {
		return bubble.ReelOf(s.t, bubble.VoiceHuman).Has(f.Payload) || bubble.ReelOf(s.t, bubble.VoiceSecond).Has(f.Payload)
	}
	for i := 1; i < len(frames); i++ {
		a, b := frames[i-1], frames[i]
		if !ai.Has(a.Payload) || !human(b) {
			continue
		}
		if gap := b.At.Sub(a.At) - 20*time.Millisecond; gap > 20*time.Millisecond {
			s.t.Errorf("at %s the cut leaves a gap of %v", s.Since(b.At), gap)
		}
		// The shortest stay of a human is longer than this.
		for _, f := range frames[i:min(i+5, len(frames))] {
			if ai.Has(f.Payload) && f.At.Sub(b.At) < 60*time.Millisecond && !s.returnedAt(f.At) {
				s.t.Errorf("at %s a frame of the AI after the cut", s.Since(f.At))
			}
		}
	}
}

// returnedAt says whether the floor went back to the AI just before at.
func (s *schedule) returnedAt(at time.Time) bool {
	for _, e := range s.entries(s.c) {
		if (e.Event == "lost" || e.Event == "ai") && at.Sub(e.Start) > -100*time.Millisecond && at.Sub(e.Start) < 200*time.Millisecond {
			return true
		}
	}
	return false
}

// read: each finished sentence is shown to the caller once, in the order of the
// log, and none is missing.
func (s *schedule) read(entries []transcripts.Entry) {
	var want, got []int64
	for _, e := range entries {
		if e.Kind == transcripts.KindSentence && e.Role == "caller" {
			want = append(want, e.Seq)
		}
	}
	for _, sub := range s.caller.Sentences(wire.TypeUserSubtitle) {
		got = append(got, sub.Seq)
	}
	if fmt.Sprint(want) != fmt.Sprint(got) {
		s.t.Errorf("the log has the caller's sentences %v, the caller was shown %v", want, got)
	}
}

// floorAt says who has the floor at a time, "" for the AI, by the log. Around
// a change it is not settled: the entry is written after the cut.
func floorAt(entries []transcripts.Entry, at time.Time) (holder string, mode int, settled bool) {
	const before, after = 150 * time.Millisecond, 30 * time.Millisecond
	settled = true
	for _, e := range entries {
		switch e.Event {
		case "human", "handedOver", "lost", "ai", "ended":
		default:
			continue
		}
		if d := at.Sub(e.Start); d > -before && d < after {
			settled = false
		}
		if e.Start.After(at) {
			continue
		}
		holder = ""
		if e.Event == "human" || e.Event == "handedOver" {
			var d struct {
				Name         string
				TakeoverMode int
			}
			_ = json.Unmarshal(e.Data, &d)
			holder, mode = d.Name, d.TakeoverMode
		}
	}
	return holder, mode, settled
}
