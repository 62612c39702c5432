package agentbot

import (
	"context"
	"errors"
	"io"

	"github.com/relevo/relevo/agentbot/engine"
)

// Rendered are lines as audio, so that they are spoken without waiting for the
// TTS, and when it is down. It is not changed after Render and may be shared.
type Rendered struct {
	clips map[string]rendered
}

type rendered struct {
	rate  int
	pcm   []int16
	words []engine.WordTime
}

// Render speaks the fixed lines of cfg with the TTS once; all agents of a
// server may share the result by Config.Rendered. Lines that fail are left
// out; the error joins their failures.
func Render(ctx context.Context, tts engine.TTS, cfg Config) (*Rendered, error) {
	cfg = cfg.withDefaults()
	lines := cfg.Lines.fixed()
	if cfg.Greeting != "" {
		lines = append(lines, cfg.Greeting)
	}
	return renderLines(ctx, tts, cfg, lines)
}

func renderLines(ctx context.Context, tts engine.TTS, cfg Config, lines []string) (*Rendered, error) {
	r := &Rendered{clips: make(map[string]rendered)}
	if tts == nil {
		return r, errors.New("agentbot: no TTS")
	}
	var failures []error
	for _, line := range lines {
		if _, done := r.clips[line]; done || line == "" {
			continue
		}
		clip, err := renderLine(ctx, tts, cfg, line)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		r.clips[line] = clip
	}
	return r, errors.Join(failures...)
}

func renderLine(ctx context.Context, tts engine.TTS, cfg Config, line string) (rendered, error) {
	ctx, cancel := context.WithTimeout(ctx, cfg.FirstAudio+speechLimit(line))
	defer cancel()
	stream, err := tts.Speak(ctx, cfg.spoken(line).Say, cfg.VoiceID)
	if err != nil {
		return rendered{}, err
	}
	defer stream.Close()
	clip := rendered{rate: stream.SampleRate()}
	buf := make([]int16, clip.rate/10)
	for {
		n, err := stream.Read(buf)
		clip.pcm = append(clip.pcm, buf[:n]...)
		if errors.Is(err, io.EOF) {
			clip.words = stream.Words()
			return clip, checkSpeech(line, clip.rate, clip.pcm)
		}
		if err != nil {
			return rendered{}, err
		}
		if err := checkLength(line, clip.rate, len(clip.pcm)); err != nil {
			return rendered{}, err
		}
	}
}

// has says whether all lines are there.
func (r *Rendered) has(lines []string) bool {
	for _, line := range lines {
		if _, ok := r.get(line); !ok {
			return false
		}
	}
	return true
}

func (r *Rendered) get(line string) (rendered, bool) {
	if r == nil {
		return rendered{}, false
	}
	clip, ok := r.clips[line]
	return clip, ok
}
