package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/wire"
)

// crowd is a run of TestKillAcknowledged: everybody acts on a goroutine of their
// own until the server is dead, and notes what they were told is done.
type crowd struct {
	town
	keys   *auth.Keyring
	now    *process
	before string // what the last one said
	round  int
	acts   atomic.Int64
	acks   atomic.Int64

	mu   sync.Mutex
	told map[string]wire.HandoffLine // what consoles were shown last of each
}

// person is somebody who acts. What they note is theirs until the server is dead.
type person struct {
	k     *crowd
	name  string
	r     *rand.Rand
	n     int
	facts []fact
	boxes map[string]*box

	at *post // a console's, or a caller's socket

	// of a caller
	call, resume string
	leaving      bool
	// of a console
	token string
	mine  []string // handoffs
}

// fact is what stands once it has been acknowledged. It says what is wrong.
type fact struct {
	what string
	is   func(*after) string
}

// box has one value, which only its owner changes: what it may be after a kill is
// what was acknowledged last, or what was asked for since and never answered.
type box struct {
	may  []string
	read func(*after) (string, bool) // false: cannot be told at the moment
}

// relevo serve is killed with -9 while 20 consoles, 10 callers and an
// administrator act at random and at once. Whatever was acknowledged to anybody
// is there after each start, and each caller who was told that they are in a call
// has their place in it. RELEVO_KILLS says how many times.
func TestKillAcknowledged(t *testing.T) {
	rounds := int(environment(t, "RELEVO_KILLS", 2))
	seed := environment(t, "RELEVO_SEED", 1)
	k := &crowd{town: town{t: t, port: freePort(t), http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 40}}},
		keys: auth.NewKeyring(map[string]string{"devkey": "devsecret"}), told: map[string]wire.HandoffLine{}}
	var all []*person
	add := func(name string) *person {
		p := &person{k: k, name: name, r: rand.New(rand.NewPCG(seed, uint64(len(all)))), boxes: map[string]*box{}}
		all = append(all, p)
		return p
	}
	data := t.TempDir()
	k.now = startProcess(t, k.port, data)
	defer func() { k.now.kill() }()
	defer k.http.CloseIdleConnections()

	does := map[*person]func(){}
	admin := add("root")
	does[admin] = admin.administers
	for i := range 20 {
		p := add(fmt.Sprintf("agent%02d", i))
		does[p] = p.works
	}
	for i := range 10 {
		p := add(fmt.Sprintf("caller%02d", i))
		does[p] = p.calls
	}
	r := rand.New(rand.NewPCG(seed, 99))
	for k.round = 1; k.round <= rounds && !t.Failed(); k.round++ {
		killer := time.AfterFunc(time.Duration(700+r.IntN(2000))*time.Millisecond, k.now.kill)
		var wg sync.WaitGroup
		for _, p := range all {
			wg.Go(func() {
				for !k.now.dead() {
					does[p]()
					k.pause(p.r.IntN(20))
				}
				p.off()
			})
		}
		wg.Wait()
		killer.Stop()
		k.http.CloseIdleConnections()
		if s := k.now.stderr.String(); strings.Contains(s, "DATA RACE") || strings.Contains(s, "panic:") {
			t.Fatalf("round %d: the server said\n%s", k.round, s)
		}
		k.before = k.now.stderr.String()
		k.now = startProcess(t, k.port, data)
		k.audit(all)
	}
	if n := k.acks.Load(); n < 100 {
		t.Errorf("only %d things were acknowledged, of %d", n, k.acts.Load())
	}
	t.Logf("%d kills: %d of %d things were acknowledged, and are there", k.round-1, k.acks.Load(), k.acts.Load())
}

func (k *crowd) pause(ms int) {
	t := time.NewTimer(time.Duration(ms) * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
	case <-k.now.gone:
	}
}

