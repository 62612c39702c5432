package wire

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// MaxEnvelope bounds one data channel message in bytes, in either direction:
// what every browser takes in one piece.
const MaxEnvelope = 64 << 10

// Encode makes an envelope of typed data as one data channel message.
func (e Envelope) Encode(data any) ([]byte, error) {
	if data != nil {
		b, err := json.Marshal(data)
		if err != nil {
			return nil, Wrap(KindInternal, err, "envelope data cannot be written as JSON")
		}
		e.Data = b
	}
	return json.Marshal(e)
}

// DecodeEnvelope reads a data channel message of either direction. Its data
// stays raw: see DataOf.
func DecodeEnvelope(b []byte) (Envelope, error) {
	var e Envelope
	switch {
	case len(b) > MaxEnvelope:
		return e, Errorf(KindTooLarge, "a data channel message may have at most %d bytes", MaxEnvelope)
	case !utf8.Valid(b):
		return e, invalid("the data channel message is not valid UTF-8")
	}
	if err := checkDepth(b); err != nil {
		return e, err
	}
	if trimmed := bytes.TrimSpace(b); len(trimmed) == 0 || trimmed[0] != '{' {
		return e, invalid("the data channel message is not a JSON object")
	}
	if err := json.Unmarshal(b, &e); err != nil {
		return Envelope{}, fits("envelope", err)
	}
	if bytes.Equal(e.Data, []byte("null")) {
		e.Data = nil
	}
	if len(e.SenderID) > MaxName || len(e.ReceiverID) > MaxName {
		return Envelope{}, invalid("senderId and receiverId may have at most %d bytes", MaxName)
	}
	return e, nil
}

// NewData is a new, empty value of the data of a type, nil where the type is
// unknown. Types without data give *Empty.
func NewData(t Type) any {
	switch t {
	case TypeAgentErrorOccurs:
		return new(AgentError)
	case TypeAgentStateChanged:
		return new(AgentState)
	case TypeAgentSubtitle, TypeUserSubtitle, TypeHumanSubtitle:
		return new(Subtitle)
	case TypeAgentWillLeave:
		return new(AgentWillLeave)
	case TypeCustomMessage, TypeClientCustom:
		return new(CustomMessage)
	case TypeHumanTakeoverWillStart:
		return new(HumanTakeoverWillStart)
	case TypeHumanTakeoverConnected:
		return new(HumanTakeoverConnected)
	case TypeSpeakingInterrupted:
		return new(SpeakingInterrupted)
	case TypeLLMReplyCompleted:
		return new(ReplyCompleted)
	case TypeBacklog:
		return new(Backlog)
	case TypeCallState:
		return new(CallState)
	case TypeTypedMessage:
		return new(TypedMessage)
	case TypeSuggestion:
		return new(Suggestion)
	case TypeSlots:
		return new(Slots)
	case TypeVoiceInterrupt, TypePushToTalk:
		return new(Switch)
	case TypeTextToAgent:
		return new(TextToAgent)
	case TypeInterruptSpeaking, TypePushStart, TypePushFinish, TypePushCancel, TypeQueryAgentState:
		return new(Empty)
	}
	return nil
}

// FromClient tells whether clients send the type.
func (t Type) FromClient() bool {
	switch t {
	case TypeInterruptSpeaking, TypeVoiceInterrupt, TypePushToTalk, TypePushStart, TypePushFinish, TypePushCancel,
		TypeTextToAgent, TypeClientCustom, TypeQueryAgentState:
		return true
	}
	return false
}

// DataOf reads the envelope's data into the type NewData gives for it. Types
// without data give *Empty.
func DataOf(e Envelope) (any, error) {
	d := NewData(e.Type)
	if d == nil {
		return nil, Errorf(KindNotFound, "there is no message type %d", int(e.Type))
	}
	if _, none := d.(*Empty); none {
		return d, nil
	}
	if len(e.Data) == 0 {
		return nil, invalid("a message of type %d needs data", int(e.Type))
	}
	if err := json.Unmarshal(e.Data, d); err != nil {
		return nil, fits("data", err)
	}
	return d, nil
}

// DecodeClientEnvelope reads and validates what a client sent on the data
// channel: the envelope and its data as the type NewData gives.
func DecodeClientEnvelope(b []byte) (Envelope, any, error) {
	e, err := DecodeEnvelope(b)
	if err != nil {
		return e, nil, err
	}
	if !e.Type.FromClient() {
		return e, nil, Errorf(KindNotFound, "a client cannot send message type %d", int(e.Type))
	}
	d, err := DataOf(e)
	if err != nil {
		return e, nil, err
	}
	switch d := d.(type) {
	case *TextToAgent:
		err = checkSaid(d.Text)
	case *CustomMessage:
		err = checkText("message", d.Message, MaxText)
	}
	return e, d, err
}

// ReadText is an envelope's data as a Subtitle, whole or false: for clients
// that only show words.
func ReadText(e Envelope) (Subtitle, bool) {
	switch e.Type {
	case TypeAgentSubtitle, TypeUserSubtitle, TypeHumanSubtitle:
		d, err := DataOf(e)
		if err != nil {
			return Subtitle{}, false
		}
		return *d.(*Subtitle), true
	}
	return Subtitle{}, false
}
