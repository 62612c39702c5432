package openai

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"sync/atomic"
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

// Ways to transcribe, see the package documentation.
const (
	ModeSegments = "segments" // uploads
	ModeRealtime = "realtime" // the WebSocket alone
	ModeAuto     = "auto"     // the WebSocket where the endpoint has it, else uploads
)

// ASRConfig is what an ASR is made of.
type ASRConfig struct {
	Endpoint        // Model "" is whisper-1
	Mode     string // "" is ModeSegments
	// PartialEvery is how much an utterance grows between uploads of it for
	// partials, at least; 0 is no upload before the utterance is over.
	PartialEvery time.Duration
	// PartialCost bounds the audio that is uploaded before the utterance is
	// over, as a multiple of what the utterance lasts by then; 0 is 4.
	PartialCost float64
	Prompt      string // names and words to expect
	// Verbose asks for segments, which give a confidence and the language.
	// Models that are called whisper are asked in any case; an endpoint that
	// refuses is not asked again.
	Verbose bool
	Log     *slog.Logger // of WebSockets that fail; nil: none
}

// ASR transcribes utterances.
type ASR struct {
	endpoint *endpoint
	cfg      ASRConfig
	terse    atomic.Bool  // the endpoint refuses to be verbose
	strained atomic.Int64 // until then (Unix ns) nothing is uploaded that may be in vain
	refused  atomic.Int64 // until then (Unix ns) the endpoint has no WebSocket
	named    atomic.Bool  // its WebSocket wants the model's name in the address
}

var _ engine.ASR = (*ASR)(nil)

// NewASR makes an ASR; the error is of kind Unusable.
func NewASR(cfg ASRConfig) (*ASR, error) {
	e, err := newEndpoint("openai asr", cfg.Endpoint, oa.Whisper1, maxTranscript)
	if err != nil {
		return nil, err
	}
	switch cfg.Mode {
	case "":
		cfg.Mode = ModeSegments
	case ModeSegments, ModeRealtime, ModeAuto:
	default:
		return nil, &engine.Error{Engine: e.name, Kind: engine.Unusable, Cause: errors.New("an unknown mode " + cfg.Mode)}
	}
	if cfg.PartialCost == 0 {
		cfg.PartialCost = 4
	}
	cfg.Verbose = cfg.Verbose || strings.Contains(strings.ToLower(e.model), "whisper")
	return &ASR{endpoint: e, cfg: cfg}, nil
}

// OpenASR implements engine.ASR. It waits for nothing; where there is a
// WebSocket, connecting begins.
func (a *ASR) OpenASR(ctx context.Context, lang string) (engine.ASRStream, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	base, _, _ := strings.Cut(lang, "-") // endpoints take ISO 639-1
	segments := &segmentStream{asr: a, lang: base}
	if a.cfg.Mode == ModeSegments {
		return segments, nil
	}
	return openRealtime(a, segments), nil
}

// transcribe uploads one utterance.
func (a *ASR) transcribe(ctx context.Context, audio []byte, lang string) (engine.Transcript, error) {
	c := a.endpoint.begin(ctx)
	defer c.end()
	c.body.drain = true
	request := oa.AudioRequest{
		Model: a.endpoint.model, FilePath: "utterance.wav", Reader: bytes.NewReader(audio),
		Language: lang, Prompt: a.cfg.Prompt, Format: oa.AudioResponseFormatJSON,
	}
	if a.cfg.Verbose && !a.terse.Load() {
		request.Format = oa.AudioResponseFormatVerboseJSON
	}
	response, err := a.endpoint.client.CreateTranscription(c.ctx, request)
	if request.Format == oa.AudioResponseFormatVerboseJSON && refuses(err) {
		a.terse.Store(true)
		request.Format, request.Reader = oa.AudioResponseFormatJSON, bytes.NewReader(audio)
		response, err = a.endpoint.client.CreateTranscription(c.ctx, request)
	}
	if err != nil {
		return engine.Transcript{}, c.fail(err)
	}
	t := engine.Transcript{Text: strings.Join(strings.Fields(response.Text), " "), Language: tagOf(response.Language)}
	if t.Language == "" {
		t.Language = lang
	}
	if len(response.Segments) > 0 {
		t.Text, t.Confidence = fromSegments(response)
	}
	return t, nil
}

// refuses says whether an endpoint did not like what it was asked, and may like
// something else.
func refuses(err error) bool {
	var api *oa.APIError
	var request *oa.RequestError
	status := 0
	if errors.As(err, &api) {
		status = api.HTTPStatusCode
	} else if errors.As(err, &request) {
		status = request.HTTPStatusCode
	}
	return status == http.StatusBadRequest || status == http.StatusUnprocessableEntity || status == http.StatusUnsupportedMediaType
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
