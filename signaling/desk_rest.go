package signaling

import (
	"errors"
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
	desk.SettingDispositions: account.Agent, desk.SettingTags: account.Agent, desk.SettingNotifications: account.Agent, desk.SettingPublic: account.Admin,
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
