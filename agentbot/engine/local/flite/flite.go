package flite

/*
#cgo LDFLAGS: -lflite_cmu_us_slt -lflite_cmu_us_rms -lflite_usenglish -lflite_cmulex -lflite -lm
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"github.com/relevo/relevo/agentbot/engine"
)

const name = "flite tts"

// DefaultVoice is the voice that "" means.
const DefaultVoice = "slt"

var voiceIndex = map[string]C.int{"slt": C.RELEVO_SLT, "rms": C.RELEVO_RMS}

// register makes flite's globals ready: flite keeps its voices in them, so it
// is once a process however many engines there are.
var register = sync.OnceValue(func() error {
	C.relevo_flite_init()
	for v, i := range voiceIndex {
		if rate := C.relevo_flite_rate(i); rate != sampleRate {
			return fmt.Errorf("voice %s has a rate of %d Hz, want %d", v, rate, sampleRate)
		}
	}
	return nil
})

// Engine is a TTS with flite's voices. Many goroutines may use it at once.
type Engine struct {
	// fixed at New
	voice string
	slots chan struct{} // one for each synthesis that may run at once
}

var _ engine.TTS = (*Engine)(nil)

// Voices names the voices, the default first.
func Voices() []string { return []string{"slt", "rms"} }

// New makes an engine whose default voice is voice, "" meaning DefaultVoice.
// It fails, with kind unusable, for a voice that is none of Voices.
func New(voice string) (*Engine, error) {
	if voice == "" {
		voice = DefaultVoice
	}
	if !slices.Contains(Voices(), voice) {
		return nil, unknownVoice(voice)
	}
	if err := register(); err != nil {
		return nil, &engine.Error{Engine: name, Kind: engine.Unusable, Cause: err}
	}
	return &Engine{voice: voice, slots: make(chan struct{}, max(2, runtime.NumCPU()))}, nil
}

func unknownVoice(voice string) error {
	return &engine.Error{
		Engine: name, Kind: engine.Unusable,
		Cause: fmt.Errorf("no voice %q, there are %s", voice, strings.Join(Voices(), ", ")),
	}
}

// Speak starts speaking text in voice, "" being the engine's default. The
// stream must be closed.
func (e *Engine) Speak(ctx context.Context, text, voice string) (engine.SpeechStream, error) {
	if voice == "" {
		voice = e.voice
	}
	index, ok := voiceIndex[voice]
	if !ok {
		return nil, unknownVoice(voice)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := newStream(ctx)
	pieces := split(fold(text), pieceBytes)
	go s.run(pieces, e.slots, index)
	return s, nil
}

// Phones returns the phones in which flite pronounces text, in the phone set
// of CMUdict and without stress, as a pronunciation dictionary has them. It is
// empty for text without words.
func (e *Engine) Phones(text string) ([]string, error) {
	clean := fold(text)
	if !clean.speakable() {
		return nil, nil
	}
	ctext := C.CString(string(clean.text))
	defer C.free(unsafe.Pointer(ctext))
	size := C.int(1024)
	for {
		out := (*C.char)(C.malloc(C.size_t(size)))
		*out = 0
		n := C.relevo_flite_phones(voiceIndex[e.voice], ctext, out, size)
		phones := C.GoString(out)
		C.free(unsafe.Pointer(out))
		switch {
		case n < 0:
			return nil, &engine.Error{Engine: name, Kind: engine.Nonsense, Cause: errors.New("flite could not pronounce the text")}
		case n <= size:
			return cmuPhones(strings.Fields(phones)), nil
		}
		size = n + 1
	}
}

// cmuPhones turns flite's phones into CMUdict's.
func cmuPhones(flite []string) []string {
	var out []string
	for _, p := range flite {
		switch p {
		case "pau", "h#", "brth", "ssil":
		case "ax", "ax-h":
			out = append(out, "AH")
		case "axr":
			out = append(out, "ER")
		case "dx":
			out = append(out, "T")
		case "nx":
			out = append(out, "N")
		case "hv":
			out = append(out, "HH")
		case "el":
			out = append(out, "AH", "L")
		case "em":
			out = append(out, "AH", "M")
		case "en":
			out = append(out, "AH", "N")
		default:
			out = append(out, strings.ToUpper(p))
		}
	}
	return out
}
