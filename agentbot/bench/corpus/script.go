package corpus

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kind is what a caller does.
type Kind string

// The kinds of acts.
const (
	Say   Kind = "say"   // a turn while nobody else speaks
	Barge Kind = "barge" // a turn into an answer
	Nod   Kind = "nod"   // shows that they listen
	Sound Kind = "noise" // a cough, a door
)

// IsTurn says whether the act is words that want an answer.
func (k Kind) IsTurn() bool { return k == Say || k == Barge }

// Speaker is a caller's voice.
type Speaker struct {
	Name         string
	Base         string
	Throat, Pace float64
}

// Piece is words between two pauses.
type Piece struct {
	Before time.Duration // pause in front of it
	Text   string
}

// Act is one thing that a caller does.
type Act struct {
	ID     string // of its clip, as "train/3"; that of a sound is its name
	Kind   Kind
	At     time.Duration // after the first audio of the answer; not with Say
	Pieces []Piece       // not with Sound
}

// Text is what is said.
func (a Act) Text() string {
	var parts []string
	for _, p := range a.Pieces {
		parts = append(parts, p.Text)
	}
	return strings.Join(parts, " ")
}

// Turn is one act that wants an answer, and what the caller does into that.
type Turn struct {
	Act    Act
	Answer string
	Into   []Act // nods and sounds, in order
	Barge  bool  // the next turn is a barge into the answer
}

// Call is a conversation.
type Call struct {
	Name    string
	Speaker Speaker
	Noise   string
	Turns   []Turn
}

// Noises are the kinds of noise around a caller.
func Noises() []string { return []string{"babble", "street", "hum"} }

// Sounds are the kinds of single noises.
func Sounds() []string { return []string{"cough", "door", "click", "breath"} }

// ParseScript reads conversations; doc.go has the form. Errors name the line.
func ParseScript(r io.Reader) ([]Call, error) {
	p := parser{speakers: map[string]Speaker{}}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := lines.Text()
		if trimmed := strings.TrimSpace(text); trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		if err := p.line(text); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := errors.Join(lines.Err(), p.done()); err != nil {
		return nil, err
	}
	return p.calls, nil
}

type parser struct {
	speakers map[string]Speaker
	calls    []Call
	clips    int  // of the call
	answered bool // the last turn has its answer
}

func (p *parser) line(text string) error {
	word, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	rest = strings.TrimSpace(rest)
	into := strings.HasPrefix(text, " ")
	switch {
	case word == "speaker" && !into:
		return p.speaker(strings.Fields(rest))
	case word == "call" && !into:
		return p.call(strings.Fields(rest))
	case len(p.calls) == 0:
		return errors.New("no call has begun")
	}
	call := &p.calls[len(p.calls)-1]
	n := len(call.Turns)
	switch {
	case word == "say" && !into:
		if n > 0 && (!p.answered || call.Turns[n-1].Barge) {
			return errors.New("the turn before has no answer")
		}
		return p.turn(call, Act{Kind: Say}, rest)
	case n == 0:
		return errors.New("a call begins with say")
	case word == "answer" && !into:
		if p.answered {
			return errors.New("two answers")
		}
		call.Turns[n-1].Answer, p.answered = rest, true
		if rest == "" {
			return errors.New("an empty answer")
		}
		return nil
	case into && (word == string(Nod) || word == string(Sound) || word == string(Barge)):
		return p.into(call, Kind(word), rest)
	}
	return fmt.Errorf("what is %q?", word)
}

func (p *parser) speaker(fields []string) error {
	if len(fields) < 2 {
		return errors.New("speaker NAME VOICE [throat=F] [pace=F]")
	}
	s := Speaker{Name: fields[0], Base: fields[1], Throat: 1, Pace: 1}
	for _, f := range fields[2:] {
		name, value, _ := strings.Cut(f, "=")
		v, err := strconv.ParseFloat(value, 64)
		if err != nil || !(v >= 0.5 && v <= 2) {
			return fmt.Errorf("%q is no number from 0.5 to 2", value)
		}
		switch name {
		case "throat":
			s.Throat = v
		case "pace":
			s.Pace = v
		default:
			return fmt.Errorf("a speaker has no %q", name)
		}
	}
	p.speakers[s.Name] = s
	return nil
}

