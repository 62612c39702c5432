package guard

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Verdict is why a sentence is not said, "" when it may be.
type Verdict string

// The verdicts.
const (
	Fine    Verdict = ""
	Recital Verdict = "recital" // it repeats a protected text
	Secret  Verdict = "secret"  // it holds a secret, or what looks like one
)

// Config is what a Guard is made of. A zero field is its default.
type Config struct {
	Off bool `json:"off"` // nothing is checked
	// Recital is how many letters of a protected text in a row are too many;
	// 40. A character of Chinese, Japanese or Korean counts three.
	Recital int `json:"recital"`
	// Share is how much of a protected text may be said in a call in pieces of
	// twelve letters and more; 0.5.
	Share float64 `json:"share"`
	// Secrets are said by nobody; each has 6 letters or digits at least.
	Secrets []string `json:"secrets"`
	// Protected are the texts that are not recited.
	Protected []string `json:"-"`
}

// The bounds of a Config.
const (
	leastRecital = 16
	leastSecret  = 6
	piece        = 12 // letters of a piece that counts for Share
	leastShare   = 80 // letters said in pieces before Share counts
	wide         = 3  // letters that a wide character counts
)

// Guard is a checked Config, ready to be looked at.
type Guard struct {
	cfg       Config
	protected []protected
	secrets   [][]rune
}

// protected is one text.
type protected struct {
	letters []rune
	run     int              // letters in a row that are a recital
	runs    map[string]bool  // every run of that many
	bit     int              // letters of a piece
	pieces  map[string][]int // where each piece begins
}