// tries counts what is asked for, and what is acknowledged.
func (p *person) tries(err error) bool {
	p.k.acts.Add(1)
	if err == nil {
		p.k.acks.Add(1)
	}
	return err == nil
}

func (p *person) rest(method, path, body string, result any) error {
	return p.k.town.rest(method, path, body, result)
}

// stands notes what must be so from now on.
func (p *person) stands(what string, is func(*after) string) {
	p.facts = append(p.facts, fact{what, is})
}

// puts tries to give a box another value.
func (p *person) puts(name, value string, read func(*after) (string, bool), do func() error, before ...string) {
	b := p.boxes[name]
	if b == nil {
		b = &box{may: before, read: read}
		p.boxes[name] = b
	}
	b.may = append(b.may, value)
	if p.tries(do()) {
		b.may = []string{value}
	}
}

func (p *person) off() {
	if p.at != nil {
		p.at.close()
		p.at = nil
	}
}

func (p *person) new(kind string) string {
	p.n++
	return fmt.Sprintf("%s %s %d", kind, p.name, p.n)
}

// calls is one thing that a caller does.
func (p *person) calls() {
	if p.call == "" {
		p.arrives()
		return
	}
	if p.at == nil {
		p.resumes()
		return
	}
	call := p.call
	switch n := p.r.IntN(20); {
	case n < 7:
		var got wire.MessageResult
		text := p.new("message")
		if p.tries(p.at.ask(wire.MethodMessage, wire.Message{Text: text}, &got)) {
			p.stands(text, func(a *after) string {
				e := a.log(call)
				if int(got.Seq) > len(e) || got.Seq < 1 || e[got.Seq-1].Text != text {
					return fmt.Sprintf("not at seq %d of %d", got.Seq, len(e))
				}
				return ""
			})
		}
	case n < 13:
		p.puts("wish of "+call, "asked", wish(call), func() error {
			return p.at.ask(wire.MethodRequestHuman, wire.RequestHuman{Reason: "help"}, nil)
		}, "")
	case n < 15:
		p.puts("wish of "+call, "", wish(call), func() error { return p.at.ask(wire.MethodCancelRequest, nil, nil) }, "")
	case n == 15:
		address := strings.ReplaceAll(p.new("mail"), " ", ".") + "@example.org"
		if p.tries(p.at.ask(wire.MethodSetEmail, wire.SetEmail{Email: address}, nil)) {
			p.stands(address, func(a *after) string {
				if !slices.ContainsFunc(a.log(call), func(e wire.Entry) bool { return strings.Contains(string(e.Data), address) }) {
					return "not in the log"
				}
				return ""
			})
		}
	case n == 16:
		note := p.new("call me")
		p.puts("call-back of "+call, note, callBack(call), func() error {
			return p.rest(http.MethodPost, "/v1/calls/"+call+"/callback", fmt.Sprintf(`{"phone":"+1 555 0100","note":%q}`, note), nil)
		}, "")
	case n == 17:
		p.at.close() // the page is loaded again
		p.at = nil
	case n == 18 && p.r.IntN(3) == 0:
		p.leaving = true
		if p.tries(p.at.ask(wire.MethodHangup, nil, nil)) {
			p.stands("the end of "+call, func(a *after) string {
				if c := a.call(call); c.State != "ended" {
					return "it is in state " + c.State
				}
				return ""
			})
			p.over()
		}
	}
}

func (p *person) over() {
	p.off()
	delete(p.boxes, "wish of "+p.call)
	p.call, p.resume, p.leaving = "", "", false
}

func (p *person) arrives() {
	var made wire.CreateCallResult
	meta := fmt.Sprintf(`{"order":%q}`, p.new("order"))
	if !p.tries(p.rest(http.MethodPost, "/v1/calls", `{"greeting":"","name":"`+p.name+`","meta":`+meta+`}`, &made)) {
		return
	}
	p.stands("a call with "+meta, func(a *after) string {
		if c := a.call(made.CallID); string(c.Meta) != meta {
			return "it is " + jsonOf(c)
		}
		return ""
	})
	if p.enters(wire.Join{Token: made.Token}) == nil {
		p.call = made.CallID
	}
}

