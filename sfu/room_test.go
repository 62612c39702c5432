package sfu

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

func frame(epoch uint64) Frame {
	return Frame{Epoch: epoch, Opus: []byte{0xf8, 0xff, 0xfe}, Samples48k: 960}
}

func TestEpochGuardsLocalFrames(t *testing.T) {
	inWorld(t, func(w *world) {
		ai := w.agent(0)
		listener := w.join(clientSpec{id: "observer", role: Observer, audioSlots: 1})
		must(t, w.room.GiveFloor(nil, 5))
		for _, epoch := range []uint64{0, 4, 6} {
			if err := ai.voice.Write(frame(epoch)); !errors.Is(err, ErrStaleEpoch) {
				t.Errorf("epoch %d: %v", epoch, err)
			}
		}
		time.Sleep(time.Second)
		if n := len(listener.packets(audio, 0)); n != 0 {
			t.Errorf("%d stale frames were heard", n)
		}
		must(t, ai.voice.Write(frame(5)))
		time.Sleep(time.Second)
		if n := len(listener.packets(audio, 0)); n != 1 {
			t.Errorf("%d frames of the term were heard", n)
		}
		if n := w.engine.Stats().DroppedStale; n != 3 {
			t.Errorf("%d stale frames counted", n)
		}
		if err := w.room.GiveFloor(nil, 4); !errors.Is(err, ErrStaleEpoch) {
			t.Errorf("an older epoch: %v", err)
		}
		if err := w.room.GiveFloor(ai.voice.Track(), 5); err != nil {
			t.Errorf("the same epoch: %v", err)
		}
		ai.p.Leave()
		if err := ai.voice.Write(frame(5)); !errors.Is(err, ErrTrackEnded) {
			t.Errorf("after the end: %v", err)
		}
		if track, epoch := w.room.Floor(); track != nil || epoch != 5 {
			t.Errorf("floor after its holder left: %v, %d", track, epoch)
		}
		if err := w.room.GiveFloor(ai.voice.Track(), 6); !errors.Is(err, ErrTrackEnded) {
			t.Errorf("floor for an ended track: %v", err)
		}
		listener.leave()
	})
}

// A local source that paused goes on with its clock moved by the pause.
func TestLocalSourcePause(t *testing.T) {
	inWorld(t, func(w *world) {
		ai := w.agent(0)
		tap := ai.voice.Track().Tap(100)
		defer tap.Close()
		write := func(n int) {
			for range n {
				must(t, ai.voice.Write(frame(0)))
				time.Sleep(20 * time.Millisecond)
			}
		}
		write(5)
		time.Sleep(1234 * time.Millisecond)
		write(5)
		var packets []Packet
		for range 10 {
			p, err := tap.Read(context.Background())
			must(t, err)
			packets = append(packets, p)
		}
		for i := 1; i < 10; i++ {
			step := packets[i].Timestamp - packets[i-1].Timestamp
			elapsed := packets[i].Arrival.Sub(packets[i-1].Arrival)
			if off := time.Duration(step)*time.Second/48000 - elapsed; off > 10*time.Millisecond || off < -10*time.Millisecond {
				t.Errorf("packet %d: the clock moved %d ticks in %v", i, step, elapsed)
			}
			if packets[i].SequenceNumber != packets[i-1].SequenceNumber+1 {
				t.Errorf("packet %d: sequence break", i)
			}
			if packets[i].Marker != (i == 5) {
				t.Errorf("packet %d: marker %v", i, packets[i].Marker)
			}
		}
	})
}

// hears says whether a slot gets packets in the next half second. What was
// sent before is let through first: the speakers' clocks tick with the test's.
func (c *client) hears(n int) bool {
	synctest.Wait()
	before := len(c.packets(audio, n))
	time.Sleep(500 * time.Millisecond)
	return len(c.packets(audio, n)) > before
}

