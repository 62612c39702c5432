package main

import (
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/engine/chain"
	"github.com/relevo/relevo/agentbot/engine/openai"
	"github.com/relevo/relevo/agentbot/knowledge"
	"github.com/relevo/relevo/agentbot/knowledge/semantic"
)

// tuning is how engines at endpoints are used.
type tuning struct {
	ASRMode     string
	PartialCost float64
	TTSFormat   string

	// How long the first of an answer is awaited, however many engines are asked
	// for it, and a whole reply.
	ASRTimeout, LLMTimeout, TTSTimeout, ReplyTimeout time.Duration

	EmbeddingsModel string
	EmbeddingsWait  time.Duration
}

// The defaults of the waits, which together keep what is heard of a failing engine
// under 2.5 s.
const (
	asrTimeout = 1500 * time.Millisecond
	llmTimeout = 2 * time.Second
	ttsTimeout = time.Second
	turnBudget = 2300 * time.Millisecond
	// answerTime is what a chain leaves its user to go on with.
	answerTime = 100 * time.Millisecond
	// partialEvery is how much an utterance grows between uploads for partials.
	partialEvery = 600 * time.Millisecond
	// patientTime is for what nobody listens to yet.
	patientTime = 10 * time.Second
)

func (u *tuning) flags(fs *flag.FlagSet) {
	fs.StringVar(&u.ASRMode, "asr-mode", openai.ModeAuto, "how endpoints transcribe: realtime (WebSocket), segments (uploads), or auto: realtime where the endpoint has it")
	fs.Float64Var(&u.PartialCost, "asr-partial-cost", 4, "most audio that is uploaded while the caller still speaks, as a multiple of what was said; 0 uploads at the end only")
	fs.StringVar(&u.TTSFormat, "tts-format", openai.FormatAuto, "what endpoints speak: pcm (heard soonest), opus (a tenth of the bytes), or auto: pcm, opus where it is refused")
	fs.DurationVar(&u.ASRTimeout, "asr-timeout", asrTimeout, "how long a turn's text is awaited; more is a longer silence where an engine fails")
	fs.DurationVar(&u.LLMTimeout, "llm-timeout", llmTimeout, "how long the first word of a reply is awaited; a filler is said after 1.2s")
	fs.DurationVar(&u.TTSTimeout, "tts-timeout", ttsTimeout, "how long a sentence's first sound is awaited")
	fs.DurationVar(&u.ReplyTimeout, "reply-timeout", time.Minute, "how long a whole reply of the language model may take")
	fs.StringVar(&u.EmbeddingsModel, "embeddings-model", "", "`model` of the language model's endpoint by which --knowledge is searched by meaning too (default: by words alone)")
	fs.DurationVar(&u.EmbeddingsWait, "embeddings-wait", 150*time.Millisecond, "how long a turn waits for that search at most")
}

func (u *tuning) check() error {
	switch {
	case !slices.Contains([]string{openai.ModeAuto, openai.ModeSegments, openai.ModeRealtime}, u.ASRMode):
		return fmt.Errorf("--asr-mode %s: there are auto, segments and realtime", u.ASRMode)
	case !slices.Contains([]string{openai.FormatAuto, openai.FormatPCM, openai.FormatOpus}, u.TTSFormat):
		return fmt.Errorf("--tts-format %s: there are auto, pcm and opus", u.TTSFormat)
	case u.PartialCost < 0:
		return errors.New("--asr-partial-cost must not be negative")
	case min(u.ASRTimeout, u.LLMTimeout, u.TTSTimeout, u.EmbeddingsWait) <= 0:
		return errors.New("--asr-timeout, --llm-timeout, --tts-timeout and --embeddings-wait must be longer than nothing")
	case u.ReplyTimeout < u.LLMTimeout:
		return errors.New("--reply-timeout must not be shorter than --llm-timeout")
	}
	return nil
}

// chains are the configurations of the chains of engines.
func (u *tuning) chains(on func(chain.Event)) (asr, llm, tts chain.Config) {
	patience := func(d time.Duration) time.Duration { return max(d-answerTime, d/2) }
	return chain.Config{On: on, Patience: patience(u.ASRTimeout)},
		chain.Config{On: on, Patience: patience(u.LLMTimeout), Total: u.ReplyTimeout},
		chain.Config{On: on, Patience: patience(u.TTSTimeout)}
}

// agent tells an agent how long to wait: what an engine gets beyond the defaults,
// the turn gets as well.
func (u *tuning) agent(a *agentbot.Config) {
	a.ASRFinish, a.FirstToken, a.FirstAudio = u.ASRTimeout, u.LLMTimeout, u.TTSTimeout
	a.TurnBudget = turnBudget + max(u.ASRTimeout-asrTimeout, 0) + max(u.LLMTimeout-llmTimeout, 0) + max(u.TTSTimeout-ttsTimeout, 0)
}

// endpoint gives an endpoint at least the time that is waited for it.
func (u *tuning) endpoint(e openai.Endpoint, first time.Duration) openai.Endpoint {
	const usual = 8 * time.Second
	e.First = max(usual, first)
	return e
}

// asr is how an endpoint transcribes.
func (u *tuning) asr(e openai.Endpoint, prompt string, log *slog.Logger) openai.ASRConfig {
	cfg := openai.ASRConfig{Endpoint: u.endpoint(e, u.ASRTimeout), Mode: u.ASRMode, PartialEvery: partialEvery, PartialCost: u.PartialCost, Prompt: prompt, Log: log}
	if u.PartialCost == 0 {
		cfg.PartialEvery = 0
	}
	return cfg
}

// isRemote says whether an engine is behind a network, so that asking once more
// may help, and asking again and again does not.
func isRemote(name string) bool { return name != "local" && name != "scripted" }

// chained says whether engines are asked through a chain: several always, and one
// that is remote for its retry and its breaker.
func chained[E any](links []chain.Link[E]) bool { return len(links) > 1 || isRemote(links[0].Name) }

// patient are the engines for what is made before anybody listens: they may take
// their time.
func (e *engines) patient() agentbot.Engines {
	p := e.Engines
	if len(e.voices) > 0 && chained(e.voices) {
		p.TTS = chain.NewTTS(chain.Config{Patience: patientTime}, e.voices...)
	}
	return p
}

// openMeaning searches the knowledge by meaning where a model is named. Its
// endpoint is the first language model's that has one.
func (e *engines) openMeaning(c *config, known knowledge.Source, log *slog.Logger) (knowledge.Meaning, error) {
	if c.Tuning.EmbeddingsModel == "" {
		return nil, nil
	}
	names := listed(c.LLM)
	at := slices.IndexFunc(names, isRemote)
	if at < 0 {
		names, at = []string{"openai"}, 0 // the local brain profits as well
	}
	o := c.openAI(names[at])
	if o.BaseURL+o.APIKey+o.LLMBaseURL+o.LLMAPIKey == "" {
		return nil, errors.New("--embeddings-model wants an endpoint: OPENAI_API_KEY or a base URL of one's own")
	}
	embedder, err := openai.NewEmbedder(e.endpoint(o, o.LLMBaseURL, o.LLMAPIKey, c.Tuning.EmbeddingsModel))
	if err != nil {
		return nil, fmt.Errorf("--embeddings-model: %w", err)
	}
	x := semantic.New(semantic.Config{Embedder: embedder, Source: known, Wait: c.Tuning.EmbeddingsWait, Log: log})
	e.closers = append(e.closers, x)
	return x, nil
}