// enters joins or resumes; with an error nobody was told that they are in.
func (p *person) enters(join wire.Join) error {
	at, err := p.k.socket(nil)
	if err != nil {
		return err
	}
	var in wire.JoinResult
	err = at.ask(wire.MethodJoin, join, &in)
	if !p.tries(err) {
		at.close()
		return err
	}
	p.at, p.resume = at, in.ResumeToken
	return nil
}

// resumes gives a caller their place again, which nothing but the server's death
// may prevent.
func (p *person) resumes() {
	refused := p.enters(wire.Join{Resume: p.resume})
	if refused == nil {
		return
	}
	var c wire.CallRecord
	err := p.rest(http.MethodGet, "/v1/calls/"+p.call, "", &c)
	switch {
	case err == nil && c.State == "ended" && p.leaving:
		p.over()
	case !p.k.now.dies():
		p.k.t.Errorf("round %d: %s cannot resume %s: %v, %v; the server before said %q", p.k.round, p.name, jsonOf(c), refused, err, p.k.before)
		p.over()
	}
}

// works is one thing that somebody at a console does.
func (p *person) works() {
	if p.at == nil {
		p.logsOn()
		return
	}
	switch n := p.r.IntN(20); {
	case n < 6:
		offer, handoff := p.at.ringing()
		if offer != 0 && p.tries(p.at.ask(wire.MethodAccept, wire.OfferAnswer{Offer: offer}, nil)) {
			p.has(handoff)
		}
	case n < 9:
		var list wire.HandoffList
		if p.rest(http.MethodGet, "/v1/desk/handoffs?state=live&limit=100", "", &list) != nil || len(list.Handoffs) == 0 {
			return
		}
		h := list.Handoffs[p.r.IntN(len(list.Handoffs))]
		if p.tries(p.at.ask(wire.MethodTake, wire.OneHandoff{Handoff: h.ID}, nil)) {
			p.has(h.ID)
		}
	case n < 11:
		_ = p.at.ask(wire.MethodWrapUpDone, nil, nil)
	case n < 13:
		presence := []string{"away", "available"}[p.r.IntN(2)]
		p.puts("presence", presence, p.presence, func() error {
			return p.at.ask(wire.MethodPresence, wire.Presence{Presence: presence, Why: "lunch"}, nil)
		}, "available")
	case n < 15:
		p.notes()
	case n < 17 && len(p.mine) > 0:
		p.wrapsUp(p.mine[p.r.IntN(len(p.mine))])
	case n < 18:
		p.writes()
	case n < 19 && p.name == "agent00":
		p.ranks()
	case n == 19 && p.r.IntN(4) == 0:
		p.off()
	}
}

func (p *person) logsOn() {
	s, err := p.k.keys.Sign(auth.Claims{Key: "devkey", Identity: p.name, Name: p.name, Desk: true, DeskRole: "agent"}, time.Hour)
	if err != nil {
		p.k.t.Error(err)
		return
	}
	p.token = s
	at, _, err := p.k.post(s, false, p.k.shown)
	if p.tries(err) {
		p.at = at
	}
}

// shown notes what a console was told of the line.
func (k *crowd) shown(handoffs []wire.HandoffLine) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, h := range handoffs {
		k.told[h.ID] = h
	}
}

// has: p was told that a handoff is theirs. It is, or it has gone on since.
func (p *person) has(handoff string) {
	p.mine = append(p.mine, handoff)
	name := p.name
	p.stands(handoff+" is with "+name, func(a *after) string {
		h, ok := a.handoffs[handoff]
		if !ok || h.Agent != name && h.Requeues == 0 && h.State != "ended" {
			return jsonOf(h)
		}
		return ""
	})
}

