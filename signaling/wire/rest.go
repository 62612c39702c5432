package wire

import "encoding/json"

// CreateCall is the body of POST /v1/calls. Everything is optional.
type CreateCall struct {
	ID            string          `json:"id,omitempty"`       // chosen by the app; made when absent
	Identity      string          `json:"identity,omitempty"` // of the caller; made when absent
	Name          string          `json:"name,omitempty"`
	Avatar        string          `json:"avatar,omitempty"`
	Email         string          `json:"email,omitempty"`
	Greeting      *string         `json:"greeting,omitempty"` // absent: the default one; "": none
	Language      string          `json:"language,omitempty"` // BCP 47
	ExternalAgent bool            `json:"externalAgent,omitempty"`
	Meta          json.RawMessage `json:"meta,omitempty"` // the app's own, given back as it is
}

// CreateCallResult answers it. The token admits the caller once.
type CreateCallResult struct {
	CallID        string      `json:"callId"`
	ParticipantID string      `json:"participantId"`
	Token         string      `json:"token"`
	WSURL         string      `json:"wsUrl"`
	ICEServers    []ICEServer `json:"iceServers"`
}

// CallRecord is a call as the store has it.
type CallRecord struct {
	ID        string          `json:"id"`
	State     string          `json:"state"`
	Epoch     uint64          `json:"epoch"`
	Holder    string          `json:"holder,omitempty"` // participant id of who has the floor
	Human     *Person         `json:"human,omitempty"`  // who claims or has taken over
	Reason    string          `json:"reason,omitempty"` // why a human is asked for
	CreatedAt int64           `json:"createdAt"`        // Unix milliseconds
	StateAt   int64           `json:"stateAt"`
	EndedAt   int64           `json:"endedAt,omitempty"`
	LastSeq   int64           `json:"lastSeq"`
	Brief     *Brief          `json:"brief,omitempty"` // of a live call, since a human was asked for
	Meta      json.RawMessage `json:"meta,omitempty"`
}

// Person is somebody outside of a call.
type Person struct {
	Identity string `json:"identity"`
	Name     string `json:"name,omitempty"`
}

// CallList answers GET /v1/calls, newest first.
type CallList struct {
	Calls []CallRecord `json:"calls"`
}

// SummaryList answers GET /v1/desk/calls.
type SummaryList struct {
	Calls []CallSummary `json:"calls"`
}

// CreateToken is the body of POST /v1/calls/{id}/tokens.
type CreateToken struct {
	Identity string `json:"identity"`
	Role     Role   `json:"role"`
	Name     string `json:"name,omitempty"`
	Avatar   string `json:"avatar,omitempty"`
	Email    string `json:"email,omitempty"`
}

// CreateTokenResult answers it. The token admits once.
type CreateTokenResult struct {
	Token         string      `json:"token"`
	ParticipantID string      `json:"participantId"`
	WSURL         string      `json:"wsUrl"`
	ICEServers    []ICEServer `json:"iceServers"`
	ExpiresAt     int64       `json:"expiresAt"` // Unix milliseconds
}

// EntryList answers GET /v1/calls/{id}/entries: ask again with after=Next.
type EntryList struct {
	Entries []Entry `json:"entries"`
	Next    int64   `json:"next"`
}

// TakeoverCall is the body of POST /v1/calls/{id}/takeover. TakeoverMode is 1
// when absent.
type TakeoverCall struct {
	HumanAgentUserID string        `json:"humanAgentUserId,omitempty"` // made when absent
	RequireToken     bool          `json:"requireToken,omitempty"`
	TakeoverMode     *TakeoverMode `json:"takeoverMode,omitempty"`
	Name             string        `json:"name,omitempty"`
	Avatar           string        `json:"avatar,omitempty"`
}

// TakeoverCallResult answers it: the call is reserved for that human, who
// joins within 30 s.
type TakeoverCallResult struct {
	RequestID        string `json:"requestId"`
	ChannelID        string `json:"channelId"` // the call's id
	HumanAgentUserID string `json:"humanAgentUserId"`
	TakeoverUID      string `json:"takeoverUid"`     // as in the events of this takeover
	Token            string `json:"token,omitempty"` // with requireToken
}

