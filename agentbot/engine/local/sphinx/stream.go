package sphinx

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"context"
	"errors"
	"math"
	"strings"
	"unsafe"

	"github.com/relevo/relevo/agentbot/engine"
)

const (
	// chunk is decoded between two looks at ctx.
	chunk = engine.FrameSamples
	// longest is what one run of the decoder may take: its tables grow with
	// the utterance, so a longer one is decoded in parts.
	longest = 30 * engine.SampleRate
)

var (
	errClosed = &engine.Error{Engine: name, Kind: engine.Unavailable, Cause: errors.New("the stream is closed")}
	errDecode = &engine.Error{Engine: name, Kind: engine.Nonsense, Cause: errors.New("pocketsphinx could not decode the audio")}
)

// stream is one leg's recogniser, used by one goroutine at a time.
type stream struct {
	engine  *Engine
	decoder *C.relevo_decoder // nil: closed

	started bool
	heard   int    // samples since the decoder was started
	parts   []part // of this utterance, decoded
	partial string // as last returned
}

// part is text of an utterance longer than the decoder takes at once.
type part struct {
	text    string
	logProb float64
}

// Write decodes pcm. It takes up to 60 ms for a frame of 20 ms.
func (s *stream) Write(ctx context.Context, pcm []int16) (string, bool, error) {
	if s.decoder == nil {
		return "", false, errClosed
	}
	for len(pcm) > 0 {
		if err := ctx.Err(); err != nil {
			return "", false, err
		}
		if s.heard >= s.engine.longest {
			if err := s.endPart(); err != nil {
				return "", false, err
			}
		}
		if !s.started {
			if C.relevo_decoder_start(s.decoder) < 0 {
				return "", false, errDecode
			}
			s.started = true
		}
		n := min(chunk, len(pcm))
		if C.relevo_decoder_process(s.decoder, (*C.int16_t)(unsafe.Pointer(&pcm[0])), C.int(n)) < 0 {
			return "", false, errDecode
		}
		s.heard += n
		pcm = pcm[n:]
	}
	if !s.started {
		return "", false, nil
	}
	text := join(append(s.parts[:len(s.parts):len(s.parts)], part{text: s.text()}))
	changed := text != s.partial
	s.partial = text
	return text, changed, nil
}

// Finish ends the utterance. It takes some 60 ms and up to 150.
func (s *stream) Finish(ctx context.Context) (engine.Transcript, error) {
	if s.decoder == nil {
		return engine.Transcript{}, errClosed
	}
	if err := ctx.Err(); err != nil {
		return engine.Transcript{}, err
	}
	err := s.endPart()
	parts := s.parts
	s.parts, s.partial = nil, ""
	if err != nil {
		return engine.Transcript{}, err
	}
	return engine.Transcript{Text: join(parts), Confidence: confidence(parts), Language: "en-US"}, nil
}

// Reset drops the utterance.
func (s *stream) Reset() {
	if s.decoder != nil && s.started {
		C.relevo_decoder_end(s.decoder)
		C.relevo_decoder_unlearn(s.decoder)
	}
	s.started, s.heard, s.parts, s.partial = false, 0, nil, ""
}

// Close gives the decoder back.
func (s *stream) Close() error {
	if s.decoder == nil {
		return nil
	}
	s.Reset()
	d := s.decoder
	s.decoder = nil
	s.engine.giveBack(d)
	return nil
}

// endPart ends the decoder's run and keeps its words.
func (s *stream) endPart() error {
	if !s.started {
		return nil
	}
	s.started, s.heard = false, 0
	if C.relevo_decoder_end(s.decoder) < 0 {
		return errDecode
	}
	p := part{text: s.text()}
	if meaningless(p.text) {
		// What is no speech must not move the mean that speech is compared with.
		C.relevo_decoder_unlearn(s.decoder)
		return nil
	}
	p.logProb = float64(C.relevo_decoder_prob(s.decoder))
	s.parts = append(s.parts, p)
	return nil
}

// noises are what the decoder makes of coughs and hiss, and what nobody says alone.
var noises = map[string]bool{
	"huh": true, "hmm": true, "mm": true, "uh": true, "um": true, "ah": true, "eh": true, "er": true, "a": true,
	"an": true, "the": true, "and": true, "if": true, "of": true, "in": true, "to": true, "it": true, "is": true, "at": true,
}

// meaningless says whether text has nothing but noises.
func meaningless(text string) bool {
	for w := range strings.FieldsSeq(text) {
		if !noises[w] {
			return false
		}
	}
	return true
}

func (s *stream) text() string {
	return strings.TrimSpace(C.GoString(C.relevo_decoder_text(s.decoder)))
}

func join(parts []part) string {
	var b strings.Builder
	for _, p := range parts {
		if b.Len() > 0 && p.text != "" {
			b.WriteByte(' ')
		}
		b.WriteString(p.text)
	}
	return b.String()
}

// confidence is the posterior probability of the text, per word: that of the
// whole falls with its length and says little.
func confidence(parts []part) float64 {
	words, sum := 0, 0.0
	for _, p := range parts {
		words += len(strings.Fields(p.text))
		sum += p.logProb
	}
	if words == 0 {
		return 0
	}
	return min(1, math.Exp(sum/float64(words)))
}

// Preview ends the part that is being decoded, as a pause is as good a place
// as any, and joins the parts. More audio begins another part.
func (s *stream) Preview(ctx context.Context) (engine.Transcript, error) {
	if s.decoder == nil {
		return engine.Transcript{}, errClosed
	}
	if err := ctx.Err(); err != nil {
		return engine.Transcript{}, err
	}
	if err := s.endPart(); err != nil {
		return engine.Transcript{}, err
	}
	s.partial = join(s.parts)
	return engine.Transcript{Text: s.partial, Confidence: confidence(s.parts), Language: "en-US"}, nil
}