func TestAudience(t *testing.T) {
	inWorld(t, func(w *world) {
		caller := w.join(clientSpec{id: "caller", role: Caller, publish: []Source{Microphone}, audioSlots: 2})
		human := w.join(clientSpec{id: "human", role: Human, publish: []Source{Microphone}, audioSlots: 1})
		observer := w.join(clientSpec{id: "observer", role: Observer, publish: []Source{Microphone}, audioSlots: 2})
		mic := human.microphone(toneHuman, 1, 1)
		other := observer.microphone(toneCaller, 1, 1)
		must(t, w.room.GiveFloor(human.track(Microphone), 1))
		if caller.hears(0) || caller.hears(1) || observer.hears(1) {
			t.Error("a human is heard before it has an audience")
		}
		human.p.SetAudience(Roles(Observer))
		if caller.hears(0) || !observer.hears(1) {
			t.Error("an audience of observers")
		}
		human.p.SetAudience(Everyone)
		if !caller.hears(0) || caller.hears(1) {
			t.Error("the floor is one slot and nothing else")
		}
		// Nothing at all after SetAudience has returned: the moment counts.
		human.p.SetAudience(Nobody)
		synctest.Wait() // a packet that was taken before is on its way out
		out := w.engine.Stats().PacketsOut
		if caller.hears(0) || w.engine.Stats().PacketsOut != out {
			t.Error("heard after the audience was taken away")
		}
		// Three-way: a second human on the caller's other slot.
		human.p.SetAudience(Everyone)
		must(t, w.room.GiveFloor(nil, 2))
		if caller.hears(0) || !caller.hears(1) {
			t.Error("the second slot carries who is heard beside the floor")
		}
		mic.end()
		other.end()
		caller.leave()
		human.leave()
		observer.leave()
	})
}

func TestSubscription(t *testing.T) {
	inWorld(t, func(w *world) {
		ai := w.agent(0)
		caller := w.join(clientSpec{id: "caller", role: Caller, publish: []Source{Microphone}, audioSlots: 1})
		human := w.dial(clientSpec{id: "human", role: Human, audioSlots: 2})
		human.p.SetSubscription(Subscription{Mode: SubscribeNone})
		ai.speak(t)
		mic := caller.microphone(toneCaller, 1, 1)
		if human.hears(0) || human.hears(1) {
			t.Error("subscribed to none, but hears")
		}
		human.p.SetSubscription(Subscription{Mode: SubscribeSome, Some: map[string]Want{"caller": {Audio: true}, "ghost": {Audio: true}}})
		if !human.hears(0) || human.hears(1) {
			t.Error("subscribed to one")
		}
		slots := human.p.Slots()
		if slots[0].ParticipantID != "caller" || slots[0].Source != Microphone || slots[1].ParticipantID != "" {
			t.Errorf("slots: %+v", slots)
		}
		human.p.SetSubscription(Subscription{Mode: SubscribeSome, Some: map[string]Want{"caller": {Video: true}}})
		if human.hears(0) {
			t.Error("subscribed to video, but hears")
		}
		human.p.SetSubscription(Subscription{Mode: SubscribeSome, Some: map[string]Want{"caller": {Audio: true}}})
		human.p.SetSubscription(Subscription{})
		if !human.hears(0) || !human.hears(1) {
			t.Error("subscribed to all")
		}
		if got := human.p.Slots(); got[0].ParticipantID != "caller" || got[1].ParticipantID != "ai" {
			t.Errorf("a stream hopped to another slot: %+v", got)
		}
		// What a subscribed participant adds later comes by itself.
		human.p.SetSubscription(Subscription{Mode: SubscribeSome, Some: map[string]Want{"late": {Audio: true}}})
		late := w.join(clientSpec{id: "late", role: Caller, publish: []Source{Microphone}})
		mic2 := late.microphone(toneHuman, 1, 1)
		if !human.hears(0) {
			t.Error("a late one is not heard")
		}
		// When it leaves, its slot goes idle and the client is told.
		mic2.end()
		late.leave()
		await(w, "idle slots", func(e SlotsChanged) bool {
			return e.P == human.p && e.Slots[0].ParticipantID == "" && e.Slots[1].ParticipantID == ""
		})
		ai.end()
		mic.end()
		caller.leave()
		human.leave()
	})
}

