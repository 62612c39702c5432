package signaling

import (
	"crypto/subtle"
	"encoding/json"
	"sync"

	"github.com/relevo/relevo/signaling/desk"
	"github.com/relevo/relevo/signaling/wire"
)

// publicCall is POST /v1/public/{link}/calls: anybody who knows the link may
// try the agent, while an admin lets them, and so many at a time.
func (s *Server) publicCall(r *request) (any, error) {
	if !s.demo.allow(s.clientAddr(r.Request)) {
		s.metrics.limited.WithLabelValues("public").Inc()
		return nil, wire.Errorf(wire.KindRateLimited, "too many calls from your address; try again in a while")
	}
	public, err := s.publicLink(r)
	if err != nil {
		return nil, err
	}
	if !public.Enabled || subtle.ConstantTimeCompare([]byte(public.Link), []byte(r.PathValue("link"))) != 1 {
		return nil, wire.Errorf(wire.KindNotFound, "this link does not work (any more)")
	}
	if !s.public.begin(public.Most(), func(id string) bool { _, live := s.cfg.Hub.Get(id); return live }) {
		s.metrics.limited.WithLabelValues("publicCalls").Inc()
		return nil, wire.Errorf(wire.KindUnavailable, "others are trying this just now; try again in a few minutes")
	}
	b := r.body.(*wire.PublicCall)
	made, err := s.newCall(r, s.cfg.Key, &wire.CreateCall{Name: b.Name, Language: b.Language})
	s.public.end(made.CallID)
	if err != nil {
		return nil, err
	}
	return made, nil
}

func (s *Server) publicLink(r *request) (public desk.Public, err error) {
	records, err := s.records()
	if err != nil {
		return public, err
	}
	v, err := records.Setting(r.Context(), desk.SettingPublic)
	if err != nil {
		return public, deskError(err)
	}
	if v.Version == 0 {
		return public, nil
	}
	if err := json.Unmarshal(v.Value, &public); err != nil {
		return public, wire.Wrap(wire.KindInternal, err, "internal error")
	}
	return public, nil
}

// publicCalls are the live calls that came by the public link, so that whoever
// has it cannot take the places of all others. A server that has just started
// knows of none.
type publicCalls struct {
	mu     sync.Mutex // guards below
	ids    map[string]struct{}
	making int // calls that have no id yet
}

func newPublicCalls() *publicCalls { return &publicCalls{ids: make(map[string]struct{})} }

// begin takes a place, if there is one; end follows.
func (p *publicCalls) begin(most int, live func(id string) bool) bool {
	p.mu.Lock()
	known := make([]string, 0, len(p.ids))
	for id := range p.ids {
		known = append(known, id)
	}
	p.mu.Unlock()
	var over []string
	for _, id := range known {
		if !live(id) {
			over = append(over, id)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range over {
		delete(p.ids, id)
	}
	if len(p.ids)+p.making >= most {
		return false
	}
	p.making++
	return true
}

// end gives the place to the call, or back where id is "".
func (p *publicCalls) end(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.making--
	if id != "" {
		p.ids[id] = struct{}{}
	}
}
