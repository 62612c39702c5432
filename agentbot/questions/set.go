package questions

import (
	"bufio"
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Expect is what is right to do with a question.
type Expect string

// What is right.
const (
	// Answer it, and neither offer nor ask for a human.
	Answer Expect = "answer"
	// Stay with the caller: no human is asked for. Whether it is known does not
	// matter, so an offer is no mistake.
	Stay Expect = "stay"
	// Offer a human, for it is not known. Asking for one at once counts too, as
	// does an answer where Contains says what a right one has.
	Offer Expect = "offer"
	// Human is asked for, not only offered.
	Human Expect = "human"
)

// Question is one line of a set.
type Question struct {
	ID     string   `json:"id"`
	Class  string   `json:"class"` // answerable, unanswerable, foreign, human, lookalike, angry, calm, consent
	Lang   string   `json:"lang"`  // BCP 47
	Turns  []string `json:"turns"` // what the caller says, one after the other, whatever is answered
	Expect Expect   `json:"expect"`
	// From is the first turn, counted from 1, at which a human may be asked for;
	// 0 is any.
	From int `json:"from,omitempty"`
	// Reasons are those that are right for a handover; empty is any.
	Reasons []string `json:"reasons,omitempty"`
	// Contains is what the last answer must have: of each list one, whatever the
	// case.
	Contains [][]string `json:"contains,omitempty"`
}

//go:embed sets
var sets embed.FS

// Set is one of the shipped sets: "dev", which the project tunes on, "heldout",
// which it does not, or "all".
func Set(name string) ([]Question, error) {
	if name == "all" {
		dev, err := Set("dev")
		if err != nil {
			return nil, err
		}
		heldOut, err := Set("heldout")
		return append(dev, heldOut...), err
	}
	text, err := sets.ReadFile("sets/" + name + ".jsonl")
	if err != nil {
		return nil, fmt.Errorf("there is no set %q: there are all, dev and heldout", name)
	}
	return Read(bytes.NewReader(text))
}

// Read reads questions, one JSON object a line; lines that are empty or begin
// with # are skipped. It refuses what cannot be judged.
func Read(r io.Reader) ([]Question, error) {
	var all []Question
	seen := make(map[string]bool)
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		var q Question
		d := json.NewDecoder(bytes.NewReader(line))
		d.DisallowUnknownFields()
		err := d.Decode(&q)
		if err == nil {
			err = q.check()
		}
		if err == nil && seen[q.ID] {
			err = fmt.Errorf("id %q is there twice", q.ID)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		seen[q.ID] = true
		all = append(all, q)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, errors.New("no questions")
	}
	return all, nil
}

func (q Question) check() error {
	switch {
	case q.ID == "" || q.Class == "" || q.Lang == "":
		return errors.New("id, class and lang must be there")
	case len(q.Turns) == 0 || slices.Contains(q.Turns, ""):
		return errors.New("turns must be there and say something")
	case !slices.Contains([]Expect{Answer, Stay, Offer, Human}, q.Expect):
		return fmt.Errorf("expect is %q: there are answer, stay, offer and human", q.Expect)
	case q.From < 0 || q.From > len(q.Turns):
		return errors.New("from is a turn, counted from 1")
	case slices.ContainsFunc(q.Contains, func(any []string) bool { return len(any) == 0 || slices.Contains(any, "") }):
		return errors.New("contains is lists of texts")
	}
	return nil
}
