package knowledge

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

//go:embed shop
var shop embed.FS

// Shop is the example that ships: what a small shop's agent knows.
func Shop() fs.FS {
	sub, err := fs.Sub(shop, "shop")
	if err != nil {
		panic(err) // the name is a constant
	}
	return sub
}

// ErrEmpty says that a folder has no passage in it.
var ErrEmpty = errors.New("no Markdown with text in it")

// synonymsFile holds lists of words that mean the same.
const synonymsFile = "_synonyms.md"

// maxFile bounds a file; more is surely no knowledge written for speech.
const maxFile = 1 << 20

// Base is a searchable knowledge base. It never changes.
type Base struct {
	passages []*Passage
	indexes  []*index // one a language
	names    []string
}

// Load reads all *.md of a folder and those below it.
func Load(files fs.FS) (*Base, error) {
	var passages []*Passage
	var synonyms [][]string
	err := markdown(files, func(name string) error {
		if info, err := fs.Stat(files, name); err != nil {
			return err
		} else if info.Size() > maxFile {
			return fmt.Errorf("%s: larger than %d bytes", name, maxFile)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if !utf8.Valid(text) {
			return fmt.Errorf("%s: is no UTF-8 text", name)
		}
		if path.Base(name) == synonymsFile {
			for line := range strings.Lines(string(text)) {
				if m := listItem.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
					synonyms = append(synonyms, runs(m[1]))
				}
			}
			return nil
		}
		passages = append(passages, parse(name, string(text))...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("knowledge: %w", err)
	}
	if len(passages) == 0 {
		return nil, fmt.Errorf("knowledge: %w", ErrEmpty)
	}
	return New(passages, synonyms), nil
}

// markdown calls each with the name of every *.md of a folder and those below
// it, in order. Names that begin with a dot are an editor's or a tool's own.
func markdown(files fs.FS, each func(name string) error) error {
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir() || path.Ext(name) != ".md":
			return nil
		}
		return each(name)
	})
}

// New makes a base of passages and of lists of words that mean the same.
func New(passages []*Passage, synonyms [][]string) *Base {
	b := &Base{passages: passages}
	byLanguage := make(map[string][]*Passage)
	for _, p := range passages {
		tag := p.Language
		if tag == "" {
			tag = tell(p.Title + " " + p.Text)
		}
		tag = languageOf(tag).tag
		byLanguage[tag] = append(byLanguage[tag], p)
		for _, name := range p.Names {
			if !slices.Contains(b.names, name) {
				b.names = append(b.names, name)
			}
		}
	}
	for _, tag := range slices.Sorted(maps.Keys(byLanguage)) {
		b.indexes = append(b.indexes, newIndex(languageOf(tag), byLanguage[tag], synonyms))
	}
	return b
}

// Speaks says whether the base has passages in the language of a BCP 47 tag.
func (b *Base) Speaks(tag string) bool {
	tag = languageOf(tag).tag
	return slices.ContainsFunc(b.indexes, func(x *index) bool { return x.lang.tag == tag })
}

// Passages are all passages in the order of their files.
func (b *Base) Passages() []*Passage { return b.passages }

// Names are the names of things that no dictionary has.
func (b *Base) Names() []string { return slices.Clone(b.names) }

// Sentences are all sentences of the base, and what callers ask, as they are
// written: what a recogniser for this base is to expect.
func (b *Base) Sentences() []string {
	var all []string
	seen := make(map[string]bool)
	add := func(text string) {
		if text = strings.TrimSpace(text); text != "" && !seen[text] {
			seen[text] = true
			all = append(all, text)
		}
	}
	for _, p := range b.passages {
		for _, q := range p.Questions {
			add(q)
		}
		add(p.Title)
		for line := range strings.SplitSeq(p.Text, "\n") {
			state := -1
			for line != "" {
				var s string
				s, line, state = uniseg.FirstSentenceInString(line, state)
				add(s)
			}
		}
	}
	return all
}

// Hit is a passage that was found. Score, from 0 to 1, is how sure it is that
// the passage is about what was asked.
type Hit struct {
	Passage *Passage
	Score   float64
}

// Search returns up to k passages, the best first.
func (b *Base) Search(query string, k int) []Hit {
	var hits []Hit
	ends := tails(query)
	for _, x := range b.indexes {
		words := x.read(query)
		var clauses [][]word
		for _, end := range ends {
			if part := x.read(end); namesOf(part) == namesOf(words) && x.tells(part) {
				clauses = append(clauses, part)
			}
		}
		for _, d := range x.docs {
			score := x.score(words, d)
			for _, part := range clauses {
				score = max(score, clauseShare*x.score(part, d))
			}
			if score > 0 {
				hits = append(hits, Hit{d.passage, score})
			}
		}
	}
	slices.SortStableFunc(hits, func(x, y Hit) int { return cmp.Compare(y.Score, x.Score) })
	return hits[:min(k, len(hits))]
}
