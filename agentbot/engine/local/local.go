package local

import (
	"log/slog"
	"slices"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/local/flite"
	"github.com/relevo/relevo/agentbot/engine/local/sphinx"
	"github.com/relevo/relevo/agentbot/engine/local/vad"
)

// Options say what the engines are to know.
type Options struct {
	// KnowledgeSentences are the knowledge base's, in written English.
	KnowledgeSentences []string
	// Names are of products and people, which no dictionary may have.
	Names []string
	// Voice speaks, "" for flite.DefaultVoice; see flite.Voices.
	Voice string
	// MaxLegs bounds how many legs are listened to at once, 0 for sphinx's default.
	MaxLegs int
	// Log is told what is not as good as it could be; nil for nobody.
	Log *slog.Logger
}

// Engines are the local engines, open.
type Engines struct {
	VAD engine.VAD
	ASR engine.ASR
	TTS engine.TTS

	sphinx *sphinx.Engine
}

// Open makes the engines, which takes about half a second. Errors are of kind
// Unusable and name the engine that fails; Check says more.
func Open(o Options) (*Engines, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	tts, err := flite.New(o.Voice)
	if err != nil {
		return nil, err
	}
	asr, err := sphinx.New(sphinx.Options{
		Sentences:  slices.Concat(phrases(), o.KnowledgeSentences),
		Names:      o.Names,
		Phones:     tts.Phones,
		MaxStreams: o.MaxLegs,
		Log:        o.Log,
	})
	if err != nil {
		return nil, err
	}
	return &Engines{VAD: bestVAD(o.Log), ASR: asr, TTS: tts, sphinx: asr}, nil
}

// bestVAD is WebRTC's where it comes up.
func bestVAD(log *slog.Logger) engine.VAD {
	s, err := vad.WebRTC{}.OpenVAD()
	if err != nil {
		log.Warn("voice is detected by energy alone, and noise is not suppressed", "err", err)
		return vad.Energy{}
	}
	s.Close()
	return vad.WebRTC{}
}

// Close frees the engines.
func (e *Engines) Close() error { return e.sphinx.Close() }