func (p *person) notes() {
	var calls wire.CallList
	if p.rest(http.MethodGet, "/v1/calls?limit=10", "", &calls) != nil || len(calls.Calls) == 0 {
		return
	}
	call, text := calls.Calls[p.r.IntN(len(calls.Calls))].ID, p.new("note")
	if p.tries(p.rest(http.MethodPost, "/v1/desk/calls/"+call+"/notes", fmt.Sprintf(`{"text":%q}`, text), nil)) {
		p.stands(text, func(a *after) string {
			if !slices.ContainsFunc(a.notes(call), func(n wire.Note) bool { return n.Text == text }) {
				return "not there"
			}
			return ""
		})
	}
}

func (p *person) wrapsUp(handoff string) {
	path, note := "/v1/desk/handoffs/"+handoff+"/wrapup", p.new("wrap-up")
	var form wire.WrapUpForm
	if p.rest(http.MethodGet, path, "", &form) != nil || form.Note != "" && !strings.Contains(form.Note, p.name) {
		return // somebody else's
	}
	if p.tries(p.rest(http.MethodPost, path, fmt.Sprintf(`{"disposition":"done","note":%q,"version":%d}`, note, form.Version), nil)) {
		name := p.name
		p.stands(note, func(a *after) string {
			var is wire.WrapUpForm
			a.get(path, &is)
			// Theirs, and not older than that.
			if is.Version <= form.Version || is.Version == form.Version+1 && is.Note != note {
				return name + " reads " + jsonOf(is)
			}
			return ""
		})
	}
}

// writes has a reply kept, to be used again.
func (p *person) writes() {
	text := p.new("reply")
	code, err := p.k.as(p.token, http.MethodPost, "/v1/desk/canned", fmt.Sprintf(`{"title":"t","text":%q}`, text), nil)
	if err == nil && code >= 300 {
		err = fmt.Errorf("status %d", code)
	}
	if p.tries(err) {
		token := p.token
		p.stands(text, func(a *after) string {
			var list wire.CannedList
			if code, err := a.k.as(token, http.MethodGet, "/v1/desk/canned", "", &list); err != nil || code != http.StatusOK {
				return fmt.Sprint(code, err)
			}
			if !slices.ContainsFunc(list.Replies, func(r wire.CannedReply) bool { return r.Text == text }) {
				return "not there"
			}
			return ""
		})
	}
}

// ranks gives a request another priority; only one of them does.
func (p *person) ranks() {
	var list wire.HandoffList
	if p.rest(http.MethodGet, "/v1/desk/handoffs?state=live&limit=100", "", &list) != nil || len(list.Handoffs) == 0 {
		return
	}
	h := list.Handoffs[p.r.IntN(len(list.Handoffs))]
	priority := 1 + p.r.IntN(4)
	p.puts("priority of "+h.ID, fmt.Sprint(priority), func(a *after) (string, bool) { return fmt.Sprint(a.handoffs[h.ID].Priority), true }, func() error {
		return p.at.ask(wire.MethodAmend, wire.Amend{Handoff: h.ID, Priority: priority}, nil)
	}, fmt.Sprint(h.Priority))
}

// administers is one thing that an administrator does, by the app's key.
func (p *person) administers() {
	switch n := p.r.IntN(10); {
	case n < 3:
		word := p.new("tag")
		var old wire.DeskSetting
		if p.rest(http.MethodGet, "/v1/desk/settings/tags", "", &old) != nil {
			return
		}
		p.puts("tags", `["`+word+`"]`, func(a *after) (string, bool) {
			var is wire.DeskSetting
			a.get("/v1/desk/settings/tags", &is)
			return string(is.Value), true
		}, func() error {
			return p.rest(http.MethodPost, "/v1/desk/settings/tags", fmt.Sprintf(`{"value":[%q],"version":%d}`, word, old.Version), nil)
		}, string(old.Value))
	case n < 5:
		identity := strings.ReplaceAll(p.new("ann"), " ", "-")
		if p.tries(p.rest(http.MethodPost, "/v1/desk/accounts", fmt.Sprintf(`{"identity":%q,"name":"Ann","role":"agent","password":"correct horse %d"}`, identity, p.n), nil)) {
			n := p.n
			p.stands("account "+identity, func(a *after) string { return a.login(identity, n) })
		}
	case n < 7:
		p.logsIn()
	}
	p.k.pause(50)
}

