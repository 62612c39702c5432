package room

import (
	"context"
	"errors"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/sfu/jitter"
	"github.com/relevo/relevo/sfu/opus"
)

const (
	tapDepth   = 128                          // packets: the reader is never that slow unless the machine stalls
	longest    = engine.SampleRate * 12 / 100 // samples of the longest Opus packet, 120 ms
	perSample  = 48000 / engine.SampleRate    // RTP ticks of a sample heard
	frameTicks = 960
)

// ear hears one track. It taps the track with the first ReadFrame and closes
// the tap with the first error.
type ear struct {
	track  *sfu.Track
	tap    *sfu.Tap
	dec    *opus.Decoder
	buffer *jitter.Buffer

	pcm  []int16 // decoded, of which
	left []int16 // this was not handed out
	out  []int16
}

func newEar(track *sfu.Track) (*ear, error) {
	dec, err := opus.NewDecoder(engine.SampleRate)
	if err != nil {
		return nil, err
	}
	return &ear{
		track: track, dec: dec, buffer: jitter.New(jitter.Options{}),
		pcm: make([]int16, longest+engine.FrameSamples), out: make([]int16, engine.FrameSamples),
	}, nil
}

// ReadFrame implements agentbot.Ear.
func (e *ear) ReadFrame(ctx context.Context) ([]int16, error) {
	if e.tap == nil {
		e.tap = e.track.Tap(tapDepth)
	}
	for len(e.left) < engine.FrameSamples {
		if frame, ok := e.buffer.Pop(time.Now()); ok {
			e.decode(frame)
			continue
		}
		if err := e.receive(ctx); err != nil {
			e.tap.Close()
			return nil, err
		}
	}
	copy(e.out, e.left)
	e.left = e.left[engine.FrameSamples:]
	return e.out, nil
}

// receive waits for a packet, or until the buffer has something without one.
func (e *ear) receive(ctx context.Context) error {
	bounded, cancel := ctx, context.CancelFunc(func() {})
	if wake := e.buffer.Wake(); !wake.IsZero() {
		bounded, cancel = context.WithDeadline(ctx, wake)
	}
	defer cancel()
	p, err := e.tap.Read(bounded)
	switch {
	case err == nil:
		e.buffer.Push(p.SequenceNumber, p.Timestamp, p.Payload, p.Arrival)
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return nil
	}
	return err
}

// decode adds a frame's audio to what is left of the last one.
func (e *ear) decode(frame jitter.Frame) {
	kept := copy(e.pcm, e.left)
	ticks := frame.Samples
	if ticks == 0 {
		ticks = frameTicks
	}
	room := e.pcm[kept:]
	missing := room[:min(int(ticks)/perSample, len(room))]
	n, err := len(missing), error(nil)
	switch {
	case frame.Silence:
		clear(missing)
	case frame.Lost && len(frame.Next) > 0:
		err = e.dec.DecodeFEC(frame.Next, missing)
	case frame.Lost:
		err = e.dec.Conceal(missing)
	default:
		n, err = e.dec.Decode(frame.Payload, room)
	}
	if err != nil {
		n = len(missing)
		if e.dec.Conceal(missing) != nil {
			clear(missing)
		}
	}
	e.left = e.pcm[:kept+n]
}
