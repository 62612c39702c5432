package sphinx

/*
#cgo pkg-config: pocketsphinx sphinxbase
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unsafe"

	"github.com/relevo/relevo/agentbot/engine"
)

const name = "pocketsphinx asr"

// DefaultModelDir is where Debian's pocketsphinx-en-us puts its model.
const DefaultModelDir = "/usr/share/pocketsphinx/model/en-us"

// Options say what an Engine is to know. The zero value recognises general
// English.
type Options struct {
	// Sentences are what callers may well say or what is said about: those of
	// the knowledge base. Recognition leans towards their word sequences.
	Sentences []string
	// Names are products and the like, added to the dictionary.
	Names []string
	// Phones pronounces a word that the dictionary lacks, as CMUdict writes
	// it without stress. Without it such words cannot be recognised.
	Phones func(word string) ([]string, error)
	// Pool is how many decoders are kept ready besides the one being made,
	// default 1: a leg that finds one does not wait for it.
	Pool int
	// MaxStreams bounds the legs at once, default 32; beyond, OpenASR fails
	// with kind Unavailable. A leg takes some 30 MB.
	MaxStreams int
	// ModelDir holds en-us, en-us.lm.bin and cmudict-en-us.dict, default
	// DefaultModelDir.
	ModelDir string
	Log      *slog.Logger

	unshared bool // for tests: each decoder reads its own models
}

var errStopped = &engine.Error{Engine: name, Kind: engine.Unavailable, Cause: errors.New("the engine is closed")}

// Engine is an ASR by pocketsphinx. Many goroutines may use it at once.
type Engine struct {
	// fixed at New
	hmm, lm string                 // the model's files
	dict    *os.File               // the dictionary, without a name in the file system
	arpa    *os.File               // the sentences' model, likewise; nil: none
	max     int                    // streams at once
	shared  bool                   // decoders share the models
	longest int                    // samples that a decoder takes at once
	warm    chan made              // decoders newly made, or why there are none
	used    chan *C.relevo_decoder // those of legs that have ended, fresh again
	quit    chan struct{}
	done    chan struct{} // closed when the maker has ended

	// guarded by making: sphinx's reference counts are not atomic
	making sync.Mutex
	model  *C.relevo_model

	// guarded by mu
	mu      sync.Mutex
	streams int
	closed  bool
}

type made struct {
	decoder *C.relevo_decoder
	err     error
}

var _ engine.ASR = (*Engine)(nil)

// New reads the model, writes the sentences' language model and makes the
// first decoder, which together take about half a second. Errors are of kind
// Unusable. The Engine must be closed.
func New(o Options) (*Engine, error) {
	if o.ModelDir == "" {
		o.ModelDir = DefaultModelDir
	}
	if o.Pool < 1 {
		o.Pool = 1
	}
	if o.MaxStreams < 1 {
		o.MaxStreams = 32
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	e := &Engine{
		hmm:     filepath.Join(o.ModelDir, "en-us"),
		lm:      filepath.Join(o.ModelDir, "en-us.lm.bin"),
		max:     o.MaxStreams,
		longest: longest,
		warm:    make(chan made, o.Pool),
		used:    make(chan *C.relevo_decoder, o.Pool),
		quit:    make(chan struct{}),
		done:    make(chan struct{}),
	}
	first, err := e.load(o)
	if err != nil {
		e.unload()
		return nil, &engine.Error{Engine: name, Kind: engine.Unusable, Cause: err}
	}
	go e.keepWarm(first)
	return e, nil
}

// newDecoder makes a decoder, nil when it cannot.
func (e *Engine) newDecoder() *C.relevo_decoder {
	hmm, dict, lm := C.CString(e.hmm), C.CString(pathOf(e.dict)), C.CString(e.lm)
	defer C.free(unsafe.Pointer(hmm))
	defer C.free(unsafe.Pointer(dict))
	defer C.free(unsafe.Pointer(lm))
	var arpa *C.char
	if e.arpa != nil {
		arpa = C.CString(pathOf(e.arpa))
		defer C.free(unsafe.Pointer(arpa))
	}
	e.making.Lock()
	defer e.making.Unlock()
	d := C.relevo_decoder_open(e.model, hmm, dict, lm, arpa)
	if d != nil {
		C.relevo_decoder_fresh(d)
	}
	return d
}

func (e *Engine) freeDecoder(d *C.relevo_decoder) {
	e.making.Lock()
	defer e.making.Unlock()
	C.relevo_decoder_free(d)
}

// keepWarm is the maker's goroutine: it keeps warm filled.
func (e *Engine) keepWarm(d *C.relevo_decoder) {
	defer close(e.done)
	for {
		m := made{decoder: d}
		if d == nil {
			m.err = &engine.Error{Engine: name, Kind: engine.Unavailable, Cause: errors.New("pocketsphinx could not make a decoder")}
		}
		select {
		case e.warm <- m:
		case <-e.quit:
			if d != nil {
				e.freeDecoder(d)
			}
			return
		}
		select {
		case <-e.quit:
			return
		default:
			d = e.newDecoder()
		}
	}
}

// OpenASR takes a decoder for a leg, fresh: nothing of earlier legs is left in
// it. lang may be "" or any English.
func (e *Engine) OpenASR(ctx context.Context, lang string) (engine.ASRStream, error) {
	if base, _, _ := strings.Cut(strings.ToLower(lang), "-"); base != "" && base != "en" {
		return nil, &engine.Error{Engine: name, Kind: engine.Unusable, Cause: fmt.Errorf("there is no model for language %q, only en-US", lang)}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	e.mu.Lock()
	switch {
	case e.closed:
		e.mu.Unlock()
		return nil, errStopped
	case e.streams >= e.max:
		e.mu.Unlock()
		return nil, &engine.Error{Engine: name, Kind: engine.Unavailable, Cause: fmt.Errorf("all %d recognisers are in use", e.max)}
	}
	e.streams++
	e.mu.Unlock()

	var m made
	select {
	case m.decoder = <-e.used:
		return &stream{engine: e, decoder: m.decoder}, nil
	default:
	}
	select {
	case m.decoder = <-e.used:
	case m = <-e.warm:
	case <-ctx.Done():
		m.err = ctx.Err()
	case <-e.quit:
		m.err = errStopped
	}
	if m.err != nil {
		e.left()
		return nil, m.err
	}
	return &stream{engine: e, decoder: m.decoder}, nil
}

// giveBack takes a leg's decoder, fresh again, for the next one.
func (e *Engine) giveBack(d *C.relevo_decoder) {
	C.relevo_decoder_fresh(d)
	e.mu.Lock()
	if !e.closed {
		select {
		case e.used <- d:
			d = nil
		default:
		}
	}
	e.mu.Unlock()
	if d != nil {
		e.freeDecoder(d)
	}
	e.left()
}

// left counts a leg out; the last one after Close frees the models.
func (e *Engine) left() {
	e.mu.Lock()
	e.streams--
	last := e.closed && e.streams == 0
	e.mu.Unlock()
	if last {
		e.unload()
	}
}

// Close frees the models. Streams that are still open go on and free theirs
// when they are closed.
func (e *Engine) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	e.streams++ // Close itself: the last one out frees the models
	e.mu.Unlock()
	close(e.quit)
	<-e.done
	for {
		select {
		case m := <-e.warm:
			if m.decoder != nil {
				e.freeDecoder(m.decoder)
			}
			continue
		case d := <-e.used:
			e.freeDecoder(d)
			continue
		default:
		}
		break
	}
	e.left()
	return nil
}

var _ io.Closer = (*Engine)(nil)
