package signaling

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/desk"
	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/desk/store"
	"github.com/relevo/relevo/signaling/wire"
)

// records is the desk's store, where there is a desk.
func (s *Server) records() (store.Store, error) {
	if s.cfg.Records == nil {
		return nil, wire.Errorf(wire.KindNotFound, "there is no desk here")
	}
	return s.cfg.Records, nil
}

// deskError is a store's error for the peer.
func deskError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrNotFound):
		return wire.Errorf(wire.KindNotFound, "there is no such thing")
	case errors.Is(err, store.ErrConflict):
		return wire.Errorf(wire.KindConflict, "somebody else has changed this meanwhile; look at it again")
	case errors.Is(err, store.ErrInvalid):
		return wire.Wrap(wire.KindBadRequest, err, "this cannot be kept")
	}
	return storageError(err)
}

// deskStatus is GET /v1/desk/status.
func (s *Server) deskStatus(r *request) (any, error) {
	if s.cfg.Desk == nil {
		return wire.DeskStatus{Service: "notConfigured"}, nil
	}
	st, waiting, err := s.cfg.Desk.Status(r.Context())
	if err != nil {
		return nil, err
	}
	return wire.DeskStatus{Service: string(st.Service), Reason: st.Reason, Reply: st.Reply, OpensAt: millis(st.Opens), ClosesAt: millis(st.Closes), Waiting: waiting}, nil
}

