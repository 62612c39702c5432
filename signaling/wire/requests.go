package wire

import "encoding/json"

// Subprotocol is the WebSocket subprotocol both sides name in the handshake.
const Subprotocol = "relevo.v1"

// Methods a client may call. The first request on a socket is MethodJoin or
// MethodWatchCalls; MethodNegotiate may follow without waiting for the reply.
const (
	MethodJoin          = "join"
	MethodNegotiate     = "negotiate"
	MethodSubscribe     = "subscribe"
	MethodMute          = "mute"
	MethodSpeakTo       = "speakTo"
	MethodMessage       = "message"
	MethodInterrupt     = "interrupt"
	MethodRequestHuman  = "requestHuman"
	MethodCancelRequest = "cancelRequest"
	MethodKeepWaiting   = "keepWaiting"
	MethodTakeover      = "takeover"
	MethodReturn        = "return"
	MethodHangup        = "hangup"
	MethodLeave         = "leave"
	MethodSetEmail      = "setEmail"
	MethodWatchCalls    = "watchCalls" // instead of join: a console follows the list of calls
)

// NotifyCandidate is the one notification that travels both ways.
const NotifyCandidate = "candidate"

// Role is what a participant is in a call.
type Role string

// The roles of a call.
const (
	RoleCaller   Role = "caller"   // the person who called; holds the floor's ear
	RoleAgent    Role = "agent"    // the AI: ours in-process, or an external bot
	RoleHuman    Role = "human"    // a human agent; silent and hidden until they have the floor
	RoleObserver Role = "observer" // listens only, invisible to callers
)

// Source is what a publication carries.
type Source string

// The sources a client can publish.
const (
	SourceMicrophone Source = "microphone"
	SourceCamera     Source = "camera"
	SourceScreen     Source = "screen"
)

// TakeoverMode says in whose voice the human is heard.
type TakeoverMode int

// The takeover modes of the protocol.
const (
	ModeAgentVoice TakeoverMode = 0 // the human's words are spoken by the agent's TTS; their audio never reaches the caller
	ModeOwnVoice   TakeoverMode = 1 // the human's own microphone has the floor
)

// Join is the first request of a participant. Token is a JWT, never in a URL.
// Call is needed only with a desk token, which is not bound to a call.
// Resume is the resumeToken of an earlier join: the participant, its media and
// its place stay as they were. Cursor is the newest log seq that the client was told of by the socket: what
// came after it is told again, and a new data channel's backlog starts there.
type Join struct {
	Token     string     `json:"token,omitempty"`
	Call      string     `json:"call,omitempty"`
	Role      Role       `json:"role,omitempty"` // desk tokens only: human (default) or observer
	Subscribe *Subscribe `json:"subscribe,omitempty"`
	Resume    string     `json:"resume,omitempty"`
	Cursor    int64      `json:"cursor,omitempty"`
}

// JoinResult answers Join.
type JoinResult struct {
	Participant  Participant   `json:"participant"`
	Call         CallInfo      `json:"call"`
	Participants []Participant `json:"participants"` // visible others and oneself
	ICEServers   []ICEServer   `json:"iceServers"`
	ResumeToken  string        `json:"resumeToken"` // valid for one resume within 30 s of losing the socket; each join gives a new one
	Cursor       int64         `json:"cursor"`      // last log seq at this moment
	Resumed      bool          `json:"resumed,omitempty"`
	Restarted    bool          `json:"restarted,omitempty"` // resumed at a server that was restarted: media must be offered anew, by a new peer connection
}

// CallInfo is the call as a participant may know it.
type CallInfo struct {
	ID        string `json:"id"`
	State     string `json:"state"` // ai pending willStart human returning ended
	Epoch     uint64 `json:"epoch"`
	Holder    string `json:"holder,omitempty"` // participant id of who has the floor
	CreatedAt int64  `json:"createdAt"`        // Unix milliseconds
}

// Participant is one party of a call.
type Participant struct {
	ID       string `json:"id"`
	Identity string `json:"identity"`
	Role     Role   `json:"role"`
	Name     string `json:"name,omitempty"`
	Avatar   string `json:"avatar,omitempty"`
}

// ICEServer has the shape of W3C RTCIceServer.
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username,omitempty"`
	Credential string   `json:"credential,omitempty"`
}

// SDP is a session description as W3C RTCSessionDescriptionInit.
type SDP struct {
	Type string `json:"type"`
	SDP  string `json:"sdp"`
}

// Negotiate offers the media of the whole call. Every m-line that sends is
// named in Publish; every one that receives is a slot.
type Negotiate struct {
	Offer   SDP           `json:"offer"`
	Publish []Publication `json:"publish,omitempty"`
}

// Publication says what the m-line mid carries.
type Publication struct {
	MID    string `json:"mid"`
	Source Source `json:"source"`
}

// NegotiateResult answers Negotiate.
type NegotiateResult struct {
	Answer SDP `json:"answer"`
}

