package agentbot

import (
	"context"
	"errors"
)

// ErrStale is what a Voice returns for a frame that nobody hears, because its
// epoch is over or its room is closed.
var ErrStale = errors.New("agentbot: frame of another epoch")

// Voice is where an agent's audio goes.
type Voice interface {
	// WriteFrame forwards one Opus frame now. It does not block and does not
	// keep opus. An error means that nobody heard the frame; ErrStale (errors.Is)
	// that the epoch is over.
	WriteFrame(epoch uint64, opus []byte, samples48k uint32) error
}

// Ear is a leg's audio.
type Ear interface {
	// ReadFrame returns the next engine.FrameSamples samples, one frame every
	// 20 ms, silence where the leg sends none, from its first packet on; so the
	// end of a turn is noticed when a client stops sending. The slice may be
	// changed by the reader and is its own until the next call. io.EOF: the leg
	// is gone.
	ReadFrame(ctx context.Context) (pcm []int16, err error)
}