func (p *parser) call(fields []string) error {
	if err := p.done(); err != nil {
		return err
	}
	if len(fields) != 3 {
		return errors.New("call NAME SPEAKER NOISE")
	}
	speaker, ok := p.speakers[fields[1]]
	if !ok {
		return fmt.Errorf("there is no speaker %q", fields[1])
	}
	if !slices.Contains(Noises(), fields[2]) {
		return fmt.Errorf("there is no noise %q", fields[2])
	}
	if slices.ContainsFunc(p.calls, func(c Call) bool { return c.Name == fields[0] }) {
		return fmt.Errorf("two calls %q", fields[0])
	}
	p.calls = append(p.calls, Call{Name: fields[0], Speaker: speaker, Noise: fields[2]})
	p.clips, p.answered = 0, false
	return nil
}

// done says what the last call lacks.
func (p *parser) done() error {
	if len(p.calls) == 0 {
		return nil
	}
	call := p.calls[len(p.calls)-1]
	if n := len(call.Turns); n == 0 || !p.answered || call.Turns[n-1].Barge {
		return fmt.Errorf("call %q ends without an answer", call.Name)
	}
	return nil
}

func (p *parser) turn(call *Call, a Act, text string) error {
	if err := p.words(call, &a, text); err != nil {
		return err
	}
	call.Turns = append(call.Turns, Turn{Act: a})
	p.answered = false
	return nil
}

func (p *parser) into(call *Call, kind Kind, rest string) error {
	last := &call.Turns[len(call.Turns)-1]
	when, text, _ := strings.Cut(rest, " ")
	seconds, err := strconv.ParseFloat(when, 64)
	if err != nil || !(seconds > 0 && seconds < 60) {
		return fmt.Errorf("%q is no time into an answer", when)
	}
	a := Act{Kind: kind, At: time.Duration(seconds * float64(time.Second))}
	switch {
	case !p.answered || last.Barge:
		return errors.New("there is no answer that this could be into")
	case len(last.Into) > 0 && last.Into[len(last.Into)-1].At >= a.At:
		return errors.New("this is before the line above")
	case kind == Barge:
		last.Barge = true
		return p.turn(call, a, text)
	case kind == Sound:
		a.ID = strings.TrimSpace(text)
		if !slices.Contains(Sounds(), a.ID) {
			return fmt.Errorf("there is no sound %q", a.ID)
		}
	default:
		if err := p.words(call, &a, text); err != nil {
			return err
		}
	}
	last.Into = append(last.Into, a)
	return nil
}

// words cuts text at its pauses.
func (p *parser) words(call *Call, a *Act, text string) error {
	a.ID = fmt.Sprintf("%s/%d", call.Name, p.clips)
	p.clips++
	before := time.Duration(0)
	for text = strings.TrimSpace(text); text != ""; {
		said, rest, pause := strings.Cut(text, "[")
		if said = strings.TrimSpace(said); said == "" {
			return errors.New("a pause needs words on both sides")
		}
		a.Pieces = append(a.Pieces, Piece{before, said})
		if !pause {
			return nil
		}
		number, after, ok := strings.Cut(rest, "]")
		ms, err := strconv.Atoi(number)
		if !ok || err != nil || ms < 0 || ms > 5000 {
			return fmt.Errorf("[%s is no pause", number)
		}
		before, text = time.Duration(ms)*time.Millisecond, strings.TrimSpace(after)
	}
	return errors.New("nothing is said")
}

// Clips are all acts with words, in the order of the recordings.
func Clips(calls []Call) (acts []Act, speakers []Speaker) {
	for _, c := range calls {
		for _, t := range c.Turns {
			for _, a := range append([]Act{t.Act}, t.Into...) {
				if a.Kind != Sound {
					acts, speakers = append(acts, a), append(speakers, c.Speaker)
				}
			}
		}
	}
	return acts, speakers
}