func TestMute(t *testing.T) {
	inWorld(t, func(w *world) {
		caller := w.join(clientSpec{id: "caller", role: Caller, publish: []Source{Microphone}})
		human := w.join(clientSpec{id: "human", role: Human, audioSlots: 1})
		tap := caller.track(Microphone).Tap(1000)
		defer tap.Close()
		mic := caller.microphone(toneCaller, 1, 1)
		if !human.hears(0) {
			t.Fatal("not heard")
		}
		caller.p.SetMuted(Microphone, true)
		synctest.Wait()
		before := len(human.packets(audio, 0))
		if human.hears(0) {
			t.Error("heard while muted")
		}
		caller.p.SetMuted(Microphone, false)
		if !human.hears(0) {
			t.Error("not heard after the mute")
		}
		packets := human.packets(audio, 0)
		if sn, _ := breaks(packets); sn != 0 {
			t.Errorf("%d sequence breaks: a mute is no loss", sn)
		}
		resumed := packets[before]
		pause := resumed.at.Sub(packets[before-1].at)
		step := time.Duration(resumed.Timestamp-packets[before-1].Timestamp) * time.Second / 48000
		if d := pause - step; !resumed.Marker || d > 20*time.Millisecond || d < -20*time.Millisecond {
			t.Errorf("after a mute of %v the clock moved %v, marker %v", pause, step, resumed.Marker)
		}
		if got := human.p.Slots()[0].ParticipantID; got != "caller" {
			t.Errorf("a muted microphone keeps its slot, got %q", got)
		}
		if w.engine.Stats().DroppedMuted == 0 {
			t.Error("nothing counted")
		}
		mic.end()
		caller.leave()
		n := 0
		for {
			if _, err := tap.Read(context.Background()); err != nil {
				if !errors.Is(err, io.EOF) {
					t.Error(err)
				}
				break
			}
			n++
		}
		if n < 45 || n > 60 {
			t.Errorf("the tap got %d packets of about 51", n)
		}
		human.leave()
	})
}