// logsIn opens a session, and may end it: both hold.
func (p *person) logsIn() {
	var in wire.LoginResult
	if !p.tries(p.rest(http.MethodPost, "/v1/desk/login", `{"identity":"dana","password":"dev"}`, &in)) {
		return
	}
	want := http.StatusOK
	if p.r.IntN(2) == 0 {
		code, err := p.k.as(in.Token, http.MethodPost, "/v1/desk/logout", "", nil)
		if err != nil || code >= 300 {
			return
		}
		want = http.StatusUnauthorized
	}
	p.stands("a login", func(a *after) string {
		if code, err := a.k.as(in.Token, http.MethodGet, "/v1/desk/me", "", nil); err != nil || code != want {
			return fmt.Sprintf("it is answered %d %v, not %d", code, err, want)
		}
		return ""
	})
}

// as is a request with a token.
func (k *crowd) as(token, method, path, body string, result any) (int, error) {
	req, err := http.NewRequestWithContext(k.t.Context(), method, k.url("http")+path, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := k.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if result != nil && resp.StatusCode == http.StatusOK {
		err = json.NewDecoder(resp.Body).Decode(result)
	}
	return resp.StatusCode, err
}

// after is what the new server has, read once.
type after struct {
	k        *crowd
	handoffs map[string]wire.HandoffLine
	live     map[string]int // handoffs of a call
	agents   map[string]wire.AgentLine
	calls    map[string]wire.CallRecord
	logs     map[string][]wire.Entry
	noted    map[string][]wire.Note
	back     map[string]string
}

// audit compares what was acknowledged with what is there, before anybody acts.
func (k *crowd) audit(all []*person) {
	k.t.Helper()
	a := &after{k: k, handoffs: map[string]wire.HandoffLine{}, live: map[string]int{}, agents: map[string]wire.AgentLine{},
		calls: map[string]wire.CallRecord{}, logs: map[string][]wire.Entry{}, noted: map[string][]wire.Note{}}
	for next := int64(0); ; {
		var list wire.HandoffList
		a.get(fmt.Sprintf("/v1/desk/handoffs?limit=1000&before=%d", next), &list)
		for _, h := range list.Handoffs {
			a.handoffs[h.ID] = h
		}
		if next = list.Next; next == 0 || k.t.Failed() {
			break
		}
	}
	s, err := k.keys.Sign(auth.Claims{Key: "devkey", Identity: "boss", Name: "boss", Desk: true, DeskRole: "admin"}, time.Hour)
	if err != nil {
		k.t.Fatal(err)
	}
	p, view, err := k.post(s, true, nil)
	if err != nil {
		k.t.Fatalf("round %d: %v\n%s", k.round, err, k.now.stderr.String())
	}
	p.close()
	for _, h := range view.Handoffs {
		a.handoffs[h.ID] = h
		a.live[h.Call]++
	}
	for _, l := range view.Agents {
		a.agents[l.Identity] = l
	}
	for _, p := range all {
		for _, f := range p.facts {
			if wrong := f.is(a); wrong != "" {
				k.t.Errorf("round %d: %s was told: %s. But: %s", k.round, p.name, f.what, wrong)
			}
		}
		p.facts = nil
		for name, b := range p.boxes {
			is, known := b.read(a)
			if !known {
				continue
			}
			if !slices.Contains(b.may, is) {
				k.t.Errorf("round %d: %s of %s is %q, and may be %q; %s", k.round, name, p.name, is, b.may, a.story(p.call))
			}
			b.may = []string{is}
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for id, was := range k.told {
		is := a.handoffs[id]
		if was.Priority != is.Priority { // others' consoles were told of another one later
			was.Priority, was.FirstResponse, was.Resolution = is.Priority, nil, nil
		}
		asTold(k.t, k.round, was, is)
		delete(k.told, id)
	}
	for id, c := range a.calls {
		if n := a.live[id]; c.State == "pending" && n != 1 || n > 1 {
			k.t.Errorf("round %d: a call in state %s is %d times in the desk; %s", k.round, c.State, n, a.story(id))
		}
		for i, e := range a.log(id) {
			if e.Seq != int64(i+1) {
				k.t.Errorf("round %d: entry %d of %s has seq %d", k.round, i+1, id, e.Seq)
			}
		}
	}
}

func (a *after) get(path string, result any) {
	a.k.t.Helper()
	if err := a.k.town.rest(http.MethodGet, path, "", result); err != nil {
		a.k.t.Errorf("round %d: %v", a.k.round, err)
	}
}

func (a *after) call(id string) wire.CallRecord {
	c, ok := a.calls[id]
	if !ok {
		a.get("/v1/calls/"+id, &c)
		a.calls[id] = c
	}
	return c
}

func (a *after) log(id string) []wire.Entry {
	all, ok := a.logs[id]
	for !ok {
		var list wire.EntryList
		after := int64(0)
		if n := len(all); n > 0 {
			after = all[n-1].Seq
		}
		a.get(fmt.Sprintf("/v1/calls/%s/entries?after=%d", id, after), &list)
		all = append(all, list.Entries...)
		ok = len(list.Entries) == 0
	}
	a.logs[id] = all
	return all
}

// story is what happened to a call, for who reads a failure.
func (a *after) story(call string) string {
	var b strings.Builder
	for _, e := range a.log(call) {
		if e.Kind == "event" {
			fmt.Fprintf(&b, "%s %s; ", e.Event, e.Data)
		}
	}
	for _, h := range a.handoffs {
		if h.Call == call {
			fmt.Fprintf(&b, "handoff %d %s %s %q requeues %d; ", h.Seq, h.State, h.Outcome, h.Detail, h.Requeues)
		}
	}
	return b.String()
}

func (a *after) notes(call string) []wire.Note {
	all, ok := a.noted[call]
	if !ok {
		var list wire.NoteList
		a.get("/v1/desk/calls/"+call+"/notes", &list)
		all = list.Notes
		a.noted[call] = all
	}
	return all
}

// login says what is wrong with an account that was made.
func (a *after) login(identity string, n int) string {
	var in wire.LoginResult
	if err := a.k.town.rest(http.MethodPost, "/v1/desk/login", fmt.Sprintf(`{"identity":%q,"password":"correct horse %d"}`, identity, n), &in); err != nil {
		return err.Error()
	}
	return ""
}

// wish is whether a call's caller wants a human. While one is on their way that
// cannot be seen.
func wish(call string) func(*after) (string, bool) {
	return func(a *after) (string, bool) {
		switch c := a.call(call); c.State {
		case "ai":
			return "", true
		case "pending":
			return "asked", true
		default:
			return "", false
		}
	}
}

func callBack(call string) func(*after) (string, bool) {
	return func(a *after) (string, bool) {
		if a.back == nil {
			a.back = map[string]string{}
			var list wire.CallBackList
			a.get("/v1/desk/callbacks", &list)
			for _, b := range list.CallBacks {
				a.back[b.Call] = b.Note
			}
		}
		return a.back[call], true
	}
}

// presence is what an agent has chosen, where they are not with a caller.
func (p *person) presence(a *after) (string, bool) {
	l, ok := a.agents[p.name]
	if !ok || l.Presence == "offline" {
		return "", false
	}
	if l.Presence == "away" {
		return "away", l.Why == "lunch"
	}
	return "available", true
}
