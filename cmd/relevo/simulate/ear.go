package simulate

import (
	"math"
	"sync"
	"time"

	"github.com/pion/rtp"

	"github.com/relevo/relevo/sfu/opus"
)

const (
	audible   = 300.0                  // root mean square of a frame that can be heard
	pauseTime = 300 * time.Millisecond // of the AI: then it has stopped
)

// slotEar is what one slot of one client has heard. It belongs to the slot's
// reader until the client is closed.
type slotEar struct {
	latency  *histogram
	packets  uint64
	started  bool
	first    uint64 // extended sequence numbers
	highest  uint64
	repeated uint64
	window   [64]uint64 // recent extended numbers, to tell repeats from gaps
	senders  map[uint32]*senderCount
}

// senderCount tells what of a sender's frames came.
type senderCount struct{ first, last, got uint32 }

func newSlotEar() *slotEar {
	return &slotEar{latency: new(histogram), senders: make(map[uint32]*senderCount)}
}

// hear counts a packet and returns its stamp.
func (e *slotEar) hear(p *rtp.Packet, at time.Duration) (s stamp, stamped bool) {
	e.packets++
	ext := e.extend(p.SequenceNumber)
	slot := &e.window[ext%uint64(len(e.window))]
	if *slot == ext+1 {
		e.repeated++
	}
	*slot = ext + 1
	s, stamped = readStamp(p.Payload)
	if !stamped {
		return s, false
	}
	e.latency.add(at - s.at)
	c := e.senders[s.who]
	if c == nil {
		c = &senderCount{first: s.count, last: s.count}
		e.senders[s.who] = c
	}
	c.got++
	c.last = max(c.last, s.count)
	return s, true
}

// extend makes a sequence number one that does not wrap.
func (e *slotEar) extend(seq uint16) uint64 {
	if !e.started {
		e.started = true
		e.first = 1<<16 + uint64(seq)
		e.highest = e.first
		return e.first
	}
	ext := e.highest + uint64(int64(int16(seq-uint16(e.highest))))
	e.highest = max(e.highest, ext)
	e.first = min(e.first, ext)
	return ext
}

// lost is how many packets are missing from the slot's stream.
func (e *slotEar) lost() uint64 {
	if !e.started {
		return 0
	}
	expected := e.highest - e.first + 1
	return expected - min(expected, e.packets-e.repeated)
}

// floorEar is a caller's ear for who has the floor.
type floorEar struct {
	// Owned by the slot's reader.
	dec *opus.Decoder
	pcm []int16

	mu          sync.Mutex
	lastAI      time.Duration // arrival of the AI's last packet
	lastAudible time.Duration // of its last one that can be heard
	firstAfter  time.Duration // of the first one that can be heard since listen was called; 0: none yet
	heardAI     chan struct{} // closed with firstAfter, nil when nobody waits
	cut         cut
}

// cut is what the caller hears of one takeover.
type cut struct {
	human   uint32        // whose frames are awaited; 0: none
	lastAI  time.Duration // the AI's last packet before the human's first
	firstHu time.Duration // the human's first
	seq     uint16        // its sequence number
	after   int           // AI packets behind it in the stream
	heard   chan struct{} // closed with firstHu
}

func newFloorEar() (*floorEar, error) {
	dec, err := opus.NewDecoder(frameRate)
	if err != nil {
		return nil, err
	}
	return &floorEar{dec: dec, pcm: make([]int16, frameRate/1000*120)}, nil
}

// hear is told of every packet on the floor.
func (f *floorEar) hear(p *rtp.Packet, s stamp, stamped bool, at time.Duration) {
	loud := !stamped && f.loud(p.Payload)
	f.mu.Lock()
	defer f.mu.Unlock()
	if stamped {
		if c := &f.cut; c.human != 0 && s.who == c.human && c.firstHu == 0 {
			c.lastAI, c.firstHu, c.seq = f.lastAI, at, p.SequenceNumber
			close(c.heard)
		}
		return
	}
	f.lastAI = at
	if f.cut.firstHu != 0 && int16(p.SequenceNumber-f.cut.seq) > 0 {
		f.cut.after++
	}
	if loud {
		f.lastAudible = at
		if f.heardAI != nil {
			f.firstAfter = at
			close(f.heardAI)
			f.heardAI = nil
		}
	}
}

func (f *floorEar) loud(payload []byte) bool {
	n, err := f.dec.Decode(payload, f.pcm)
	if err != nil || n == 0 {
		return false
	}
	sum := 0.0
	for _, x := range f.pcm[:n] {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum/float64(n)) > audible
}

// listen returns what is closed when the AI is heard from now on; heardAt tells
// when that was.
func (f *floorEar) listen() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.firstAfter = 0
	if f.heardAI == nil {
		f.heardAI = make(chan struct{})
	}
	return f.heardAI
}

func (f *floorEar) heardAt() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.firstAfter
}

// ai says when the AI was last audible.
func (f *floorEar) ai() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lastAudible
}

// awaitHuman prepares for a takeover; the result is closed with the human's
// first packet.
func (f *floorEar) awaitHuman(who uint32) <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cut = cut{human: who, heard: make(chan struct{})}
	return f.cut.heard
}

// endCut says what the takeover was like and forgets it.
func (f *floorEar) endCut() cut {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.cut
	f.cut = cut{}
	return c
}
