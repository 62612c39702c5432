package wire

import "encoding/json"

// Notifications the server sends on the WebSocket.
const (
	NotifyParticipantJoined      = "participantJoined"
	NotifyParticipantLeft        = "participantLeft"
	NotifyParticipantSpeaksTo    = "participantSpeaksTo"
	NotifyDeskChanged            = "deskChanged"
	NotifyDeskOffer              = "deskOffer"
	NotifyDeskOfferGone          = "deskOfferGone"
	NotifyDeskClaim              = "deskClaim"
	NotifyDeskConsult            = "deskConsult"
	NotifyDeskPresence           = "deskPresence"
	NotifyDeskAlert              = "deskAlert"
	NotifyDeskSettings           = "deskSettings"
	NotifySlots                  = "slots"
	NotifyCallState              = "callState"
	NotifyHandoff                = "handoff"
	NotifyHumanTakeoverWillStart = "humanTakeoverWillStart"
	NotifyHumanTakeoverConnected = "humanTakeoverConnected"
	NotifyHumanTakeoverFailed    = "humanTakeoverFailed"
	NotifyHumanTakeoverEnded     = "humanTakeoverEnded"
	NotifyAgentWillLeave         = "agentWillLeave" // AgentWillLeave, event 1010 on the channel
	NotifyEntry                  = "entry"
	NotifyError                  = "error"
	NotifyClosed                 = "closed"      // the last message before the server closes the socket for good
	NotifyCallSummary            = "callSummary" // to who watches calls
	NotifyCallGone               = "callGone"    // likewise
)

// ParticipantJoined tells of a new visible participant.
type ParticipantJoined struct {
	Participant Participant `json:"participant"`
}

// ParticipantLeft tells that a visible participant is gone: reason is one of
// left, lost, slow, evicted, replaced, ended.
type ParticipantLeft struct {
	Participant string `json:"participant"`
	Reason      string `json:"reason"`
}

// ParticipantSpeaksTo tells humans and observers who hears a human without the
// floor.
type ParticipantSpeaksTo struct {
	Participant string   `json:"participant"`
	To          Audience `json:"to"`
}

// Slots says what one's slots carry now, by m-line.
type Slots struct {
	Slots []Slot `json:"slots"`
}

// Slot is one m-line that receives. An empty ParticipantID is an idle slot.
type Slot struct {
	MID           string `json:"mid"`
	Kind          string `json:"kind"` // audio, video
	ParticipantID string `json:"participantId,omitempty"`
	Source        Source `json:"source,omitempty"`
	Floor         bool   `json:"floor,omitempty"` // this slot carries whoever has the floor
}

// CallState is the call's state after a change. Event 2001 on the channel.
type CallState struct {
	State  string `json:"state"`
	Epoch  uint64 `json:"epoch"`
	Holder string `json:"holder,omitempty"` // participant id of who has the floor
	Reason string `json:"reason,omitempty"`
	Seq    int64  `json:"seq,omitempty"` // log seq of the transition
}

// Handoff tells the caller how the wait for a human stands, and humans and
// observers in the call what they must know.
type Handoff struct {
	Position int    `json:"position,omitempty"` // place in the queue, 1 = next; 0 = unknown
	WaitedMS int64  `json:"waitedMs"`
	Question string `json:"question,omitempty"` // "keepWaiting": answer with keepWaiting or cancelRequest
	Reason   string `json:"reason,omitempty"`
	LikelyMS int64  `json:"likelyMs,omitempty"` // how long the wait is likely to be; 0: not known
	Reply    string `json:"reply,omitempty"`    // the request is over: what the caller is told, which the AI says too
	OpensAt  int64  `json:"opensAt,omitempty"`  // when somebody is there again, Unix milliseconds
	CallBack bool   `json:"callBack,omitempty"` // the caller may leave a number or an address to be called back
	Brief    *Brief `json:"brief,omitempty"`    // for humans and observers only; the newest replaces all before
}

// HumanTakeoverWillStart: a human has claimed the call; the AI stays on until
// humanTakeoverConnected.
type HumanTakeoverWillStart struct {
	TakeoverUID  string       `json:"takeoverUid"`
	TakeoverMode TakeoverMode `json:"takeoverMode"`
	Name         string       `json:"name,omitempty"`
	Avatar       string       `json:"avatar,omitempty"`
	Seq          int64        `json:"seq,omitempty"` // log seq of the transition
}

// HumanTakeoverConnected: the human has the floor.
type HumanTakeoverConnected struct {
	TakeoverUID string `json:"takeoverUid"`
	Name        string `json:"name,omitempty"`
	Seq         int64  `json:"seq,omitempty"` // log seq of the transition
}

// HumanTakeoverFailed: the claim is void, the AI goes on. Reason is one of
// timeout, left, withdrawn, failed.
type HumanTakeoverFailed struct {
	TakeoverUID string `json:"takeoverUid"`
	Reason      string `json:"reason"`
	Seq         int64  `json:"seq,omitempty"` // log seq of the transition
}

// HumanTakeoverEnded: the AI has the floor again. Reason is one of returned,
// lost, callerSilent.
type HumanTakeoverEnded struct {
	TakeoverUID string `json:"takeoverUid"`
	Reason      string `json:"reason"`
	Seq         int64  `json:"seq,omitempty"` // log seq of the transition
}

// Closed is said before the server closes: Reason is one of ended, left,
// lost, slow, replaced, evicted, shutdown. What follows is a close frame with the same
// reason.
type Closed struct {
	Reason string `json:"reason"`
}

// Fault is the error notification: something the client sent without an id, or
// on the data channel, went wrong.
type Fault struct {
	Kind    ErrorKind `json:"kind"`
	Message string    `json:"message"`
	Method  string    `json:"method,omitempty"` // what it answers
}

// CallGone takes a call off a console's list.
type CallGone struct {
	ID string `json:"id"`
}

// Entry is one entry of the call's log as clients see it.
type Entry struct {
	Seq        int64           `json:"seq"`
	Time       int64           `json:"time"` // Unix milliseconds at its start
	EndTime    int64           `json:"endTime,omitempty"`
	Kind       string          `json:"kind"` // sentence, message, event
	Role       Role            `json:"role,omitempty"`
	SpeakerID  string          `json:"speakerId,omitempty"`
	Name       string          `json:"name,omitempty"`
	SentenceID string          `json:"sentenceId,omitempty"`
	Text       string          `json:"text,omitempty"`
	Cut        bool            `json:"cut,omitempty"`      // stopped before its end; Text is what was heard
	Unspoken   string          `json:"unspoken,omitempty"` // the rest, for humans and observers only
	Private    bool            `json:"private,omitempty"`  // callers never see it
	Event      string          `json:"event,omitempty"`    // for kind event: request, willStart, human, …
	Epoch      uint64          `json:"epoch"`
	Data       json.RawMessage `json:"data,omitempty"`
}
