package sphinx

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"unsafe"

	"github.com/relevo/relevo/agentbot/engine/local/arpa"
)

const (
	// smallWeight is the weight of the sentences' model against general English.
	smallWeight = 0.5
	// vocabulary is how many words of general English are recognised: the whole
	// 72,000 take twice the memory and three times as long to load.
	vocabulary = 30000
)

// load reads and writes all models and makes the first decoder.
func (e *Engine) load(o Options) (*C.relevo_decoder, error) {
	for _, f := range []string{filepath.Join(e.hmm, "mdef"), e.lm, filepath.Join(o.ModelDir, "cmudict-en-us.dict")} {
		if _, err := os.Stat(f); err != nil {
			return nil, err
		}
	}
	lm := C.CString(e.lm)
	defer C.free(unsafe.Pointer(lm))
	if e.model = C.relevo_model_open(lm); e.model == nil {
		return nil, fmt.Errorf("%s cannot be read as a language model", e.lm)
	}
	sentences := sentencesOf(o)
	if err := e.writeDict(o, sentences); err != nil {
		return nil, err
	}
	if len(sentences) > 0 {
		if err := e.addSentences(sentences); err != nil {
			return nil, err
		}
	}
	if o.unshared {
		C.relevo_model_unshare(e.model)
	}
	if e.shared = C.relevo_model_shareable(e.model) != 0; !e.shared && !o.unshared {
		o.Log.Warn("sphinxbase's structures are not those that this build knows: each leg reads the language models itself")
	}
	d := e.newDecoder()
	if d == nil {
		return nil, errors.New("pocketsphinx could not make a decoder from " + o.ModelDir)
	}
	return d, nil
}

// sentencesOf are the sentences to model: those given, and each name alone and
// in what is said about things.
func sentencesOf(o Options) [][]string {
	var out [][]string
	add := func(text string) {
		if w := Words(text); len(w) > 0 {
			out = append(out, w)
		}
	}
	for _, s := range o.Sentences {
		add(s)
	}
	for _, n := range o.Names {
		for _, around := range []string{"%s", "my %s", "the %s", "a %s", "my %s is broken", "i want to buy a %s", "i have a question about the %s", "how much is the %s"} {
			add(fmt.Sprintf(around, n))
		}
	}
	return out
}

// commonWords are the words of the big model that are said most.
func (e *Engine) commonWords() map[string]bool {
	type word struct {
		index     C.int
		frequency C.int
	}
	words := make([]word, C.relevo_model_words(e.model))
	for i := range words {
		words[i] = word{C.int(i), C.relevo_model_frequency(e.model, C.int(i))}
	}
	slices.SortFunc(words, func(a, b word) int { return cmp.Compare(b.frequency, a.frequency) })
	common := map[string]bool{}
	for _, w := range words[:min(len(words), vocabulary)] {
		common[C.GoString(C.relevo_model_word(e.model, w.index))] = true
	}
	return common
}

// writeDict writes the dictionary: the common words and all of the sentences.
func (e *Engine) writeDict(o Options, sentences [][]string) error {
	common := e.commonWords()
	var need []string
	seen := map[string]bool{}
	for _, s := range sentences {
		for _, w := range s {
			if !seen[w] {
				seen[w] = true
				need = append(need, w)
			}
		}
	}
	from, err := os.Open(filepath.Join(o.ModelDir, "cmudict-en-us.dict"))
	if err != nil {
		return err
	}
	defer from.Close()
	if e.dict, err = nameless(); err != nil {
		return err
	}
	missing, err := writeDictionary(e.dict, from, func(w string) bool { return common[w] }, need)
	if err != nil {
		return err
	}
	unknown, err := pronounce(e.dict, missing, o.Phones)
	if len(unknown) > 0 {
		o.Log.Warn("words of the knowledge base cannot be recognised: nobody knows how to say them", "words", len(unknown), "first", unknown[0])
	}
	return err
}

func (e *Engine) addSentences(sentences [][]string) error {
	m, err := arpa.New(sentences, nil)
	if err != nil {
		return err
	}
	if e.arpa, err = nameless(); err != nil {
		return err
	}
	if _, err := m.WriteTo(e.arpa); err != nil {
		return err
	}
	path := C.CString(pathOf(e.arpa))
	defer C.free(unsafe.Pointer(path))
	if C.relevo_model_add(e.model, path, smallWeight) != 0 {
		return errors.New("sphinxbase does not read the knowledge base's language model")
	}
	return nil
}

// nameless makes a temporary file that is gone when it is closed, however the
// process ends.
func nameless() (*os.File, error) {
	f, err := os.CreateTemp("", "relevo-sphinx-")
	if err != nil {
		return nil, err
	}
	return f, os.Remove(f.Name())
}

// pathOf names a nameless file for libraries that open files by name.
func pathOf(f *os.File) string { return fmt.Sprintf("/proc/self/fd/%d", f.Fd()) }

// unload frees what load made, when no decoder is left.
func (e *Engine) unload() {
	e.making.Lock()
	defer e.making.Unlock()
	if e.model != nil {
		C.relevo_model_free(e.model)
		e.model = nil
	}
	for _, f := range []*os.File{e.dict, e.arpa} {
		if f != nil {
			f.Close()
		}
	}
	e.dict, e.arpa = nil, nil
}
