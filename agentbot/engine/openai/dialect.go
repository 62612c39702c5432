package openai

import (
	"encoding/json"
	"net/url"
	"strings"

	oa "github.com/sashabaranov/go-openai"

	"github.com/relevo/relevo/agentbot/engine"
)

// dialect is how a kind of endpoint wants a realtime transcription. It is told
// by the endpoint's first message.
type dialect struct {
	name   string
	rate   int  // of the audio
	pieces bool // an utterance may be committed in pieces, at its pauses
	// begin and end enclose a piece's audio; begin may be "".
	begin, end string
	// confirms says that the endpoint answers the session's configuration.
	confirms bool
	update   func(model, lang, prompt string) any // the session's configuration
}

// object is JSON as it is written.
type object = map[string]any

func transcription(model, lang, prompt string) object {
	t := object{"model": model}
	if lang != "" {
		t["language"] = lang
	}
	if prompt != "" {
		t["prompt"] = prompt
	}
	return t
}

// dialects: OpenAI's and Azure's of today; that of its beta, which speaches and
// others have; vLLM's own.
var (
	today = &dialect{
		name: "openai", rate: 24000, pieces: true, end: `{"type":"input_audio_buffer.commit"}`, confirms: true,
		update: func(model, lang, prompt string) any {
			return object{"type": "session.update", "session": object{"type": "transcription", "audio": object{"input": object{
				"format":         object{"type": "audio/pcm", "rate": 24000},
				"transcription":  transcription(model, lang, prompt),
				"turn_detection": nil, // who may speak when is decided here
			}}}}
		},
	}
	flat = &dialect{
		name: "beta", rate: 24000, pieces: true, end: `{"type":"input_audio_buffer.commit"}`, confirms: true,
		update: func(model, lang, prompt string) any {
			return object{"type": "session.update", "session": object{
				"input_audio_transcription": transcription(model, lang, prompt), "turn_detection": nil,
			}}
		},
	}
	flatNamed = &dialect{
		name: "beta transcription", rate: 24000, pieces: true, end: `{"type":"input_audio_buffer.commit"}`, confirms: true,
		update: func(model, lang, prompt string) any {
			return object{"type": "transcription_session.update", "session": object{
				"input_audio_format": "pcm16", "input_audio_transcription": transcription(model, lang, prompt), "turn_detection": nil,
			}}
		},
	}
	vllm = &dialect{
		name: "vllm", rate: engine.SampleRate, begin: `{"type":"input_audio_buffer.commit"}`,
		end:    `{"type":"input_audio_buffer.commit","final":true}`,
		update: func(model, _, _ string) any { return object{"type": "session.update", "model": model} },
	}
)

// dialectOf tells an endpoint's dialect by its first message.
func dialectOf(e *serverEvent) *dialect {
	var session map[string]json.RawMessage
	_ = json.Unmarshal(e.Session, &session)
	_, hasAudio := session["audio"]
	_, hasFormat := session["input_audio_format"]
	_, hasTurns := session["turn_detection"]
	switch {
	case strings.HasPrefix(e.Type, "transcription_session."):
		return flatNamed
	case len(session) == 0:
		return vllm
	case !hasAudio && (hasFormat || hasTurns):
		return flat
	}
	return today
}

// serverEvent is what an endpoint tells, of any dialect.
type serverEvent struct {
	Type       string          `json:"type"`
	Session    json.RawMessage `json:"session"`
	ItemID     string          `json:"item_id"`
	Delta      string          `json:"delta"`
	Transcript string          `json:"transcript"`
	Text       string          `json:"text"`
	Error      json.RawMessage `json:"error"`
	Code       string          `json:"code"`
}

// What an event says to us.
type eventKind int

const (
	eventOther eventKind = iota
	eventCreated
	eventUpdated
	eventCommitted
	eventDelta
	eventCompleted
	eventFailed // of one item
	eventError
)

func (e *serverEvent) kind() eventKind {
	switch e.Type {
	case "session.created", "transcription_session.created":
		return eventCreated
	case "session.updated", "transcription_session.updated":
		return eventUpdated
	case "input_audio_buffer.committed":
		return eventCommitted
	case "conversation.item.input_audio_transcription.delta", "transcription.delta":
		return eventDelta
	case "conversation.item.input_audio_transcription.completed", "transcription.done":
		return eventCompleted
	case "conversation.item.input_audio_transcription.failed":
		return eventFailed
	case "error":
		return eventError
	}
	return eventOther
}

// final is the text of an event that completes.
func (e *serverEvent) final() string {
	text := e.Transcript
	if text == "" {
		text = e.Text
	}
	return strings.Join(strings.Fields(text), " ")
}

// cause is the error of an event, in any of its forms.
func (e *serverEvent) cause() *oa.APIError {
	var said struct {
		Code    any    `json:"code"`
		Type    string `json:"type"`
		Message string `json:"message"`
	}
	if json.Unmarshal(e.Error, &said) != nil {
		_ = json.Unmarshal(e.Error, &said.Message)
	}
	if said.Code == nil && e.Code != "" {
		said.Code = e.Code
	}
	if len(said.Message) > maxCause {
		said.Message = strings.ToValidUTF8(said.Message[:maxCause], "")
	}
	return &oa.APIError{Code: said.Code, Type: said.Type, Message: said.Message}
}

// isEmptyCommit says whether there was too little audio, which is an utterance
// without words.
func (e *serverEvent) isEmptyCommit() bool {
	cause := e.cause()
	code, _ := cause.Code.(string)
	return code == "input_audio_buffer_commit_empty" || strings.Contains(strings.ToLower(cause.Message), "committing input audio buffer")
}

// realtimeURL is where an endpoint's WebSocket is. Some want the model's name in
// it, and some take it for a wish to talk with the model.
func (e *endpoint) realtimeURL(named bool) string {
	u := *e.base
	u.Scheme = map[string]string{"http": "ws", "https": "wss"}[u.Scheme]
	u.Path = strings.TrimRight(u.Path, "/") + "/realtime"
	q := u.Query()
	q.Set("intent", "transcription")
	if named {
		q.Set("model", e.model)
	}
	u.RawQuery = q.Encode()
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawQuery: u.RawQuery}).String()
}