// Candidate is W3C RTCIceCandidateInit; an empty Candidate ends the candidates.
type Candidate struct {
	Candidate     string  `json:"candidate"`
	SDPMid        *string `json:"sdpMid,omitempty"`
	SDPMLineIndex *uint16 `json:"sdpMLineIndex,omitempty"`

	UsernameFragment *string `json:"usernameFragment,omitempty"`
}

// Subscribe chooses what one receives: mode "all" (default), "none", or
// "some" with the participants wanted. Asking for what is not published is no
// error: it comes when it is.
type Subscribe struct {
	Mode         string         `json:"mode"`
	Participants []Subscription `json:"participants,omitempty"`
}

// The subscription modes.
const (
	SubscribeAll  = "all"
	SubscribeNone = "none"
	SubscribeSome = "some"
)

// Subscription is what one wants of one participant.
type Subscription struct {
	ID          string `json:"id"`
	Audio       bool   `json:"audio"`
	Video       bool   `json:"video"`
	Transcripts bool   `json:"transcripts"`
}

// Mute mutes or unmutes one of one's own sources at the server.
type Mute struct {
	Source Source `json:"source"`
	Muted  bool   `json:"muted"`
}

// Audience is who hears a human who has not the floor.
type Audience string

// The audiences.
const (
	AudienceNobody   Audience = "nobody"   // listens, which is how one joins
	AudienceHumans   Audience = "humans"   // whispers: humans and observers hear it, the caller does not
	AudienceEveryone Audience = "everyone" // barges in: three-way; only while a human has the floor, in their own voice
)

// SpeakTo chooses who hears a human who has not the floor.
type SpeakTo struct {
	To Audience `json:"to"`
}

// Message is typed text: a caller's goes to who has the floor; a human's with
// the floor goes to the caller; a human's without it is guidance to the AI
// that the caller never sees, unless To is ToCaller: then it is a reply, and the
// first takes the call over.
type Message struct {
	Text string `json:"text"`
	To   string `json:"to,omitempty"`
}

// ToCaller makes a human's Message one for the caller.
const ToCaller = "caller"

// MessageResult gives the log seq of the message.
type MessageResult struct {
	Seq int64 `json:"seq"`
}

// RequestHuman asks for a human agent.
type RequestHuman struct {
	Reason   string `json:"reason,omitempty"`
	Email    string `json:"email,omitempty"`
	Priority int    `json:"priority,omitempty"` // 1 urgent … 4 low; 0 = 3 normal
	Skill    string `json:"skill,omitempty"`    // required, at any level
	// Skills and Languages are what is required or preferred of who takes it, with
	// levels; Skill is one more.
	Skills    []Need `json:"skills,omitempty"`
	Languages []Need `json:"languages,omitempty"` // BCP 47; absent: as the desk is set
}

// Takeover claims the call for the human who sends it. The result comes once
// they are connected.
type Takeover struct {
	TakeoverMode TakeoverMode `json:"takeoverMode"`
	Key          string       `json:"key,omitempty"` // repeating a claim with the same key is the same claim
}

// TakeoverResult answers Takeover when the human has the floor.
type TakeoverResult struct {
	TakeoverUID string `json:"takeoverUid"`
	Epoch       uint64 `json:"epoch"`
}

// Empty is the result of requests that have nothing to say.
type Empty struct{}

// WatchCalls is the first request of a console's list: a desk token instead
// of a call's.
type WatchCalls struct {
	Token string `json:"token"`
}

// WatchCallsResult is the list at this moment; callSummary and callGone follow.
type WatchCallsResult struct {
	Calls []CallSummary `json:"calls"`
}

// CallSummary is one line of the console's list.
type CallSummary struct {
	ID        string          `json:"id"`
	State     string          `json:"state"`
	Epoch     uint64          `json:"epoch"`
	CreatedAt int64           `json:"createdAt"`          // Unix milliseconds
	StateAt   int64           `json:"stateAt"`            // since when it is in State
	Caller    string          `json:"caller,omitempty"`   // display name of the caller
	Holder    string          `json:"holder,omitempty"`   // display name of who has the floor
	Human     string          `json:"human,omitempty"`    // name of the human who claims or holds
	Reason    string          `json:"reason,omitempty"`   // why a human is asked for
	Language  string          `json:"language,omitempty"` // that the caller speaks (BCP 47), as heard or as the app said
	LastLine  *LastLine       `json:"lastLine,omitempty"`
	Video     bool            `json:"video,omitempty"`
	Brief     *BriefLine      `json:"brief,omitempty"` // since a human was asked for
	Watch     *Watch          `json:"watch,omitempty"` // since a human gave it back and watches
	Extra     json.RawMessage `json:"extra,omitempty"`
}

// LastLine is the newest sentence of a call, maybe still growing.
type LastLine struct {
	Role Role   `json:"role"`
	Name string `json:"name,omitempty"`
	Text string `json:"text"`
	End  bool   `json:"end"`
}

// Validate implements Validator.
func (s *SpeakTo) Validate() error {
	switch s.To {
	case AudienceNobody, AudienceHumans, AudienceEveryone:
		return nil
	}
	return invalid("to must be nobody, humans or everyone")
}