// A packet of the old source that the network kept back arrives after the
// switch, and one of the new source from before it.
func TestLatePackets(t *testing.T) {
	inWorld(t, func(w *world) {
		caller := w.join(clientSpec{id: "caller", role: Caller, audioSlots: 1})
		a := w.join(clientSpec{id: "a", role: Human, publish: []Source{Microphone}})
		b := w.join(clientSpec{id: "b", role: Human, publish: []Source{Microphone}})
		a.p.SetAudience(Everyone)
		b.p.SetAudience(Everyone)
		send := func(c *client, sn uint16) {
			must(t, c.sent[Microphone].WriteRTP(&rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: sn, Timestamp: uint32(sn) * 960}, Payload: []byte{0xf8, byte(sn)}}))
			time.Sleep(20 * time.Millisecond)
		}
		must(t, w.room.GiveFloor(a.track(Microphone), 1))
		send(a, 10)
		send(a, 12)
		send(b, 500) // before the switch
		must(t, w.room.GiveFloor(b.track(Microphone), 2))
		send(b, 502)
		send(a, 11)  // late
		send(b, 501) // older than the first of the new source
		send(b, 503)
		send(b, 503)
		must(t, w.room.GiveFloor(a.track(Microphone), 3))
		send(b, 504)
		send(a, 13)
		send(a, 11)
		packets := caller.packets(audio, 0)
		var sent, numbers []int
		for _, p := range packets {
			sent = append(sent, int(p.payload[1]))
			numbers = append(numbers, int(p.SequenceNumber-packets[0].SequenceNumber))
		}
		low := func(n int) int { return n & 0xff }
		if want := []int{10, 12, low(502), low(503), 13}; !equal(sent, want) {
			t.Errorf("forwarded %v, want %v", sent, want)
		}
		if want := []int{0, 2, 3, 4, 5}; !equal(numbers, want) {
			t.Errorf("numbered %v, want %v", numbers, want)
		}
		caller.leave()
		a.leave()
		b.leave()
	})
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestTapKeepsTheNewest(t *testing.T) {
	inWorld(t, func(w *world) {
		ai := w.agent(0)
		tap := ai.voice.Track().Tap(3)
		for i := range 5 {
			must(t, ai.voice.Write(Frame{Opus: []byte{0xf8, byte(i)}, Samples48k: 960}))
		}
		if n := tap.Dropped(); n != 2 {
			t.Errorf("%d dropped", n)
		}
		for want := byte(2); want < 5; want++ {
			p, err := tap.Read(context.Background())
			if err != nil || p.Payload[1] != want {
				t.Errorf("read %v, %v; want packet %d", p, err, want)
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if _, err := tap.Read(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		closed := make(chan error)
		go func() { _, err := tap.Read(context.Background()); closed <- err }()
		time.Sleep(time.Second)
		tap.Close()
		tap.Close()
		if err := <-closed; !errors.Is(err, io.EOF) {
			t.Error(err)
		}
		ai.p.Leave()
		if _, err := ai.voice.Track().Tap(1).Read(context.Background()); !errors.Is(err, io.EOF) {
			t.Error(err)
		}
	})
}

func TestJoinAndLeave(t *testing.T) {
	inWorld(t, func(w *world) {
		if _, err := w.room.Join("x", 0); !errors.Is(err, ErrRole) {
			t.Error(err)
		}
		if _, err := w.room.Join("x", Caller|Human); !errors.Is(err, ErrRole) {
			t.Error(err)
		}
		p, err := w.room.Join("x", Caller)
		must(t, err)
		if _, err := w.room.Join("x", Caller); !errors.Is(err, ErrDuplicate) {
			t.Error(err)
		}
		if w.room.Participant("x") != p {
			t.Error("not found")
		}
		if _, err := p.PublishLocal(Camera); !errors.Is(err, ErrSource) {
			t.Error(err)
		}
		if err := p.Send([]byte("x")); !errors.Is(err, ErrNoChannel) {
			t.Error(err)
		}
		done := make(chan struct{})
		for range 3 {
			go func() { p.Leave(); done <- struct{}{} }()
		}
		for range 3 {
			<-done
		}
		if _, err := p.PublishLocal(Microphone); !errors.Is(err, ErrLeft) {
			t.Error(err)
		}
		if err := p.AddCandidate(webrtc.ICECandidateInit{Candidate: "candidate:1 1 udp 1 10.0.0.9 1 typ host"}); !errors.Is(err, ErrLeft) {
			t.Error(err)
		}
		if _, err := p.Negotiate(context.Background(), minimalOffer, nil); !errors.Is(err, ErrLeft) {
			t.Error(err)
		}
		_, err = w.room.Join("x", Caller)
		must(t, err)
		for range 2 {
			go func() { w.room.Close(); done <- struct{}{} }()
		}
		<-done
		<-done
		if _, err := w.room.Join("y", Caller); !errors.Is(err, ErrRoomClosed) {
			t.Error(err)
		}
		if err := w.room.GiveFloor(nil, 9); !errors.Is(err, ErrRoomClosed) {
			t.Error(err)
		}
		must(t, w.engine.Close())
		w.engine.NewRoom("z", w.post).Close()
		if s := w.engine.Stats(); s.Rooms != 0 || s.Participants != 0 || s.Peers != 0 {
			t.Errorf("left over: %+v", s)
		}
	})
}

// A page that is loaded again: the new peer takes the old one's place.
func TestRejoin(t *testing.T) {
	inWorld(t, func(w *world) {
		caller := w.join(clientSpec{id: "caller", role: Caller, publish: []Source{Microphone}, audioSlots: 1})
		human := w.join(clientSpec{id: "human", role: Human, publish: []Source{Microphone}, audioSlots: 1})
		mic := caller.microphone(toneCaller, 1, 1)
		if !human.hears(0) {
			t.Fatal("not heard")
		}
		old := caller.p
		now, err := w.room.Rejoin(old)
		must(t, err)
		synctest.Wait()
		if human.hears(0) || w.room.Participant("caller") != now {
			t.Error("the old one is still there")
		}
		old.Leave()
		if _, err := w.room.Rejoin(old); !errors.Is(err, ErrLeft) {
			t.Error(err)
		}
		mic.end()
		caller.hangUp()
		if count(w, func(e PeerState) bool { return e.P == old && e.State == PeerClosed }) != 0 {
			t.Error("a replaced peer tells its end")
		}
		now.Leave()
		human.leave()
	})
}
