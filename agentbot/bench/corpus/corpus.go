package corpus

import (
	"bytes"
	_ "embed" // the data
	"encoding/json"
	"fmt"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
)

var (
	//go:embed data/conversations.txt
	scriptData []byte
	//go:embed data/speech.bin
	speechData []byte
	//go:embed data/truth.json
	truthData []byte
)

// Corpus is all conversations with their recordings. It is not changed after
// Load and may be used by many goroutines.
type Corpus struct {
	Calls  []Call
	clips  map[string]*Clip
	owners map[string]string // speaker of each clip
	order  []string          // of the clips
}

// Truth is what is known of a recording, in milliseconds.
type Truth struct {
	ID     string   `json:"id"`
	Words  []Timed  `json:"words"`
	Voiced [][2]int `json:"voiced"`
}

// Timed is a word and when it is said.
type Timed struct {
	Text string `json:"text"`
	From int    `json:"from"`
	To   int    `json:"to"`
}

// Load decodes what ships with the project; it takes a third of a second.
func Load() (*Corpus, error) { return load(scriptData, speechData, truthData) }

func load(script, speech, truth []byte) (*Corpus, error) {
	calls, err := ParseScript(bytes.NewReader(script))
	if err != nil {
		return nil, fmt.Errorf("corpus: conversations.txt: %w", err)
	}
	recordings, err := DecodeSpeech(speech)
	if err != nil {
		return nil, err
	}
	var truths []Truth
	if err := json.Unmarshal(truth, &truths); err != nil {
		return nil, fmt.Errorf("corpus: truth.json: %w", err)
	}
	acts, speakers := Clips(calls)
	if len(acts) != len(recordings) || len(acts) != len(truths) {
		return nil, fmt.Errorf("corpus: %d texts, %d recordings, %d truths: make bench-speech", len(acts), len(recordings), len(truths))
	}
	c := &Corpus{Calls: calls, clips: make(map[string]*Clip), owners: make(map[string]string)}
	for i, a := range acts {
		clip := &Clip{ID: a.ID, PCM: recordings[i]}
		said := ""
		for _, w := range truths[i].Words {
			clip.Words = append(clip.Words, Word{w.Text, ms(w.From), ms(w.To)})
			said += " " + w.Text
		}
		for _, v := range truths[i].Voiced {
			clip.Voiced = append(clip.Voiced, Span{ms(v[0]), ms(v[1])})
		}
		if truths[i].ID != a.ID || said != " "+a.Text() || len(clip.Voiced) == 0 {
			return nil, fmt.Errorf("corpus: %s is recorded with other words: make bench-speech", a.ID)
		}
		c.clips[a.ID], c.owners[a.ID] = clip, speakers[i].Name
		c.order = append(c.order, a.ID)
	}
	for _, name := range Sounds() {
		pcm := sound(name)
		c.clips[name] = &Clip{ID: name, PCM: pcm, Voiced: []Span{{0, time.Duration(len(pcm)) * time.Second / engine.SampleRate}}}
	}
	return c, nil
}

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }

// Clip is an act's recording.
func (c *Corpus) Clip(a Act) *Clip { return c.clips[a.ID] }

// Answers are what agents answer in all calls: what a shop's knowledge is to a
// recogniser that learns words from it.
func (c *Corpus) Answers() (answers []string) {
	for _, call := range c.Calls {
		for _, t := range call.Turns {
			answers = append(answers, t.Answer)
		}
	}
	return answers
}
