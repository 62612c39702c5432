package signaling

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/desk/store"
	"github.com/relevo/relevo/signaling/wire"
)

// put keeps a document and reads its body back.
func put[T any](s *Server, r *request, d store.Document, body T) (store.Document, error) {
	records, err := s.records()
	if err != nil {
		return store.Document{}, err
	}
	if d.Body, err = json.Marshal(body); err != nil {
		return store.Document{}, wire.Wrap(wire.KindInternal, err, "internal error")
	}
	d, err = records.Put(r.Context(), s.actor(r), d)
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
	h, err := records.Handoff(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, deskError(err)
	}
	if me := r.who.person; r.who.desk() && !me.Role.AtLeast(account.Supervisor) && h.Agent != me.Identity &&
		!slices.ContainsFunc(h.Stints, func(s queue.Stint) bool { return s.Agent == me.Identity }) {
		return nil, wire.Errorf(wire.KindForbidden, "only who had the call writes this down")
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
	return nil, deskError(records.Delete(r.Context(), s.actor(r), store.Canned, d.ID, d.Version))
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
