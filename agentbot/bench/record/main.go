// Command record makes the recordings of package corpus anew from its
// conversations, with flite:
//
//	go run ./agentbot/bench/record agentbot/bench/corpus/data
//
// It writes speech.bin and truth.json, which belong together and are committed
// together with conversations.txt.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/relevo/relevo/agentbot/bench/corpus"
	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/local/cast"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: record FOLDER")
		os.Exit(2)
	}
	if err := record(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func record(folder string) error {
	f, err := os.Open(filepath.Join(folder, "conversations.txt"))
	if err != nil {
		return err
	}
	defer f.Close()
	calls, err := corpus.ParseScript(f)
	if err != nil {
		return err
	}
	acts, speakers := corpus.Clips(calls)
	var recordings [][]int16
	var truths []corpus.Truth
	for i, a := range acts {
		pcm, truth, err := say(a, speakers[i])
		if err != nil {
			return fmt.Errorf("%s: %w", a.ID, err)
		}
		recordings, truths = append(recordings, pcm), append(truths, truth)
	}
	speech, err := corpus.EncodeSpeech(recordings)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "speech.bin"), speech, 0o644); err != nil { //nolint:gosec // it is committed
		return err
	}
	var b strings.Builder
	for i, t := range truths {
		line, err := json.Marshal(t)
		if err != nil {
			return err
		}
		b.WriteString(map[bool]string{true: "[\n", false: ",\n"}[i == 0])
		b.Write(line)
	}
	b.WriteString("\n]\n")
	return os.WriteFile(filepath.Join(folder, "truth.json"), []byte(b.String()), 0o644) //nolint:gosec // it is committed
}

// pronounced is how flite has to be told what it would spell.
func pronounced(text string) string {
	return strings.NewReplacer("Uh-huh", "Uhhuh", "Mm-hmm", "Umhum", "Hmm", "Hum").Replace(text)
}

// say speaks an act: its pieces, each without the silence that flite puts
// around it, with the act's pauses between them.
func say(a corpus.Act, s corpus.Speaker) ([]int16, corpus.Truth, error) {
	speaker := cast.Speaker{Base: s.Base, Pace: s.Pace, Throat: s.Throat}
	var pcm []int16
	truth := corpus.Truth{ID: a.ID}
	for _, piece := range a.Pieces {
		said, words, err := speaker.Say(pronounced(piece.Text))
		if err != nil {
			return nil, truth, err
		}
		voiced := corpus.Normalise(said)
		if len(voiced) == 0 {
			return nil, truth, fmt.Errorf("%q is silent", piece.Text)
		}
		first, last := voiced[0].From, voiced[len(voiced)-1].To
		pcm = append(pcm, make([]int16, samples(piece.Before))...)
		at := time.Duration(len(pcm)) * time.Second / engine.SampleRate
		pcm = append(pcm, said[samples(first):min(samples(last), len(said))]...)
		for i, w := range words {
			truth.Words = append(truth.Words, corpus.Timed{Text: strings.Fields(piece.Text)[i], From: ms(at + max(0, w.From-first)), To: ms(at + min(last, w.To) - first)})
		}
	}
	for _, v := range corpus.Normalise(pcm) {
		truth.Voiced = append(truth.Voiced, [2]int{ms(v.From), ms(v.To)})
	}
	return pcm, truth, nil
}

func samples(d time.Duration) int { return int(d * engine.SampleRate / time.Second) }

func ms(d time.Duration) int { return int(d.Round(time.Millisecond) / time.Millisecond) }