// handoffs is GET /v1/desk/handoffs: the history, with what is going on.
func (s *Server) handoffs(r *request) (any, error) {
	records, err := s.records()
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	f := store.Filter{Agent: q.Get("agent"), Reason: q.Get("reason"), Outcome: queue.Outcome(q.Get("outcome")), Call: q.Get("call")}
	number := func(name string, def, low, high int64) (n int64) {
		if err == nil {
			n, err = intParam(q, name, def, low, high)
		}
		return n
	}
	const ever = 1 << 50
	f.Priority = queue.Priority(number("priority", 0, 0, 4))
	f.Limit, f.Before = int(number("limit", 100, 1, 1000)), uint64(number("before", 0, 0, ever))
	f.Entered = store.Span{From: at(number("from", 0, 0, ever)), To: at(number("to", 0, 0, ever))}
	if err != nil {
		return nil, err
	}
	switch q.Get("state") {
	case "":
	case "ended", "live":
		ended := q.Get("state") == "ended"
		f.Ended = &ended
	default:
		return nil, wire.Errorf(wire.KindBadRequest, "state must be live or ended")
	}
	list, err := records.Handoffs(r.Context(), f)
	if err != nil {
		return nil, deskError(err)
	}
	out := wire.HandoffList{Handoffs: []wire.HandoffLine{}}
	for i := range list {
		h := &list[i]
		who := h.Agent
		if n := len(h.Stints); who == "" && n > 0 {
			who = h.Stints[n-1].Agent
		}
		name := ""
		if s.cfg.People != nil {
			a, _ := s.cfg.People.Account(who)
			name = a.Name
		}
		l := desk.Line(h, name)
		l.Agent = who
		out.Handoffs = append(out.Handoffs, l)
	}
	if len(list) == f.Limit {
		out.Next = int64(list[len(list)-1].Seq)
	}
	return out, nil
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// settingKeys are the settings there are, and who may read each.
var settingKeys = map[string]account.Role{
	desk.SettingHours: account.Agent, desk.SettingRouting: account.Agent, desk.SettingRules: account.Supervisor,
	"dispositions": account.Agent, "tags": account.Agent, "notifications": account.Agent, "public": account.Admin,
}

// setting is a request for one setting that exists and that the role may see.
func (s *Server) setting(r *request) (store.Store, string, error) {
	key := r.PathValue("key")
	least, ok := settingKeys[key]
	if !ok {
		return nil, "", wire.Errorf(wire.KindNotFound, "there is no such setting")
	}
	if r.who.desk() && !r.who.person.Role.AtLeast(least) {
		return nil, "", wire.Errorf(wire.KindForbidden, "this is for the role %s", least)
	}
	records, err := s.records()
	return records, key, err
}

// getSetting is GET /v1/desk/settings/{key}.
func (s *Server) getSetting(r *request) (any, error) {
	records, key, err := s.setting(r)
	if err != nil {
		return nil, err
	}
	v, err := records.Setting(r.Context(), key)
	if err != nil {
		return nil, deskError(err)
	}
	return wireSetting(v), nil
}

func wireSetting(v store.Setting) wire.DeskSetting {
	return wire.DeskSetting{Key: v.Key, Value: v.Value, Version: v.Version, By: v.By, At: millis(v.At)}
}

// putSetting is POST /v1/desk/settings/{key}: checked, kept, in the audit log,
// and in force at once.
func (s *Server) putSetting(r *request) (any, error) {
	records, key, err := s.setting(r)
	if err != nil {
		return nil, err
	}
	b := r.body.(*wire.PutSetting)
	if problems := desk.CheckSetting(key, b.Value); len(problems) > 0 {
		e := wire.Errorf(wire.KindBadRequest, "%s: %s", problems[0].Field, problems[0].Message)
		e.Data = wire.ErrorData{Kind: wire.KindBadRequest, Field: problems[0].Field, Problems: fieldProblems(problems)}
		return nil, e
	}
	v, err := records.PutSetting(r.Context(), s.actor(r), key, b.Value, b.Version)
	if err != nil {
		return nil, deskError(err)
	}
	if err := s.cfg.Desk.Reload(r.Context()); err != nil {
		return nil, err
	}
	return wireSetting(v), nil
}

// checkSetting is POST /v1/desk/settings/{key}/check: as one types.
func (s *Server) checkSetting(r *request) (any, error) {
	_, key, err := s.setting(r)
	if err != nil {
		return nil, err
	}
	return wire.CheckResult{Problems: fieldProblems(desk.CheckSetting(key, r.body.(*wire.PutSetting).Value))}, nil
}

func fieldProblems(in []desk.Problem) []wire.FieldProblem {
	out := []wire.FieldProblem{}
	for _, p := range in {
		out = append(out, wire.FieldProblem(p))
	}
	return out
}

// put keeps a document and reads its body back.
func put[T any](s *Server, r *request, d store.Document, body T) (store.Document, error) {
	records, err := s.records()
	if err != nil {
		return store.Document{}, err
	}
	if d.Body, err = json.Marshal(body); err != nil {
		return store.Document{}, wire.Wrap(wire.KindInternal, err, "internal error")
	}
	d.By = s.actor(r).Identity
	d, err = records.Put(r.Context(), d)
	return d, deskError(err)
}

// documents reads those of a kind.
func documents[T any](s *Server, r *request, kind store.Kind, of *string, each func(store.Document, T)) error {
	records, err := s.records()
	if err != nil {
		return err
	}
	list, err := records.Documents(r.Context(), kind, of, 1000)
	if err != nil {
		return deskError(err)
	}
	for _, d := range list {
		var v T
		if err := json.Unmarshal(d.Body, &v); err != nil {
			return wire.Wrap(wire.KindInternal, err, "internal error")
		}
		each(d, v)
	}
	return nil
}

// notes is GET /v1/desk/calls/{id}/notes.
func (s *Server) notes(r *request) (any, error) {
	call := r.PathValue("id")
	out := wire.NoteList{Notes: []wire.Note{}}
	err := documents(s, r, store.Note, &call, func(d store.Document, n wire.AddNote) {
		out.Notes = append(out.Notes, wire.Note{ID: d.ID, By: d.By, Text: n.Text, CreatedAt: d.Created.UnixMilli()})
	})
	return out, err
}

// addNote is POST /v1/desk/calls/{id}/notes.
func (s *Server) addNote(r *request) (any, error) {
	b := r.body.(*wire.AddNote)
	if _, err := s.storedCall(r.Context(), r.PathValue("id")); err != nil {
		return nil, err
	}
	d, err := put(s, r, store.Document{Kind: store.Note, ID: "n_" + rand.Text(), Of: r.PathValue("id")}, *b)
	if err != nil {
		return nil, err
	}
	return wire.Note{ID: d.ID, By: d.By, Text: b.Text, CreatedAt: d.Created.UnixMilli()}, nil
}

// getWrapUp is GET /v1/desk/handoffs/{id}/wrapup; version 0: not written yet.
func (s *Server) getWrapUp(r *request) (any, error) {
	records, err := s.records()
	if err != nil {
		return nil, err
	}
	if _, err := records.Handoff(r.Context(), r.PathValue("id")); err != nil {
		return nil, deskError(err)
	}
	d, err := records.Document(r.Context(), store.WrapUp, r.PathValue("id"))
	if errors.Is(err, store.ErrNotFound) {
		return wire.WrapUpForm{}, nil
	}
	if err != nil {
		return nil, deskError(err)
	}
	var form wire.WrapUpForm
	if err := json.Unmarshal(d.Body, &form); err != nil {
		return nil, wire.Wrap(wire.KindInternal, err, "internal error")
	}
	form.Version, form.By, form.UpdatedAt = d.Version, d.By, d.Updated.UnixMilli()
	return form, nil
}

// putWrapUp is POST /v1/desk/handoffs/{id}/wrapup.
func (s *Server) putWrapUp(r *request) (any, error) {
	records, err := s.records()
	if err != nil {
		return nil, err
	}
	if _, err := records.Handoff(r.Context(), r.PathValue("id")); err != nil {
		return nil, deskError(err)
	}
	form := *r.body.(*wire.WrapUpForm)
	form.By, form.UpdatedAt = "", 0
	version := form.Version
	form.Version = 0 // the document's counts
	d, err := put(s, r, store.Document{Kind: store.WrapUp, ID: r.PathValue("id"), Of: r.PathValue("id"), Version: version}, form)
	if err != nil {
		return nil, err
	}
	form.Version, form.By, form.UpdatedAt = d.Version, d.By, d.Updated.UnixMilli()
	return form, nil
}

type callBack struct {
	wire.LeaveCallBack
	State string `json:"state"`
}

func wireCallBack(d store.Document, c callBack) wire.CallBack {
	return wire.CallBack{ID: d.ID, Call: d.Of, Phone: c.Phone, Email: c.Email, Note: c.Note, State: c.State, By: d.By,
		CreatedAt: d.Created.UnixMilli(), UpdatedAt: d.Updated.UnixMilli(), Version: d.Version}
}

// leaveCallBack is POST /v1/calls/{id}/callback: by the caller, or their app.
// There is one a call: leaving another replaces it.
func (s *Server) leaveCallBack(r *request) (any, error) {
	records, err := s.records()
	if err != nil {
		return nil, err
	}
	id := r.PathValue("id")
	if _, err := s.storedCall(r.Context(), id); err != nil {
		return nil, err
	}
	d := store.Document{Kind: store.CallBack, ID: "cb_" + id, Of: id}
	switch old, err := records.Document(r.Context(), store.CallBack, d.ID); {
	case err == nil:
		d.Version = old.Version
	case !errors.Is(err, store.ErrNotFound):
		return nil, deskError(err)
	}
	body := callBack{*r.body.(*wire.LeaveCallBack), "open"}
	if d, err = put(s, r, d, body); err != nil {
		return nil, err
	}
	return wireCallBack(d, body), nil
}

// callBacks is GET /v1/desk/callbacks.
func (s *Server) callBacks(r *request) (any, error) {
	out := wire.CallBackList{CallBacks: []wire.CallBack{}}
	err := documents(s, r, store.CallBack, nil, func(d store.Document, c callBack) { out.CallBacks = append(out.CallBacks, wireCallBack(d, c)) })
	return out, err
}

// updateCallBack is POST /v1/desk/callbacks/{id}.
func (s *Server) updateCallBack(r *request) (any, error) {
	records, err := s.records()
	if err != nil {
		return nil, err
	}
	d, err := records.Document(r.Context(), store.CallBack, r.PathValue("id"))
	if err != nil {
		return nil, deskError(err)
	}
	var body callBack
	if err := json.Unmarshal(d.Body, &body); err != nil {
		return nil, wire.Wrap(wire.KindInternal, err, "internal error")
	}
	b := r.body.(*wire.UpdateCallBack)
	body.State, d.Version = b.State, b.Version
	if d, err = put(s, r, d, body); err != nil {
		return nil, err
	}
	return wireCallBack(d, body), nil
}

// canned is GET /v1/desk/canned: one's own replies and the shared ones.
func (s *Server) canned(r *request) (any, error) {
	out := wire.CannedList{Replies: []wire.CannedReply{}}
	for _, of := range []string{"", r.who.person.Identity} {
		err := documents(s, r, store.Canned, &of, func(d store.Document, c wire.CannedReply) {
			c.ID, c.Version, c.Shared = d.ID, d.Version, d.Of == ""
			out.Replies = append(out.Replies, c)
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// saveCanned is POST /v1/desk/canned.
func (s *Server) saveCanned(r *request) (any, error) {
	records, err := s.records()
	if err != nil {
		return nil, err
	}
	b := *r.body.(*wire.CannedReply)
	d := store.Document{Kind: store.Canned, ID: b.ID, Of: r.who.person.Identity, Version: b.Version}
	if b.Shared {
		d.Of = ""
	}
	if d.ID == "" {
		d.ID, d.Version = "cr_"+rand.Text(), 0
	} else if old, err := records.Document(r.Context(), store.Canned, d.ID); err == nil {
		d.Of = old.Of
	} else {
		return nil, deskError(err)
	}
	if err := s.mayChangeCanned(r, d); err != nil {
		return nil, err
	}
	b.ID, b.Version, b.Title = "", 0, strings.TrimSpace(b.Title)
	if d, err = put(s, r, d, b); err != nil {
		return nil, err
	}
	b.ID, b.Version, b.Shared = d.ID, d.Version, d.Of == ""
	return b, nil
}

// deleteCanned is DELETE /v1/desk/canned/{id}.
func (s *Server) deleteCanned(r *request) (any, error) {
	records, err := s.records()
	if err != nil {
		return nil, err
	}
	d, err := records.Document(r.Context(), store.Canned, r.PathValue("id"))
	if err != nil {
		return nil, deskError(err)
	}
	if err := s.mayChangeCanned(r, d); err != nil {
		return nil, err
	}
	return nil, deskError(records.Delete(r.Context(), store.Canned, d.ID, d.Version))
}

func (s *Server) mayChangeCanned(r *request, d store.Document) error {
	switch {
	case d.Of == "" && !r.who.person.Role.AtLeast(account.Admin):
		return wire.Errorf(wire.KindForbidden, "shared replies are an admin's to change")
	case d.Of != "" && d.Of != r.who.person.Identity:
		return wire.Errorf(wire.KindNotFound, "there is no such thing")
	}
	return nil
}
