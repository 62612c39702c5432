package openai

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"mime"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	oa "github.com/sashabaranov/go-openai"

	"github.com/relevo/relevo/agentbot/engine"
)

// maxSpeech is over ten minutes at 48 kHz.
const maxSpeech = 64 << 20

// What a TTS asks its endpoint for.
const (
	FormatPCM  = "pcm"  // heard soonest
	FormatOpus = "opus" // in Ogg: a tenth of the bytes, heard a page at a time
	FormatAuto = "auto" // PCM, Opus where the endpoint refuses PCM
)

// TTSConfig is what a TTS is made of.
type TTSConfig struct {
	Endpoint            // Model "" is tts-1
	Voice        string // the default voice; "" is alloy
	Format       string // "" is FormatAuto
	Rate         int    // of the endpoint's raw PCM; 0 is 24000
	Instructions string // how to speak, for models that take it
}

// TTS speaks through an endpoint. Whatever it asks for, it plays raw PCM, WAV
// and Ogg Opus.
type TTS struct {
	endpoint     *endpoint
	voice        string
	format       string
	rate         int
	instructions string
	opus         atomic.Bool // in FormatAuto: the endpoint refuses PCM
}

var _ engine.TTS = (*TTS)(nil)

// opusRates are the rates that Opus can encode; never changed.
var opusRates = []int{8000, 12000, 16000, 24000, 48000}

// NewTTS makes a TTS; the error is of kind Unusable.
func NewTTS(cfg TTSConfig) (*TTS, error) {
	// A reader that keeps pace with the speech is no endpoint that is slow.
	cfg.Total = orElse(cfg.Total, 5*time.Minute)
	e, err := newEndpoint("openai tts", cfg.Endpoint, string(oa.TTSModel1), maxSpeech)
	if err != nil {
		return nil, err
	}
	t := &TTS{endpoint: e, voice: cfg.Voice, rate: cfg.Rate, instructions: cfg.Instructions}
	if t.voice == "" {
		t.voice = string(oa.VoiceAlloy)
	}
	switch t.format = cfg.Format; t.format {
	case "":
		t.format = FormatAuto
	case FormatPCM, FormatOpus, FormatAuto:
	default:
		return nil, &engine.Error{Engine: e.name, Kind: engine.Unusable, Cause: errors.New("an unknown format " + cfg.Format)}
	}
	if t.rate == 0 {
		t.rate = 24000
	}
	if !slices.Contains(opusRates, t.rate) {
		return nil, &engine.Error{Engine: e.name, Kind: engine.Unusable, Cause: errors.New("a sample rate that Opus cannot encode")}
	}
	return t, nil
}

// Speak implements engine.TTS. It returns when the endpoint begins to answer.
func (t *TTS) Speak(ctx context.Context, text, voice string) (engine.SpeechStream, error) {
	if voice == "" {
		voice = t.voice
	}
	c := t.endpoint.begin(ctx)
	s := &speech{call: c, rate: t.rate}
	if err := ctx.Err(); err != nil {
		c.end()
		return nil, c.fail(err)
	}
	if !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsSymbol(r) }) {
		s.end(io.EOF)
		return s, nil
	}
	request := oa.CreateSpeechRequest{
		Model: oa.SpeechModel(t.endpoint.model), Input: text, Voice: oa.SpeechVoice(voice),
		Instructions: t.instructions, ResponseFormat: oa.SpeechResponseFormatPcm,
	}
	if t.format == FormatOpus || t.opus.Load() {
		request.ResponseFormat = oa.SpeechResponseFormatOpus
	}
	response, err := t.endpoint.client.CreateSpeech(c.ctx, request)
	if t.format == FormatAuto && request.ResponseFormat == oa.SpeechResponseFormatPcm && refuses(err) {
		request.ResponseFormat = oa.SpeechResponseFormatOpus
		if response, err = t.endpoint.client.CreateSpeech(c.ctx, request); err == nil {
			t.opus.Store(true)
		}
	}
	if err != nil {
		err = c.fail(err)
		c.end()
		return nil, err
	}
	s.body, s.buffered = response, bufio.NewReaderSize(response, 16<<10)
	if err := s.begin(response.Header().Get("Content-Type")); err != nil {
		return nil, s.end(c.fail(err))
	}
	return s, nil
}

