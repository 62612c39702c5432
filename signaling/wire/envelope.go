package wire

import "encoding/json"

// ChannelLabel is the label of the data channel, which the client creates in
// its offer: ordered and reliable.
const ChannelLabel = "relevo"

// Type is the type number of a data channel message.
type Type int

// Types from server to client.
const (
	TypeAgentErrorOccurs       Type = 1000 // AgentError
	TypeAgentStateChanged      Type = 1001 // AgentState
	TypeAgentSubtitle          Type = 1002 // Subtitle, a delta
	TypeUserSubtitle           Type = 1003 // Subtitle, cumulative
	TypeAgentWillLeave         Type = 1010 // AgentWillLeave
	TypeCustomMessage          Type = 1011 // CustomMessage
	TypeHumanTakeoverWillStart Type = 1012 // HumanTakeoverWillStart
	TypeHumanTakeoverConnected Type = 1013 // HumanTakeoverConnected
	TypeSpeakingInterrupted    Type = 1016 // SpeakingInterrupted
	TypeLLMReplyCompleted      Type = 1017 // ReplyCompleted
	TypeBacklog                Type = 2000 // Backlog
	TypeCallState              Type = 2001 // CallState
	TypeHumanSubtitle          Type = 2003 // Subtitle, cumulative
	TypeTypedMessage           Type = 2004 // TypedMessage
	TypeSuggestion             Type = 2005 // Suggestion, to the human only
	TypeSlots                  Type = 2006 // Slots
)

// Types from client to server.
const (
	TypeInterruptSpeaking Type = 1101 // no data
	TypeVoiceInterrupt    Type = 1102 // {enable}
	TypePushToTalk        Type = 1105 // {enable}
	TypePushStart         Type = 1106
	TypePushFinish        Type = 1107
	TypePushCancel        Type = 1108
	TypeTextToAgent       Type = 1111 // TextToAgent
	TypeClientCustom      Type = 1112 // CustomMessage
	TypeQueryAgentState   Type = 1119 // no data; answered with 1001
)

// Envelope is one data channel message. SeqID counts per receiver from 1, so
// a client can tell a message it has seen; Epoch is the call's term it was
// made for.
type Envelope struct {
	Type       Type            `json:"type"`
	Data       json.RawMessage `json:"data,omitempty"`
	SeqID      uint64          `json:"seqId"`
	SenderID   string          `json:"senderId,omitempty"`
	ReceiverID string          `json:"receiverId,omitempty"`
	Epoch      uint64          `json:"epoch"`
}

// Subtitle is a sentence as it is spoken. For 1003 and 2003 Text is the whole
// sentence so far. For 1002 it is a delta: sentence = previous[:Offset] + Text,
// Offset in Unicode code points, so a delta applied twice changes nothing. A
// final one (End) carries the whole sentence as it was heard with Offset 0.
type Subtitle struct {
	Text       string `json:"text"`
	SentenceID string `json:"sentenceId"`
	End        bool   `json:"end"`
	Offset     int    `json:"offset"`
	Rev        int    `json:"rev"` // rises with each message of the sentence
	SpeakerID  string `json:"speakerId"`
	Time       int64  `json:"time"`               // Unix milliseconds when the sentence began
	Backlog    bool   `json:"backlog,omitempty"`  // replayed from the log
	Seq        int64  `json:"seq,omitempty"`      // log seq, with End
	Cut        bool   `json:"cut,omitempty"`      // with End: stopped before its end
	Unspoken   string `json:"unspoken,omitempty"` // with Cut: the rest, for humans and observers only
	// Data, with End, is that of the log's entry, for humans and observers only:
	// of the AI's {"sources":["returns.md"],"confidence":0.83}.
	Data json.RawMessage `json:"data,omitempty"`
}

// Backlog brackets a replay: {kind:"begin", from, to} … {kind:"end", cursor}.
type Backlog struct {
	Kind   string `json:"kind"`
	From   int64  `json:"from,omitempty"`
	To     int64  `json:"to,omitempty"`
	Cursor int64  `json:"cursor,omitempty"`
}

// AgentError tells of an engine's failure in words for people.
type AgentError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// AgentState is 1 listening, 2 thinking, 3 speaking.
type AgentState struct {
	State int `json:"state"`
}

// AgentWillLeave: reason 2001 idle exit, 2002 human takeover ended, 2003 human
// takeover started, 0 other.
type AgentWillLeave struct {
	Reason  int    `json:"reason"`
	Message string `json:"message"`
}

// CustomMessage is an application's own.
type CustomMessage struct {
	Message string `json:"message"`
}

// SpeakingInterrupted: reason 0 unknown, 1 words, 2 voice, 3 API, 4 broadcast,
// 5 new query.
type SpeakingInterrupted struct {
	Reason int `json:"reason"`
}

// ReplyCompleted is the whole reply of the model.
type ReplyCompleted struct {
	Text       string `json:"text"`
	SentenceID string `json:"sentenceId"`
}

// TypedMessage is text somebody typed.
type TypedMessage struct {
	Text      string `json:"text"`
	SpeakerID string `json:"speakerId"`
	Role      Role   `json:"role"`
	Name      string `json:"name,omitempty"`
	Time      int64  `json:"time"`
	Seq       int64  `json:"seq,omitempty"`
	Backlog   bool   `json:"backlog,omitempty"`
	Private   bool   `json:"private,omitempty"` // guidance the caller never sees
}

// TextToAgent is typed text by data channel.
type TextToAgent struct {
	Text            string `json:"text"`
	EnableInterrupt bool   `json:"enableInterrupt"`
}

// Switch is the data of the messages that turn something on or off.
type Switch struct {
	Enable bool `json:"enable"`
}
