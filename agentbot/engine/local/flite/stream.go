package flite

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/cgo"
	"slices"
	"sync"
	"time"
	"unsafe"

	"github.com/relevo/relevo/agentbot/engine"
)

const (
	sampleRate = engine.SampleRate
	// lookahead is how much unread speech stops synthesis from going on to
	// the next piece.
	lookahead = 5 * sampleRate
	// longestPiece is what no piece of text can last.
	longestPiece = 60 * sampleRate
	// leadIn is kept of the pause before the first word.
	leadIn = 30 * time.Millisecond
)

var errClosed = &engine.Error{Engine: name, Kind: engine.Unavailable, Cause: errors.New("the stream is closed")}

// stream is one text as it is spoken.
type stream struct {
	// fixed
	ctx       context.Context // of Speak
	synthesis context.Context // of the synthesis: ends with ctx or Close
	cancel    context.CancelFunc
	more      chan struct{} // capacity 1: the reader may find more
	room      chan struct{} // capacity 1: the reader has made room
	done      chan struct{} // closed when the synthesis goroutine has ended

	// guarded by mu
	mu     sync.Mutex
	buf    []int16 // made and not yet read
	words  []engine.WordTime
	end    error // set when there will be no more samples
	closed bool

	// the synthesis goroutine's own
	made  int    // samples of the pieces before this one
	now   int    // samples of this piece
	skip  int    // samples of this piece still to be cut off its start
	cut   int    // samples that were cut off all pieces' starts
	piece folded // being spoken
	from  int    // bytes of piece before the next word
	fail  error  // why this piece was stopped
}

var _ engine.SpeechStream = (*stream)(nil)

func newStream(ctx context.Context) *stream {
	s := &stream{
		ctx:  ctx,
		more: make(chan struct{}, 1),
		room: make(chan struct{}, 1),
		done: make(chan struct{}),
	}
	s.synthesis, s.cancel = context.WithCancel(ctx)
	return s
}

// SampleRate is 16000.
func (s *stream) SampleRate() int { return sampleRate }

// Read takes speech as it is made.
func (s *stream) Read(pcm []int16) (int, error) {
	for {
		if err := s.ctx.Err(); err != nil {
			return 0, err
		}
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			return 0, errClosed
		}
		n := copy(pcm, s.buf)
		s.buf = s.buf[n:]
		end := s.end
		s.mu.Unlock()
		switch {
		case n > 0:
			poke(s.room)
			return n, nil
		case len(pcm) == 0:
			return 0, nil
		case end != nil:
			return 0, end
		}
		select {
		case <-s.more:
		case <-s.ctx.Done():
		}
	}
}

// Words are the times of the words whose piece is being spoken or has been.
func (s *stream) Words() []engine.WordTime {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.words)
}

// Close stops the synthesis and waits for its end.
func (s *stream) Close() error {
	s.cancel()
	s.mu.Lock()
	s.closed, s.buf = true, nil
	s.mu.Unlock()
	<-s.done
	return nil
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// run is the synthesis goroutine.
func (s *stream) run(pieces []folded, slots chan struct{}, voice C.int) {
	defer close(s.done)
	defer s.cancel()
	end := error(io.EOF)
	for _, p := range pieces {
		if err := s.speak(p, slots, voice); err != nil {
			end = err
			break
		}
	}
	s.mu.Lock()
	s.end = end
	s.mu.Unlock()
	poke(s.more)
}

// speak makes one piece's speech, when there is room for it.
func (s *stream) speak(p folded, slots chan struct{}, voice C.int) error {
	for s.unread() > lookahead {
		select {
		case <-s.room:
		case <-s.synthesis.Done():
			return s.synthesis.Err()
		}
	}
	select {
	case slots <- struct{}{}:
	case <-s.synthesis.Done():
		return s.synthesis.Err()
	}
	defer func() { <-slots }()

	s.piece, s.from, s.now, s.skip, s.fail = p, 0, 0, 0, nil
	text := C.CString(string(p.text))
	defer C.free(unsafe.Pointer(text))
	h := cgo.NewHandle(s)
	defer h.Delete()
	if C.relevo_flite_speak(voice, text, C.uintptr_t(h)) != 0 {
		return &engine.Error{Engine: name, Kind: engine.Nonsense, Cause: errors.New("flite could not analyse the text")}
	}
	s.made += s.now
	return s.fail
}

func (s *stream) unread() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.buf)
}

// relevoFliteWord is told when, in seconds of its piece, a word begins; before
// the piece's first sample, in order.
//
//export relevoFliteWord
func relevoFliteWord(handle C.uintptr_t, token *C.char, at C.float) {
	cgo.Handle(handle).Value().(*stream).word(C.GoString(token), time.Duration(float64(at)*float64(time.Second)))
}

func (s *stream) word(token string, at time.Duration) {
	i := bytes.Index(s.piece.text[s.from:], []byte(token))
	if i < 0 || token == "" {
		return // an unwritten word: it has no offset
	}
	offset := s.piece.at[s.from+i]
	if s.from == 0 && s.made == 0 && at > leadIn {
		s.skip = samples(at - leadIn)
		s.cut = s.skip
	}
	s.from += i + len(token)
	at += duration(s.made - s.cut)
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.words); n > 0 && s.words[n-1].Offset >= offset {
		return // a second word from one character
	}
	s.words = append(s.words, engine.WordTime{Offset: offset, At: max(0, at)})
}

// relevoFliteSamples takes speech as flite makes it and says whether to go on.
//
//export relevoFliteSamples
func relevoFliteSamples(handle C.uintptr_t, first *C.short, n C.int) C.int {
	s := cgo.Handle(handle).Value().(*stream)
	if s.samples(unsafe.Slice((*int16)(unsafe.Pointer(first)), int(n))) {
		return 1
	}
	return 0
}

func (s *stream) samples(pcm []int16) bool {
	if err := s.synthesis.Err(); err != nil {
		s.fail = err
		return false
	}
	s.now += len(pcm)
	if s.now > longestPiece {
		s.fail = &engine.Error{
			Engine: name, Kind: engine.Nonsense,
			Cause: fmt.Errorf("%d characters last more than %v", len(s.piece.text), duration(longestPiece)),
		}
		return false
	}
	n := min(s.skip, len(pcm))
	s.skip -= n
	if pcm = pcm[n:]; len(pcm) == 0 {
		return true
	}
	s.mu.Lock()
	if !s.closed {
		s.buf = append(s.buf, pcm...)
	}
	s.mu.Unlock()
	poke(s.more)
	return true
}

func samples(d time.Duration) int { return int(d * sampleRate / time.Second) }

func duration(n int) time.Duration { return time.Duration(n) * time.Second / sampleRate }
