package sphinx

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// writeDictionary copies from the dictionary in r to w the words that keep
// has, and says which words of need it did not meet.
func writeDictionary(w io.Writer, r io.Reader, keep func(word string) bool, need []string) (missing []string, err error) {
	met := map[string]bool{}
	for _, n := range need {
		met[n] = false
	}
	b := bufio.NewWriter(w)
	s := bufio.NewScanner(r)
	for s.Scan() {
		word, _, ok := bytes.Cut(s.Bytes(), []byte(" "))
		if !ok {
			continue
		}
		base, _, _ := bytes.Cut(word, []byte("(")) // "read(2)" is another way to say "read"
		_, needed := met[string(base)]
		if needed {
			met[string(base)] = true
		}
		if needed || keep(string(base)) {
			b.Write(s.Bytes())
			b.WriteByte('\n')
		}
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	for _, n := range need {
		if !met[n] {
			missing = append(missing, n)
		}
	}
	return missing, b.Flush()
}

// pronounceable are the phones of the acoustic model.
var pronounceable = func() map[string]bool {
	set := map[string]bool{}
	for _, p := range strings.Fields("AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH") {
		set[p] = true
	}
	return set
}()

// pronounce writes entries for words that the dictionary lacks and returns
// those that phones could not pronounce.
func pronounce(w io.Writer, words []string, phones func(string) ([]string, error)) (unknown []string, err error) {
	for _, word := range words {
		var p []string
		if phones != nil {
			if p, err = phones(word); err != nil {
				return nil, err
			}
		}
		ok := len(p) > 0
		for _, phone := range p {
			ok = ok && pronounceable[phone]
		}
		if !ok {
			unknown = append(unknown, word)
			continue
		}
		if _, err := fmt.Fprintf(w, "%s %s\n", word, strings.Join(p, " ")); err != nil {
			return nil, err
		}
	}
	return unknown, nil
}
