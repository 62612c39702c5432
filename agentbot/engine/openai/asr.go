package openai

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"strings"
	"time"

	oa "github.com/sashabaranov/go-openai"

	"github.com/relevo/relevo/agentbot/engine"
)

const (
	maxTranscript = 1 << 20
	// maxUtterance bounds the audio of one utterance; what comes after it is
	// not transcribed.
	maxUtterance = 5 * 60 * engine.SampleRate
	// minUtterance is what endpoints take at least.
	minUtterance = engine.SampleRate / 10
	// silent is the peak under which there is nothing to transcribe; models
	// make words of silence.
	silent = 64
)

// ASRConfig is what an ASR is made of.
type ASRConfig struct {
	Endpoint // Model "" is whisper-1
	// PartialEvery is how much an utterance grows between uploads of it for
	// partials; 0 is none.
	PartialEvery time.Duration
	Prompt       string // names and words to expect
	Verbose      bool   // ask for segments, which give a confidence; Whisper models have them
}

// ASR transcribes whole utterances.
type ASR struct {
	endpoint *endpoint
	cfg      ASRConfig
}

var _ engine.ASR = (*ASR)(nil)

// NewASR makes an ASR; the error is of kind Unusable.
func NewASR(cfg ASRConfig) (*ASR, error) {
	e, err := newEndpoint("openai asr", cfg.Endpoint, oa.Whisper1, maxTranscript)
	if err != nil {
		return nil, err
	}
	return &ASR{endpoint: e, cfg: cfg}, nil
}

// OpenASR implements engine.ASR. It makes no request.
func (a *ASR) OpenASR(ctx context.Context, lang string) (engine.ASRStream, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	base, _, _ := strings.Cut(lang, "-") // endpoints take ISO 639-1
	return &asrStream{asr: a, lang: base}, nil
}

type asrStream struct {
	asr    *ASR
	lang   string
	closed bool

	// The utterance.
	pcm     []int16
	peak    int
	asked   int // samples when the last partial was asked for
	partial string

	// The upload for a partial that runs, if any.
	cancel context.CancelFunc
	result chan string // buffered; "" when it failed
}

func (s *asrStream) Write(ctx context.Context, pcm []int16) (string, bool, error) {
	if s.closed {
		return "", false, s.closedError()
	}
	if err := ctx.Err(); err != nil {
		return "", false, err
	}
	pcm = pcm[:min(len(pcm), maxUtterance-len(s.pcm))]
	s.pcm = append(s.pcm, pcm...)
	for _, x := range pcm {
		s.peak = max(s.peak, int(x), -int(x))
	}
	changed := s.collect()
	s.ask()
	if changed {
		return s.partial, true, nil
	}
	return "", false, nil
}

// collect takes the text of an upload that has ended, and says whether it is
// another than before.
func (s *asrStream) collect() bool {
	if s.result == nil {
		return false
	}
	select {
	case text := <-s.result:
		s.cancel()
		s.result, s.cancel = nil, nil
		if text == "" || text == s.partial {
			return false
		}
		s.partial = text
		return true
	default:
		return false
	}
}

// ask starts an upload of the utterance so far where one is due.
func (s *asrStream) ask() {
	every := int(s.asr.cfg.PartialEvery * engine.SampleRate / time.Second)
	if every <= 0 || s.result != nil || len(s.pcm)-s.asked < every || !s.audible() {
		return
	}
	s.asked = len(s.pcm)
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan string, 1)
	s.cancel, s.result = cancel, result
	audio := wav(s.pcm)
	go func() {
		t, err := s.asr.transcribe(ctx, audio, s.lang)
		if err != nil {
			t.Text = "" // the final one reports what is wrong
		}
		result <- t.Text
	}()
}

// stop ends and joins the upload for a partial.
func (s *asrStream) stop() {
	if s.result != nil {
		s.cancel()
		<-s.result
		s.result, s.cancel = nil, nil
	}
}

func (s *asrStream) audible() bool { return len(s.pcm) >= minUtterance && s.peak >= silent }

func (s *asrStream) Finish(ctx context.Context) (engine.Transcript, error) {
	if s.closed {
		return engine.Transcript{}, s.closedError()
	}
	defer s.Reset()
	s.stop()
	if err := ctx.Err(); err != nil {
		return engine.Transcript{}, err
	}
	if !s.audible() {
		return engine.Transcript{}, nil
	}
	return s.asr.transcribe(ctx, wav(s.pcm), s.lang)
}

func (s *asrStream) Reset() {
	s.stop()
	s.pcm, s.peak, s.asked, s.partial = nil, 0, 0, ""
}

func (s *asrStream) Close() error {
	s.Reset()
	s.closed = true
	return nil
}

func (s *asrStream) closedError() error {
	return &engine.Error{Engine: s.asr.endpoint.name, Kind: engine.Unavailable, Cause: errClosed}
}

// transcribe uploads one utterance.
func (a *ASR) transcribe(ctx context.Context, audio []byte, lang string) (engine.Transcript, error) {
	c := a.endpoint.begin(ctx)
	defer c.end()
	request := oa.AudioRequest{
		Model: a.endpoint.model, FilePath: "utterance.wav", Reader: bytes.NewReader(audio),
		Language: lang, Prompt: a.cfg.Prompt, Format: oa.AudioResponseFormatJSON,
	}
	if a.cfg.Verbose {
		request.Format = oa.AudioResponseFormatVerboseJSON
	}
	response, err := a.endpoint.client.CreateTranscription(c.ctx, request)
	if err != nil {
		return engine.Transcript{}, c.fail(err)
	}
	t := engine.Transcript{Text: strings.Join(strings.Fields(response.Text), " "), Language: lang}
	if lang == "" {
		t.Language = response.Language // where the endpoint tells it, by tag or by name
	}
	if len(response.Segments) > 0 {
		t.Text, t.Confidence = fromSegments(response)
	}
	return t, nil
}

// fromSegments leaves out segments that by Whisper's own rule are no speech.
func fromSegments(response oa.AudioResponse) (text string, confidence float64) {
	var texts []string
	sum, weight := 0.0, 0.0
	for _, s := range response.Segments {
		if s.NoSpeechProb > 0.6 && s.AvgLogprob < -1 {
			continue
		}
		texts = append(texts, strings.TrimSpace(s.Text))
		w := max(s.End-s.Start, 0.01)
		sum += w * math.Exp(min(s.AvgLogprob, 0))
		weight += w
	}
	if weight > 0 {
		confidence = sum / weight
	}
	return strings.Join(texts, " "), confidence
}

// wav is pcm as a file.
func wav(pcm []int16) []byte {
	const header = 44
	data := 2 * len(pcm)
	b := make([]byte, 0, header+data)
	le := binary.LittleEndian
	b = append(b, "RIFF"...)
	b = le.AppendUint32(b, uint32(header-8+data))
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, 1) // PCM
	b = le.AppendUint16(b, 1) // mono
	b = le.AppendUint32(b, engine.SampleRate)
	b = le.AppendUint32(b, 2*engine.SampleRate)
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(data))
	for _, x := range pcm {
		b = le.AppendUint16(b, uint16(x))
	}
	return b
}
