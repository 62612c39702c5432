package wire

import (
	"encoding/json"
	"net/mail"
	"strings"
)

// DeskStatus answers GET /v1/desk/status. Times are Unix milliseconds.
type DeskStatus struct {
	Service  string `json:"service"`            // notConfigured, available, unavailable
	Reason   string `json:"reason,omitempty"`   // unavailable: closed, nobody, broken
	Reply    string `json:"reply,omitempty"`    // closed: the preset reply
	OpensAt  int64  `json:"opensAt,omitempty"`  // closed: the next opening
	ClosesAt int64  `json:"closesAt,omitempty"` // open: the end
	Waiting  int    `json:"waiting"`
}

// HandoffList answers GET /v1/desk/handoffs, the last to come first; ask again
// with before=Next while it is not 0.
type HandoffList struct {
	Handoffs []HandoffLine `json:"handoffs"`
	Next     int64         `json:"next"`
}

// DeskSetting is one of the desk's settings. Version is 0 where it was never set.
type DeskSetting struct {
	Key     string          `json:"key"`
	Value   json.RawMessage `json:"value,omitempty"`
	Version int64           `json:"version"`
	By      string          `json:"by,omitempty"`
	At      int64           `json:"at,omitempty"` // Unix milliseconds
}

// PutSetting is the body of POST /v1/desk/settings/{key}: Version is the one
// that was read.
type PutSetting struct {
	Value   json.RawMessage `json:"value"`
	Version int64           `json:"version"`
}

// FieldProblem is what is wrong with a field of a form.
type FieldProblem struct {
	Field   string `json:"field"`
	Code    string `json:"code"` // stable
	Message string `json:"message"`
}

// CheckResult answers POST /v1/desk/settings/{key}/check.
type CheckResult struct {
	Problems []FieldProblem `json:"problems"`
}

// Note is what people write down about a call for each other.
type Note struct {
	ID        string `json:"id"`
	By        string `json:"by"`
	Text      string `json:"text"`
	CreatedAt int64  `json:"createdAt"`
}

// NoteList answers GET /v1/desk/calls/{id}/notes, the newest first.
type NoteList struct {
	Notes []Note `json:"notes"`
}

// AddNote is the body of POST /v1/desk/calls/{id}/notes.
type AddNote struct {
	Text string `json:"text"`
}

// WrapUpForm is what is written down after a call, and the body of
// POST /v1/desk/handoffs/{id}/wrapup, with the version that was read.
type WrapUpForm struct {
	Disposition string   `json:"disposition"`
	Tags        []string `json:"tags,omitempty"`
	Note        string   `json:"note,omitempty"`
	Version     int64    `json:"version"`
	By          string   `json:"by,omitempty"`
	UpdatedAt   int64    `json:"updatedAt,omitempty"`
}

// LeaveCallBack is the body of POST /v1/calls/{id}/callback: a phone number, an
// e-mail address, or both.
type LeaveCallBack struct {
	Phone string `json:"phone,omitempty"`
	Email string `json:"email,omitempty"`
	Note  string `json:"note,omitempty"`
}

// PublicCall is the body of POST /v1/public/{link}/calls.
type PublicCall struct {
	Name     string `json:"name,omitempty"`
	Language string `json:"language,omitempty"` // BCP 47
}

// Validate implements Validator.
func (p *PublicCall) Validate() error {
	c := CreateCall{Name: p.Name, Language: p.Language}
	return c.Validate()
}

// CallBack is one of the list.
type CallBack struct {
	ID        string `json:"id"`
	Call      string `json:"call"`
	Phone     string `json:"phone,omitempty"`
	Email     string `json:"email,omitempty"`
	Note      string `json:"note,omitempty"`
	State     string `json:"state"` // open, done
	By        string `json:"by,omitempty"`
	CreatedAt int64  `json:"createdAt"`
	UpdatedAt int64  `json:"updatedAt"`
	Version   int64  `json:"version"`
}

// CallBackList answers GET /v1/desk/callbacks, the newest first.
type CallBackList struct {
	CallBacks []CallBack `json:"callBacks"`
}

// UpdateCallBack is the body of POST /v1/desk/callbacks/{id}.
type UpdateCallBack struct {
	State   string `json:"state"`
	Version int64  `json:"version"`
}

// CannedReply is a reply to be used again, and the body of POST /v1/desk/canned
// (without an id: a new one).
type CannedReply struct {
	ID       string `json:"id,omitempty"`
	Title    string `json:"title"`
	Text     string `json:"text"`
	Language string `json:"language,omitempty"`
	Shared   bool   `json:"shared,omitempty"` // for everybody: an admin's to change
	Version  int64  `json:"version"`
}

// CannedList answers GET /v1/desk/canned: one's own and the shared ones.
type CannedList struct {
	Replies []CannedReply `json:"replies"`
}

// Validate implements Validator.
func (p *PutSetting) Validate() error {
	if len(p.Value) == 0 || len(p.Value) > 60<<10 || p.Version < 0 {
		return invalid("value and the version that was read are needed")
	}
	return nil
}

// Validate implements Validator.
func (a *AddNote) Validate() error { return checkSaid(a.Text) }

// Validate implements Validator.
func (w *WrapUpForm) Validate() error {
	if len(w.Tags) > 30 || w.Version < 0 {
		return invalid("at most 30 tags, and the version that was read")
	}
	for _, tag := range w.Tags {
		if err := checkLine("tags", tag, MaxName); err != nil || tag == "" {
			return invalid("a tag has 1 to %d characters", MaxName)
		}
	}
	if err := checkLine("disposition", w.Disposition, MaxName); err != nil {
		return err
	}
	return checkText("note", w.Note, MaxText)
}

// Validate implements Validator.
func (l *LeaveCallBack) Validate() error {
	if l.Phone == "" && l.Email == "" {
		return fieldError("phone", "a phone number or an e-mail address is needed")
	}
	if l.Email != "" {
		if a, err := mail.ParseAddress(l.Email); err != nil || a.Address != l.Email || len(l.Email) > 254 {
			return fieldError("email", "this is no e-mail address")
		}
	}
	digits := 0
	for _, r := range l.Phone {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune("+-()/. ", r):
			return fieldError("phone", "a phone number has digits, spaces and + - ( ) / only")
		}
	}
	if l.Phone != "" && (digits < 5 || digits > 20 || len(l.Phone) > 40) {
		return fieldError("phone", "a phone number has 5 to 20 digits")
	}
	if err := checkText("note", l.Note, 1000); err != nil {
		return err
	}
	return nil
}

func fieldError(field, message string) error {
	e := Errorf(KindBadRequest, "%s", message)
	e.Data = ErrorData{Kind: KindBadRequest, Field: field}
	return e
}

// Validate implements Validator.
func (u *UpdateCallBack) Validate() error {
	if u.State != "open" && u.State != "done" || u.Version < 1 {
		return invalid("state must be open or done, and version the one that was read")
	}
	return nil
}

// Validate implements Validator.
func (c *CannedReply) Validate() error {
	if strings.TrimSpace(c.Title) == "" {
		return fieldError("title", "a title is needed")
	}
	if err := checkLine("title", c.Title, MaxName); err != nil {
		return err
	}
	if c.ID != "" {
		if err := checkID("id", c.ID, 64); err != nil {
			return err
		}
	}
	return checkSaid(c.Text)
}