// New checks a configuration.
func New(cfg Config) (*Guard, error) {
	if cfg.Recital == 0 {
		cfg.Recital = 40
	}
	if cfg.Share == 0 {
		cfg.Share = 0.5
	}
	var errs []error
	if cfg.Recital < leastRecital {
		errs = append(errs, fmt.Errorf("recital is %d and must be %d letters at least", cfg.Recital, leastRecital))
	}
	if cfg.Share < 0.1 || cfg.Share > 1 {
		errs = append(errs, fmt.Errorf("share is %v and must be from 0.1 to 1", cfg.Share))
	}
	g := &Guard{cfg: cfg}
	for i, s := range cfg.Secrets {
		l := letters(s)
		if len(l) < leastSecret {
			errs = append(errs, fmt.Errorf("secrets[%d] has %d letters and digits; with fewer than %d it would stand in usual words", i, len(l), leastSecret))
		}
		g.secrets = append(g.secrets, l)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for _, text := range cfg.Protected {
		if l := letters(text); len(l)*width(l) >= leastRecital {
			g.protected = append(g.protected, protect(l, cfg.Recital))
		}
	}
	return g, nil
}

// width is what a letter of a text counts.
func width(l []rune) int {
	n := 0
	for _, r := range l {
		if isWide(r) {
			n++
		}
	}
	if 2*n > len(l) {
		return wide
	}
	return 1
}

func isWide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

func protect(l []rune, recital int) protected {
	return protectRuns(l, min(max(recital/width(l), 2), max(len(l)*4/5, 1)))
}

func protectRuns(l []rune, run int) protected {
	p := protected{letters: l, run: run, bit: piece / width(l), runs: make(map[string]bool), pieces: make(map[string][]int)}
	for i := 0; i+p.run <= len(l); i++ {
		p.runs[string(l[i:i+p.run])] = true
	}
	for i := 0; i+p.bit <= len(l); i++ {
		key := string(l[i : i+p.bit])
		p.pieces[key] = append(p.pieces[key], i)
	}
	return p
}

// letters are the letters and digits of text, in one case and width.
func letters(text string) []rune {
	var l []rune
	for _, r := range text {
		if r >= '！' && r <= '～' {
			r = r - '！' + '!'
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			l = append(l, unicode.ToLower(r))
		}
	}
	return l
}

// Watch is a Guard in one call: it knows what was said before.
type Watch struct {
	guard *Guard
	tail  []rune   // the last letters that were said
	told  [][]bool // by protected text: letters that were said in pieces
}

// Watch begins a call.
func (g *Guard) Watch() *Watch {
	w := &Watch{guard: g}
	for _, p := range g.protected {
		w.told = append(w.told, make([]bool, len(p.letters)))
	}
	return w
}

// Clone is a Watch that knows the same, to try a sentence that is not said yet.
func (w *Watch) Clone() *Watch {
	told := slices.Clone(w.told) // Check replaces what is in it, and changes nothing there
	return &Watch{guard: w.guard, tail: slices.Clone(w.tail), told: told}
}

// Check judges the next sentence. One that is fine counts as said.
func (w *Watch) Check(sentence string) Verdict {
	g := w.guard
	if g == nil || g.cfg.Off {
		return Fine
	}
	said := letters(sentence)
	all := slices.Concat(w.tail, said)
	for _, hidden := range decoded(sentence) {
		if g.secret(hidden, letters(hidden)) {
			return Secret
		}
		if g.recites(letters(hidden)) {
			return Recital
		}
	}
	if g.secret(sentence, all) {
		return Secret
	}
	if g.recites(all) {
		return Recital
	}
	told, much := w.tell(all)
	if much {
		return Recital
	}
	w.told = told
	w.tail = all[max(0, len(all)-max(g.cfg.Recital, 64)):]
	return Fine
}

// recites says whether a run of a protected text stands in l, forwards,
// backwards or in rot13.
func (g *Guard) recites(l []rune) bool {
	if len(g.protected) == 0 {
		return false
	}
	back := slices.Clone(l)
	slices.Reverse(back)
	for _, p := range g.protected {
		for _, form := range [][]rune{l, back, rot13(l)} {
			for i := 0; i+p.run <= len(form); i++ {
				if p.runs[string(form[i:i+p.run])] {
					return true
				}
			}
		}
	}
	return false
}

func rot13(l []rune) []rune {
	out := slices.Clone(l)
	for i, r := range out {
		if r >= 'a' && r <= 'z' {
			out[i] = 'a' + (r-'a'+13)%26
		}
	}
	return out
}

// tell marks which letters of the protected texts have been said with l, and
// says whether that is too much of one.
func (w *Watch) tell(l []rune) (told [][]bool, much bool) {
	for i, p := range w.guard.protected {
		marks := slices.Clone(w.told[i])
		for at := 0; at+p.bit <= len(l); at++ {
			for _, begin := range p.pieces[string(l[at:at+p.bit])] {
				for k := range p.bit {
					marks[begin+k] = true
				}
			}
		}
		n, before := 0, 0
		for k, m := range marks {
			if m {
				n++
			}
			if w.told[i][k] {
				before++
			}
		}
		counts := width(p.letters)
		much = much || n > before && n*counts >= leastShare && float64(n) >= w.guard.cfg.Share*float64(len(marks))
		told = append(told, marks)
	}
	return told, much
}

// shapes are what keys and tokens look like; never changed.
var shapes = []*regexp.Regexp{
	regexp.MustCompile(`\b(sk|pk|rk)[-_][A-Za-z0-9_-]{12,}`),
	regexp.MustCompile(`\bgh[pousr]_[A-Za-z0-9]{16,}|\bgithub_pat_[A-Za-z0-9_]{16,}|\bglpat-[A-Za-z0-9_-]{12,}`),
	regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{12,}`),
	regexp.MustCompile(`\bxox[abprs]-[A-Za-z0-9-]{10,}`),
	regexp.MustCompile(`\bAIza[A-Za-z0-9_-]{20,}|\bya29\.[A-Za-z0-9_-]{10,}`),
	regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`),
	regexp.MustCompile(`(?i)\bbearer\s+[A-Za-z0-9._~+/-]{16,}`),
	regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY`),
	regexp.MustCompile(`[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/@]+@`),
}

// token is one long run of characters, as no word and no number is.
var token = regexp.MustCompile(`[A-Za-z0-9+/_=-]{24,}`)

// secret says whether there is one in text; l are its letters, with those that
// were said before it.
func (g *Guard) secret(text string, l []rune) bool {
	for _, shape := range shapes {
		if shape.MatchString(text) {
			return true
		}
	}
	if slices.ContainsFunc(token.FindAllString(text, -1), random) {
		return true
	}
	if len(g.secrets) == 0 {
		return false
	}
	said := string(l)
	back := slices.Clone(l)
	slices.Reverse(back)
	for _, s := range g.secrets {
		if strings.Contains(said, string(s)) || strings.Contains(string(back), string(s)) {
			return true
		}
	}
	return false
}

// random says whether a token looks drawn rather than written: small and large
// letters and digits that change places often. Web addresses and product codes
// do not.
func random(t string) bool {
	class := func(r rune) int {
		switch {
		case unicode.IsDigit(r):
			return 1
		case unicode.IsUpper(r):
			return 2
		case unicode.IsLower(r):
			return 3
		}
		return 0
	}
	changes, digits, last := 0, 0, 0
	for _, r := range t {
		c := class(r)
		if c == 1 {
			digits++
		}
		if c != 0 && last != 0 && c != last {
			changes++
		}
		if c != 0 {
			last = c
		}
	}
	return digits > 1 && digits < len(t)-2 && changes >= len(t)/5
}

// decoded are the texts that long tokens of a sentence are in base64 or hex.
func decoded(sentence string) []string {
	var texts []string
	keep := func(b []byte, err error) {
		if err == nil && len(b) >= leastSecret {
			texts = append(texts, string(b))
		}
	}
	for _, t := range strings.FieldsFunc(sentence, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`"'.,;:!?()`, r) }) {
		if len(t) < 12 {
			continue
		}
		bare := strings.TrimRight(t, "=")
		keep(base64.RawStdEncoding.DecodeString(bare))
		keep(base64.RawURLEncoding.DecodeString(bare))
		keep(hex.DecodeString(t))
	}
	return texts
}
