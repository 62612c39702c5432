package sfu

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/pion/rtp"
)

// localPause is the lateness from which a local source counts as having
// paused: its RTP clock then follows the wall clock, so that a receiver does
// not stretch or squeeze what follows.
const localPause = 40 * time.Millisecond

// maxFrame is the longest Opus packet, 120 ms, in ticks of 48 kHz.
const maxFrame = 5760

// Frame is one Opus packet of a local source.
type Frame struct {
	Epoch      uint64 // the term of the floor it was made for
	Opus       []byte // only lent
	Samples48k uint32 // duration in ticks of 48 kHz; 960 is 20 ms
	Marker     bool   // first of a talk spurt
}

// LocalSource is an in-process voice.
type LocalSource struct {
	// fixed
	track *Track

	// Guarded by mu, which only writers take: it makes two of them take turns.
	mu   sync.Mutex
	hdr  rtp.Header
	next uint32    // timestamp of the next frame when it comes in time
	due  time.Time // when it is due; zero before the first
}

func newLocalSource(t *Track) *LocalSource {
	return &LocalSource{
		track: t,
		next:  rand.Uint32(),                                                 //nolint:gosec // no secret
		hdr:   rtp.Header{Version: 2, SequenceNumber: uint16(rand.Uint32())}, //nolint:gosec // no secret
	}
}

// Track returns the published track.
func (s *LocalSource) Track() *Track { return s.track }

// Write forwards a frame at once; the writer paces. A frame of another epoch
// than the room's is dropped for everyone and counted, and the error is
// ErrStaleEpoch: nobody has heard it. So is a frame that lost the race with
// GiveFloor: after GiveFloor has returned no floor slot takes a frame of the
// old term, and Write's result says on which side of the cut a frame fell.
// ErrTrackEnded says that the participant has left.
func (s *LocalSource) Write(f Frame) error {
	if len(f.Opus) == 0 || f.Samples48k == 0 || f.Samples48k > maxFrame {
		return ErrFrame
	}
	t := s.track
	select {
	case <-t.gone:
		return ErrTrackEnded
	default:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := t.owner.room
	if r.epoch.Load() != f.Epoch {
		t.stats.stale.Add(1)
		return ErrStaleEpoch
	}
	now := time.Now()
	s.hdr.Marker = f.Marker
	if late := now.Sub(s.due); s.due.IsZero() || late > localPause {
		if !s.due.IsZero() {
			s.next += uint32((late + 10*time.Millisecond) / (20 * time.Millisecond) * 960) //nolint:gosec // modular arithmetic is meant
		}
		s.due, s.hdr.Marker = now, true
	}
	s.hdr.Timestamp = s.next
	if t.arrived(len(f.Opus), now) {
		onFloor := t.forward(&s.hdr, f.Opus, now)
		s.hdr.SequenceNumber++
		if !onFloor && r.epoch.Load() != f.Epoch {
			t.stats.stale.Add(1)
			return ErrStaleEpoch
		}
	}
	s.next += f.Samples48k
	s.due = s.due.Add(time.Duration(f.Samples48k) * time.Second / 48000)
	return nil
}
