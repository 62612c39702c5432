package bubble

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/relevo/relevo/sfu/opus"
	"github.com/relevo/relevo/sfu/tone"
	"github.com/relevo/relevo/signaling/wire"
)

// Told is all that the party was told so far.
func (p *Party) Told() []Told {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.told)
}

// Notified are the notifications of method, in order.
func (p *Party) Notified(method string) []Told {
	return slices.DeleteFunc(p.Told(), func(x Told) bool { return x.Env != nil || x.Method != method })
}

// Channelled are the envelopes of a type, in order.
func (p *Party) Channelled(t wire.Type) []wire.Envelope {
	var out []wire.Envelope
	for _, x := range p.Told() {
		if x.Env != nil && x.Env.Type == t {
			out = append(out, *x.Env)
		}
	}
	return out
}

// Sentences are the finished sentences that the party was shown under a type.
func (p *Party) Sentences(t wire.Type) []wire.Subtitle {
	var out []wire.Subtitle
	for _, e := range p.Channelled(t) {
		var s wire.Subtitle
		if json.Unmarshal(e.Data, &s) == nil && s.End && s.Text != "" {
			out = append(out, s)
		}
	}
	return out
}

// Await waits until cond holds and fails the test where it does not in time.
func (p *Party) Await(what string, within time.Duration, cond func() bool) {
	p.t.Helper()
	deadline := time.Now().Add(within)
	for !cond() {
		if time.Now().After(deadline) {
			p.t.Fatalf("%s: not within %v: %s\n%s", p.name, within, what, p.Dump())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// AwaitNotify waits for the n-th notification of method and returns it.
func (p *Party) AwaitNotify(method string, n int, within time.Duration) Told {
	p.t.Helper()
	p.Await(fmt.Sprintf("%s (%d)", method, n), within, func() bool { return len(p.Notified(method)) >= n })
	return p.Notified(method)[n-1]
}

// State is the call's state as the party was told last.
func (p *Party) State() string {
	state := p.Joined().Call.State
	for _, x := range p.Notified(wire.NotifyCallState) {
		var s wire.CallState
		if json.Unmarshal(x.Params, &s) == nil {
			state = s.State
		}
	}
	return state
}

// AwaitState waits until the party is told that the call is in state.
func (p *Party) AwaitState(state string, within time.Duration) {
	p.t.Helper()
	p.Await("state "+state, within, func() bool { return p.State() == state })
}

// Cursor is the newest log seq that the party was told of by the socket.
func (p *Party) Cursor() int64 {
	newest := p.Joined().Cursor
	for _, x := range p.Told() {
		var d struct{ Seq int64 }
		if x.Env == nil && json.Unmarshal(x.Params, &d) == nil {
			newest = max(newest, d.Seq)
		}
	}
	return newest
}

// Takeovers are the takeover events that the party was told by one way, "socket"
// or "channel", in order.
func (p *Party) Takeovers(way string) string {
	methods := map[string]string{wire.NotifyHumanTakeoverWillStart: "willStart", wire.NotifyHumanTakeoverConnected: "connected",
		wire.NotifyHumanTakeoverFailed: "failed", wire.NotifyHumanTakeoverEnded: "ended"}
	types := map[wire.Type]string{wire.TypeHumanTakeoverWillStart: "willStart", wire.TypeHumanTakeoverConnected: "connected"}
	var out []string
	for _, x := range p.Told() {
		event := methods[x.Method]
		if x.Env != nil {
			event = types[x.Env.Type]
		}
		if event != "" && (x.Env == nil) == (way == "socket") {
			out = append(out, event)
		}
	}
	return strings.Join(out, " ")
}

// Dump is what the party was told, for a failing test.
func (p *Party) Dump() string {
	var b strings.Builder
	for _, x := range p.Told() {
		if x.Env != nil {
			fmt.Fprintf(&b, "  %s %s channel %d %s\n", p.name, p.w.Since(x.At), x.Env.Type, x.Env.Data)
		} else {
			fmt.Fprintf(&b, "  %s %s socket %s %s\n", p.name, p.w.Since(x.At), x.Method, x.Params)
		}
	}
	return b.String()
}

// Heard are the frames of a slot.
func (p *Party) Heard(mid string) []Frame {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(p.frames), func(f Frame) bool { return f.MID != mid })
}

// Tone is a frame and the voice it carried, 0 for none.
type Tone struct {
	Frame
	Hertz int
}

// Ear decodes a slot and names the voice in each frame.
func (p *Party) Ear(mid string) []Tone {
	p.t.Helper()
	return p.decode(p.Heard(mid))
}

func (p *Party) decode(frames []Frame) []Tone {
	p.t.Helper()
	dec, err := opus.NewDecoder(48000)
	if err != nil {
		p.t.Fatal(err)
	}
	var out []Tone
	pcm := make([]int16, 5760)
	for _, f := range frames {
		n, err := dec.Decode(f.Payload, pcm)
		if err != nil {
			p.t.Errorf("%s got a frame that does not decode: %v", p.name, err)
			continue
		}
		out = append(out, Tone{f, int(tone.Loudest(pcm[:n], 48000, VoiceAI, VoiceCaller, VoiceHuman, VoiceSecond))})
	}
	return out
}

// Hearing is the voice of the last 100 ms of a slot, 0 for none.
func (p *Party) Hearing(mid string) int {
	frames := p.Heard(mid)
	// A decoder needs a few frames to settle.
	all := p.decode(frames[max(0, len(frames)-12):])
	for i := len(all) - 1; i >= 0 && time.Since(all[i].At) < 100*time.Millisecond; i-- {
		if all[i].Hertz != 0 {
			return all[i].Hertz
		}
	}
	return 0
}

// Unbroken checks that a slot is one stream: timestamps rise by whole frames,
// and no number is missing (unless the network loses), twice or out of order.
func (p *Party) Unbroken(mid string, lossy bool) {
	p.t.Helper()
	frames := p.Heard(mid)
	for i := 1; i < len(frames); i++ {
		a, b := frames[i-1], frames[i]
		if d := b.SN - a.SN; d != 1 && !lossy || d == 0 || d > 1<<15 {
			p.t.Errorf("%s: sequence break at %s: %d after %d", p.name, p.w.Since(b.At), b.SN, a.SN)
		}
		if d := int32(b.TS - a.TS); d <= 0 || d%960 != 0 {
			p.t.Errorf("%s: timestamp break at %s: %+d", p.name, p.w.Since(b.At), d)
		}
	}
}