// PostMessage is the body of POST /v1/calls/{id}/messages: agent (default)
// is said by the AI word for word, human is written by the human.
type PostMessage struct {
	Text string `json:"text"`
	As   Role   `json:"as,omitempty"`
}

// Login is the body of POST /v1/desk/login.
type Login struct {
	Identity string `json:"identity"`
	Password string `json:"password"`
}

// LoginResult answers it. The token is for many calls.
type LoginResult struct {
	Token     string `json:"token"`
	Identity  string `json:"identity"`
	Name      string `json:"name"`
	Avatar    string `json:"avatar,omitempty"`
	Role      string `json:"role"`      // agent, supervisor, admin
	ExpiresAt int64  `json:"expiresAt"` // Unix milliseconds
}

// Problem is an error as REST sends it: RFC 9457, application/problem+json.
type Problem struct {
	Type   string    `json:"type"` // about:blank: the status says it
	Title  string    `json:"title"`
	Status int       `json:"status"`
	Detail string    `json:"detail"`
	Kind   ErrorKind `json:"kind"`
	Name   string    `json:"name,omitempty"`  // conflict at takeover: the human who has the call
	State  string    `json:"state,omitempty"` // conflict: the state the call is in
	Field  string    `json:"field,omitempty"` // the member of the body that is wrong

	Problems []FieldProblem `json:"problems,omitempty"` // all that is wrong with a setting

	RetryAfter int `json:"retryAfter,omitempty"` // rateLimited: seconds to wait
}

// Health answers /healthz and /readyz.
type Health struct {
	Status string `json:"status"` // ok
}

// Validate implements Validator.
func (c *CreateCall) Validate() error {
	if c.ID != "" {
		if err := CheckCallID(c.ID); err != nil {
			return err
		}
	}
	if err := checkPerson(c.Identity, c.Name, c.Avatar, c.Email); err != nil {
		return err
	}
	if c.Greeting != nil {
		if err := checkText("greeting", *c.Greeting, MaxText); err != nil {
			return err
		}
	}
	if c.Language != "" {
		if err := checkID("language", c.Language, 35); err != nil {
			return err
		}
	}
	if len(c.Meta) > MaxMeta {
		return invalid("meta may have at most %d bytes", MaxMeta)
	}
	return nil
}

// checkPerson: an empty identity is one to be made.
func checkPerson(identity, name, avatar, email string) error {
	if identity != "" {
		if err := CheckIdentity(identity); err != nil {
			return err
		}
	}
	if err := checkLine("name", name, MaxName); err != nil {
		return err
	}
	if err := checkEmail(email); err != nil {
		return err
	}
	if len(avatar) > MaxURL {
		return invalid("avatar may have at most %d bytes", MaxURL)
	}
	return checkLine("avatar", avatar, MaxURL)
}

// Validate implements Validator.
func (c *CreateToken) Validate() error {
	if err := CheckIdentity(c.Identity); err != nil {
		return err
	}
	switch c.Role {
	case RoleCaller, RoleAgent, RoleHuman, RoleObserver:
	default:
		return invalid("role must be caller, agent, human or observer")
	}
	return checkPerson(c.Identity, c.Name, c.Avatar, c.Email)
}

// Validate implements Validator.
func (t *TakeoverCall) Validate() error {
	if t.TakeoverMode != nil {
		if err := t.TakeoverMode.validate(); err != nil {
			return err
		}
	}
	return checkPerson(t.HumanAgentUserID, t.Name, t.Avatar, "")
}

// Mode is the mode asked for.
func (t *TakeoverCall) Mode() TakeoverMode {
	if t.TakeoverMode == nil {
		return ModeOwnVoice
	}
	return *t.TakeoverMode
}

// Validate implements Validator.
func (m *PostMessage) Validate() error {
	if m.As != "" && m.As != RoleAgent && m.As != RoleHuman {
		return invalid("as must be agent or human")
	}
	return checkSaid(m.Text)
}

// Validate implements Validator.
func (l *Login) Validate() error {
	if l.Password == "" || len(l.Password) > 1024 {
		return invalid("password must have 1 to 1024 bytes")
	}
	return CheckIdentity(l.Identity)
}
