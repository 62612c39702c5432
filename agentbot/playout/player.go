package playout

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	latest     = 100 * time.Millisecond // behind schedule, before the schedule starts anew
	tailFrames = 10                     // silent frames that are encoded after speech
	perFrame   = 960                    // samples at 48 kHz
	maxPacket  = 1275                   // RFC 6716
)

// Output is where the frames go.
type Output interface {
	// WriteFrame forwards one Opus frame now. An error means that nobody heard
	// it. It does not block and does not keep opus.
	WriteFrame(epoch uint64, opus []byte, samples48k uint32) error
}

// What of a Report.
type What int

// What a player reports of a clip.
const (
	Began    What = iota // its first frame was forwarded
	Progress             // more words were heard
	Ended                // its last frame was heard out
	Broke                // it ended before its text did
	Refused              // the epoch is over; this clip and all after it were stopped
)

// Report is what happened to a clip.
type Report struct {
	What  What
	Clip  *Clip // nil: Refused while nothing was played
	Epoch uint64
	Heard int // code points of its text
	At    time.Time
}

// Result is what became of a clip that was stopped.
type Result struct {
	Clip  *Clip
	Begun bool
	Heard int // code points of its text
	At    time.Time
}

// Stats are a player's counters.
type Stats struct {
	Frames  uint64 // forwarded, silence too
	Speech  uint64 // forwarded, with speech
	Starved uint64 // ticks in which the clip had no audio yet
	Refused uint64
	Slips   uint64 // schedules that started anew
}

// Options of a player.
type Options struct {
	NewEncoder func(rate int) (Encoder, error) // nil: libopus
	// Played is told each frame of speech that was forwarded, by the player's
	// goroutine; it keeps nothing of it. Nil: nobody.
	Played func(at time.Time, pcm []int16, rate int)
}

// Player sends clips. Its methods may be used by any goroutine.
type Player struct {
	// fixed after NewPlayer
	out        Output
	report     func(Report)
	newEncoder func(rate int) (Encoder, error)
	played     func(at time.Time, pcm []int16, rate int)
	commands   chan func()
	stop       chan struct{}
	done       chan struct{}
	once       sync.Once

	// owned by run
	on       bool
	paused   bool
	epoch    uint64
	accepted bool // the epoch's frames have been forwarded
	queue    []*Clip
	at       int // frames of queue[0] that were forwarded
	told     int // what was last reported as heard of it
	pacing   pacing
	waiters  []chan struct{}
	encoders map[int]Encoder
	encoder  Encoder // the last one used
	rate     int     // of encoder
	silent   int     // silent frames since speech
	silence  []byte  // the last silent frame
	packet   []byte
	pcm      []int16
	stats    Stats
}

// NewPlayer starts a player that is off. report is called by the player's
// goroutine, in order, and must not block.
func NewPlayer(out Output, report func(Report), o Options) *Player {
	p := &Player{
		out: out, report: report, newEncoder: o.NewEncoder, played: o.Played,
		commands: make(chan func()), stop: make(chan struct{}), done: make(chan struct{}),
		encoders: make(map[int]Encoder), packet: make([]byte, maxPacket), pcm: make([]int16, perFrame),
	}
	if p.newEncoder == nil {
		p.newEncoder = newOpus
	}
	go p.run()
	return p
}

// Close stops the player and waits for its goroutine.
func (p *Player) Close() {
	p.once.Do(func() { close(p.stop) })
	<-p.done
}

// do lets run call f and waits for it; false when the player is closed.
func (p *Player) do(f func()) bool {
	ack := make(chan struct{})
	select {
	case p.commands <- func() { f(); close(ack) }:
		<-ack
		return true
	case <-p.done:
		return false
	}
}

// Start stops what is played and sends for epoch from now on: silence until
// there is a clip.
func (p *Player) Start(epoch uint64) (stopped []Result) {
	p.do(func() {
		stopped = p.clear()
		p.accepted = p.accepted && p.on && p.epoch == epoch
		p.on, p.epoch, p.paused = true, epoch, false
	})
	return stopped
}

// Off stops what is played and sends nothing.
func (p *Player) Off() (stopped []Result) {
	p.do(func() {
		stopped = p.clear()
		p.on, p.accepted, p.paused = false, false, false
	})
	return stopped
}

// Play adds a clip to the queue.
func (p *Player) Play(c *Clip) { p.do(func() { p.queue = append(p.queue, c) }) }

// Stop stops all clips and goes on with silence.
func (p *Player) Stop() (stopped []Result) {
	p.do(func() {
		stopped = p.clear()
		p.paused = false
	})
	return stopped
}

// Drop takes clips that have not begun out of the queue.
func (p *Player) Drop(drop func(*Clip) bool) (dropped []Result) {
	p.do(func() {
		now := time.Now()
		p.queue = slices.DeleteFunc(p.queue, func(c *Clip) bool {
			if (c == p.queue[0] && p.at > 0) || !drop(c) {
				return false
			}
			dropped = append(dropped, Result{Clip: c, At: now})
			return true
		})
	})
	return dropped
}

// Pause sends silence until Resume.
func (p *Player) Pause() { p.do(func() { p.paused = true; p.release() }) }

// Resume goes on with the frame where Pause stopped.
func (p *Player) Resume() { p.do(func() { p.paused = false }) }

// Stats returns the counters.
func (p *Player) Stats() (s Stats) {
	p.do(func() { s = p.stats })
	return s
}

// Boundary returns at the next word boundary, at once when nothing is spoken,
// or when ctx ends.
func (p *Player) Boundary(ctx context.Context) {
	reached := make(chan struct{})
	if !p.do(func() {
		p.waiters = append(p.waiters, reached)
		if !p.on || p.paused || len(p.queue) == 0 || p.at == 0 || p.queue[0].boundary(p.at) {
			p.release()
		}
	}) {
		return
	}
	select {
	case <-reached:
	case <-ctx.Done():
	case <-p.done:
	}
}