type speech struct {
	call     *call
	body     io.Closer
	buffered *bufio.Reader
	packed   *packed // Ogg Opus; nil: raw samples
	rate     int
	started  bool  // samples came
	err      error // how it ended
}

// begin waits for the first bytes and sees whether they are audio: raw PCM, Ogg
// Opus, or the WAV that some endpoints answer instead.
func (s *speech) begin(contentType string) error {
	kind, _, _ := mime.ParseMediaType(contentType)
	if strings.HasPrefix(kind, "text/") || kind == "application/json" || kind == "audio/mpeg" || kind == "audio/flac" {
		return errNoAudio
	}
	head, err := s.buffered.Peek(4)
	if errors.Is(err, io.EOF) {
		return nil // Read tells
	}
	if err != nil {
		return err
	}
	switch {
	case string(head) == "RIFF":
		return s.wav()
	case string(head) == "OggS":
		s.packed, err = unpack(s.buffered)
		s.rate = packedRate
		return err
	case strings.HasPrefix(string(head), "ID3"), string(head) == "fLaC", strings.HasPrefix(kind, "audio/ogg"):
		return errNoAudio
	}
	return nil
}

// wav reads a header up to its samples.
func (s *speech) wav() error {
	var head [12]byte
	if _, err := io.ReadFull(s.buffered, head[:]); err != nil || string(head[8:]) != "WAVE" {
		return errNoAudio
	}
	for range 32 {
		var chunk [8]byte
		if _, err := io.ReadFull(s.buffered, chunk[:]); err != nil {
			return errNoAudio
		}
		size := binary.LittleEndian.Uint32(chunk[4:])
		switch string(chunk[:4]) {
		case "data":
			return nil
		case "fmt ":
			if size < 16 || size > 64 {
				return errNoAudio
			}
			format := make([]byte, size)
			if _, err := io.ReadFull(s.buffered, format); err != nil {
				return errNoAudio
			}
			s.rate = int(binary.LittleEndian.Uint32(format[4:]))
			channels, bits := binary.LittleEndian.Uint16(format[2:]), binary.LittleEndian.Uint16(format[14:])
			if channels != 1 || bits != 16 || !slices.Contains(opusRates, s.rate) {
				return errNoAudio
			}
		default:
			if _, err := io.CopyN(io.Discard, s.buffered, int64(size)+int64(size%2)); err != nil {
				return errNoAudio
			}
		}
	}
	return errNoAudio
}

func (s *speech) SampleRate() int { return s.rate }

// Words implements engine.SpeechStream: endpoints do not tell.
func (s *speech) Words() []engine.WordTime { return nil }

func (s *speech) Read(pcm []int16) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if len(pcm) == 0 {
		return 0, nil
	}
	if s.started {
		s.call.resume()
	}
	if s.packed != nil {
		return s.unpacked(pcm)
	}
	if _, err := s.buffered.Peek(2); err != nil {
		if !errors.Is(err, io.EOF) {
			return 0, s.end(s.call.fail(err))
		}
		if !s.started {
			return 0, s.end(s.call.fail(errEmpty))
		}
		return 0, s.end(io.EOF) // a last odd byte is no sample
	}
	n := min(len(pcm), s.buffered.Buffered()/2)
	raw, err := s.buffered.Peek(2 * n)
	if err != nil {
		return 0, s.end(s.call.fail(err))
	}
	for i := range pcm[:n] {
		pcm[i] = int16(binary.LittleEndian.Uint16(raw[2*i:]))
	}
	if _, err := s.buffered.Discard(2 * n); err != nil {
		return 0, s.end(s.call.fail(err))
	}
	s.started = true
	s.call.pause()
	return n, nil
}

// end releases the request; the speech ends with err from now on.
func (s *speech) end(err error) error {
	if s.err == nil {
		s.err = err
		s.call.end()
		if s.body != nil {
			s.body.Close()
		}
	}
	return s.err
}

func (s *speech) Close() error {
	s.end(&engine.Error{Engine: s.call.endpoint.name, Kind: engine.Unavailable, Cause: errClosed})
	return nil
}
