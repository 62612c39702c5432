package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/desk"
	"github.com/relevo/relevo/signaling/desk/queue"
	deskstore "github.com/relevo/relevo/signaling/desk/store"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
	"github.com/relevo/relevo/transcripts/sqlite"
)

// kills is a run of TestKillServe.
type kills struct {
	town
	r    *rand.Rand
	data string
	now  *process
	keys *auth.Keyring

	callers []*guest
	agents  []*clerk
	look    *post
	round   int
	names   int

	mu   sync.Mutex
	told map[string]wire.HandoffLine // what was told last of each

	counts struct{ waiting, held, talks, ended, inFlight, resumed, again int }
}

// guest is a caller who was told that they are in a call.
type guest struct {
	call    string
	in      *voice
	token   string // resumes
	me      string
	cursor  int64
	leaving bool // has asked for the end
}

// clerk is an agent with a console, and in a call where they are told so.
type clerk struct {
	name   string
	at     *post
	in     *voice
	call   string
	token  string
	cursor int64
	giving bool // has asked to give the call back
}

// relevo serve is killed with -9 at random moments while callers talk, wait and
// are helped. After each start the line, whose calls are whose and the clocks are
// those that were durable, which is what was told; every caller who was told
// that they are in a call resumes it and is answered, and who had a call has it
// again. RELEVO_KILLS says how many times.
func TestKillServe(t *testing.T) {
	rounds := environment(t, "RELEVO_KILLS", 3)
	seed := environment(t, "RELEVO_SEED", 1)
	api, err := sfu.NewClientAPI(sfu.ClientConfig{Loopback: true})
	if err != nil {
		t.Fatal(err)
	}
	k := &kills{town: town{t: t, port: freePort(t), api: api, http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}},
		r: rand.New(rand.NewPCG(seed, 3)), data: t.TempDir(), told: map[string]wire.HandoffLine{},
		keys: auth.NewKeyring(map[string]string{"devkey": "devsecret"})}
	for i := range 3 {
		k.agents = append(k.agents, &clerk{name: fmt.Sprint("agent", i)})
	}
	defer k.end()
	k.start()
	for k.round = 1; k.round <= int(rounds) && !t.Failed(); k.round++ {
		life := time.Duration(200+k.r.IntN(2500)) * time.Millisecond
		now := k.now
		killer := time.AfterFunc(life, now.kill)
		k.recover()
		for !now.dead() {
			k.step()
		}
		killer.Stop()
		before := k.durable()
		k.start()
		k.compare(before)
		k.races(now)
	}
	if !t.Failed() {
		k.recover()
		k.farewell()
	}
	c := &k.counts
	t.Logf("%d kills: after them %d waited, %d were with a human, %d with the AI, %d in flight; %d resumed, %d of them with a human who had them; %d ended",
		k.round-1, c.waiting, c.held, c.talks, c.inFlight, c.resumed, c.again, c.ended)
}

func (k *kills) start() {
	k.t.Helper()
	k.now = startProcess(k.t, k.port, k.data)
}

// end leaves nothing behind.
func (k *kills) end() {
	k.now.kill()
	for _, g := range k.callers {
		g.gone()
	}
	for _, a := range k.agents {
		a.gone()
	}
	if k.look != nil {
		k.look.close()
	}
}

func (g *guest) gone() {
	if g.in != nil {
		g.token, g.cursor = g.in.Joined().ResumeToken, g.in.cursor.Load()
		g.in.close()
		g.in = nil
	}
}

func (a *clerk) gone() {
	if a.in != nil {
		a.token, a.cursor = a.in.Joined().ResumeToken, a.in.cursor.Load()
		a.in.close()
		a.in = nil
	}
	if a.at != nil {
		a.at.close()
		a.at = nil
	}
}

func (k *kills) deskToken(identity string) string {
	k.t.Helper()
	role := "agent"
	if identity == "root" {
		role = "admin"
	}
	s, err := k.keys.Sign(auth.Claims{Key: "devkey", Identity: identity, Name: identity, Desk: true, DeskRole: role}, time.Hour)
	if err != nil {
		k.t.Fatal(err)
	}
	return s
}

// step is one thing that somebody does. Its error may be the server's death.
func (k *kills) step() {
	a := k.agents[k.r.IntN(len(k.agents))]
	if len(k.callers) < 3 || len(k.callers) < 8 && k.r.IntN(3) == 0 {
		k.arrive()
		return
	}
	g := k.callers[k.r.IntN(len(k.callers))]
	ctx := k.t.Context()
	switch n := k.r.IntN(12); {
	case a.at == nil || g.in == nil:
		k.rest0()
	case n < 4:
		_ = g.in.ask(ctx, wire.MethodRequestHuman, wire.RequestHuman{Reason: "help"}, nil)
	case n == 4:
		_ = g.in.ask(ctx, wire.MethodCancelRequest, nil, nil)
	case n < 9 && a.in == nil:
		k.answer(a)
	case n == 9 && a.in != nil:
		a.giving = true
		if a.in.ask(ctx, wire.MethodReturn, wire.Return{}, nil) == nil {
			k.leaves(a)
		}
	case n == 10 && len(k.callers) > 4:
		g.leaving = true
		if g.in.ask(ctx, wire.MethodHangup, nil, nil) == nil {
			k.counts.ended++
		}
	default:
		k.rest0()
	}
}

// rest0 lets a moment pass.
func (k *kills) rest0() {
	t := time.NewTimer(20 * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
	case <-k.now.gone:
	}
}

func (k *kills) leaves(a *clerk) {
	_ = a.in.ask(k.t.Context(), wire.MethodLeave, nil, nil)
	a.in.close()
	a.in, a.call, a.token, a.giving = nil, "", "", false
	_ = a.at.ask(wire.MethodWrapUpDone, nil, nil)
}

func (k *kills) arrive() {
	var made wire.CreateCallResult
	k.names++
	if k.town.rest(http.MethodPost, "/v1/calls", fmt.Sprintf(`{"name":"Caller %d"}`, k.names), &made) != nil {
		return
	}
	v, err := k.join(client.Config{Token: made.Token})
	if err != nil {
		return // nobody was told that they are in a call
	}
	k.callers = append(k.callers, &guest{call: made.CallID, in: v, me: made.ParticipantID})
}

// answer takes the newest offer and joins its call.
func (k *kills) answer(a *clerk) {
	o := a.at.newestOffer()
	if o == 0 || a.at.ask(wire.MethodAccept, wire.OfferAnswer{Offer: o}, nil) != nil {
		k.rest0()
		return
	}
	var list wire.HandoffList
	if k.town.rest(http.MethodGet, "/v1/desk/handoffs?state=live&limit=1000", "", &list) != nil {
		return
	}
	for _, h := range list.Handoffs {
		if h.Agent == a.name && slices.Contains([]string{"claimed", "connected"}, h.State) {
			k.joinAs(a, h.Call)
		}
	}
}

func (k *kills) joinAs(a *clerk, call string) {
	v, err := k.join(client.Config{Token: k.deskToken(a.name), Call: call})
	if err == nil {
		a.in, a.call = v, call
	}
}

// recover brings everybody back who was told that they are there. It stops where
// the server dies over it.
func (k *kills) recover() {
	for _, g := range k.callers {
		g.gone()
	}
	for _, a := range k.agents {
		a.gone()
	}
	if k.look != nil {
		k.look.close()
	}
	var err error
	var view wire.WatchDeskResult
	k.look, view, err = k.post(k.deskToken("root"), true, k.tell)
	if k.died(err, "the console") {
		return
	}
	k.tell(view.Handoffs)
	for _, a := range k.agents {
		a.at, _, err = k.post(k.deskToken(a.name), false, nil)
		if k.died(err, a.name) {
			return
		}
	}
	here := k.callers[:0]
	dead := false
	for i, g := range k.callers {
		if dead = dead || k.now.dead(); dead {
			here = append(here, k.callers[i])
			continue
		}
		if k.comesBack(g) {
			here = append(here, g)
		}
	}
	k.callers = here
	for _, a := range k.agents {
		if a.call != "" && !k.now.dead() {
			k.returns(a)
		}
	}
}

// died says whether the server is gone; an error of one that is there is the
// test's.
func (k *kills) died(err error, who string) bool {
	k.t.Helper()
	if err == nil {
		return false
	}
	if k.now.dies() {
		return true
	}
	k.t.Errorf("round %d: %s: %v", k.round, who, err)
	return true
}

func (k *kills) tell(handoffs []wire.HandoffLine) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, h := range handoffs {
		k.told[h.ID] = h
	}
}

// comesBack resumes a caller's call and waits until somebody talks with them;
// false where it had ended.
func (k *kills) comesBack(g *guest) bool {
	var call wire.CallRecord
	if k.died(k.town.rest(http.MethodGet, "/v1/calls/"+g.call, "", &call), "the call of a caller") {
		return true
	}
	if call.State == "ended" {
		if !g.leaving {
			k.t.Errorf("round %d: the call of a caller who did not leave has ended: %+v", k.round, call)
		}
		return false
	}
	v, err := k.join(client.Config{Resume: g.token, Cursor: g.cursor})
	if k.died(err, "a caller who resumes") {
		return true
	}
	g.in = v
	if j := v.Joined(); !j.Resumed || k.round > 1 && !j.Restarted || j.Participant.ID != g.me || j.Call.ID != g.call {
		k.t.Errorf("round %d: resumed as %+v", k.round, j)
	}
	// The AI explains the gap, or the human is heard, who was faster.
	if k.await(func() bool { return v.words.Load() > 0 || v.heard.Load() > 20 }) {
		k.counts.resumed++
	} else if !k.now.dies() {
		k.t.Errorf("round %d: a caller of a call in state %s is not answered", k.round, call.State)
	}
	return true
}

// returns brings an agent back into the call that they were told to be in.
func (k *kills) returns(a *clerk) {
	var call wire.CallRecord
	if k.died(k.town.rest(http.MethodGet, "/v1/calls/"+a.call, "", &call), "the call of "+a.name) {
		return
	}
	mine := call.Human != nil && call.Human.Identity == a.name && call.State != "ended"
	if !mine {
		a.call, a.token, a.giving = "", "", false
		return
	}
	v, err := k.join(client.Config{Resume: a.token, Cursor: a.cursor})
	if k.died(err, a.name+" resumes") {
		return
	}
	a.in = v
	state := ""
	ok := k.await(func() bool {
		if k.town.rest(http.MethodGet, "/v1/calls/"+a.call, "", &call) == nil {
			state = call.State
		}
		return state == "human" && call.Human.Identity == a.name || state == "ended"
	})
	if ok {
		k.counts.again++
	} else if !k.now.dies() {
		k.t.Errorf("round %d: %s is back and the call is %+v", k.round, a.name, call)
	}
}

// await waits for cond, as long as the server lives and half a minute at most.
func (k *kills) await(cond func() bool) bool {
	deadline := time.NewTimer(40 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-tick.C:
		case <-deadline.C:
			return false
		case <-k.now.gone:
			return false
		}
	}
	return true
}

// durable is what the disk has while no server is there.
type durable struct {
	handoffs map[string]queue.Handoff
	line     []string
	calls    map[string]transcripts.Call
}

func (k *kills) durable() (d durable) {
	k.t.Helper()
	copied := k.t.TempDir()
	for _, name := range []string{"relevo.db", "relevo.db-wal"} {
		b, err := os.ReadFile(filepath.Join(k.data, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			k.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(copied, name), b, 0o600); err != nil {
			k.t.Fatal(err)
		}
	}
	must := func(err error) {
		if err != nil {
			k.t.Fatal(err)
		}
	}
	log, err := sqlite.Open(k.t.Context(), filepath.Join(copied, "relevo.db"), sqlite.Options{})
	must(err)
	defer log.Close()
	records, err := deskstore.NewSQLite(k.t.Context(), log.DB())
	must(err)
	snapshot, err := records.Load(k.t.Context())
	must(err)
	line, err := queue.Restore(queue.Config{}, snapshot)
	must(err)
	calls, err := log.Calls(k.t.Context(), transcripts.Filter{Live: true, Limit: 10_000})
	must(err)
	d = durable{handoffs: map[string]queue.Handoff{}, line: line.Line(), calls: map[string]transcripts.Call{}}
	for _, h := range snapshot.Handoffs {
		d.handoffs[h.ID] = h
	}
	for _, c := range calls {
		d.calls[c.ID] = c
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for id, was := range k.told {
		h, err := records.Handoff(k.t.Context(), id)
		if err != nil {
			k.t.Errorf("round %d: %s was told and is lost: %v", k.round, id, err)
			continue
		}
		k.asTold(was, desk.Line(&h, ""))
	}
	return d
}

// asTold: what the disk has is what was told, or what came after it.
func (k *kills) asTold(was, is wire.HandoffLine) {
	k.t.Helper()
	asTold(k.t, k.round, was, is)
}

func asTold(t *testing.T, round int, was, is wire.HandoffLine) {
	t.Helper()
	if is.Seq != was.Seq || is.Call != was.Call || is.EnteredAt != was.EnteredAt || is.Priority != was.Priority || is.Requeues < was.Requeues ||
		was.State == "ended" && (is.State != "ended" || is.Outcome != was.Outcome) ||
		was.Agent != "" && is.Agent != was.Agent && is.State != "ended" && is.Requeues == was.Requeues {
		t.Errorf("round %d: told %s, is %s", round, jsonOf(was), jsonOf(is))
	}
	for _, c := range [][2]*wire.SLAClock{{was.FirstResponse, is.FirstResponse}, {was.Resolution, is.Resolution}} {
		if c[0] != nil && (c[1] == nil || c[0].StartAt != c[1].StartAt || c[0].DeadlineAt != c[1].DeadlineAt || c[0].Outcome != "" && c[0].Outcome != c[1].Outcome) {
			t.Errorf("round %d: %s: a clock was told as %+v, is %+v", round, was.ID, c[0], c[1])
		}
	}
}

// compare: the new server has what was durable. What was in flight between a
// call and the desk when the server died is settled by what the call says.
func (k *kills) compare(before durable) {
	k.t.Helper()
	_, view, err := k.glance()
	if err != nil {
		k.t.Fatalf("round %d: %v\n%s", k.round, err, k.now.stderr.String())
	}
	is := map[string]wire.HandoffLine{}
	byCall := map[string]int{}
	var lineNow []string
	for _, h := range view.Handoffs {
		is[h.ID] = h
		if byCall[h.Call]++; byCall[h.Call] > 1 {
			k.t.Errorf("round %d: a call is in the desk twice: %s", k.round, jsonOf(h))
		}
		if _, known := before.handoffs[h.ID]; known && h.Position > 0 {
			lineNow = append(lineNow, h.ID)
		}
	}
	agreed := map[string]bool{}
	for id, h := range before.handoffs {
		call, live := before.calls[h.Call]
		was, now := desk.Line(&h, ""), is[id]
		switch {
		case !live:
			if now.ID != "" {
				k.t.Errorf("round %d: the call of %s is over, and it goes on", k.round, id)
			}
			continue
		case h.State.InLine() && call.State == "pending":
			k.counts.waiting++
			agreed[id] = true
			if now.Position == 0 || now.Rank != was.Rank || now.Front != was.Front {
				k.t.Errorf("round %d: waited as %s, is %s", k.round, jsonOf(was), jsonOf(now))
			}
		case h.State.Held() && (call.State == "willStart" || call.State == "human") && call.Claim.Identity == h.Agent,
			h.State == queue.StateClaimed && call.State == "pending" && h.Agent != "":
			k.counts.held++
			if now.Agent != h.Agent || now.State != was.State {
				k.t.Errorf("round %d: was %s, is %s", k.round, jsonOf(was), jsonOf(now))
			}
		default:
			k.counts.inFlight++
			continue
		}
		k.asTold(was, now)
	}
	in := func(id string) bool { return agreed[id] }
	only := func(all []string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(id string) bool { return !in(id) })
	}
	if a, b := only(before.line), only(lineNow); !slices.Equal(a, b) {
		k.t.Errorf("round %d: the line was %q, is %q", k.round, a, b)
	}
	for id, c := range before.calls {
		if c.State == "ai" {
			k.counts.talks++
		}
		if c.State == "pending" && byCall[id] != 1 {
			k.t.Errorf("round %d: a call that waits is %d times in the desk", k.round, byCall[id])
		}
	}
}

// glance is the desk at this moment.
func (k *kills) glance() (*post, wire.WatchDeskResult, error) {
	p, view, err := k.post(k.deskToken("root"), true, nil)
	if err == nil {
		p.close()
	}
	return p, view, err
}

// races fails where a server has found one in itself.
func (k *kills) races(p *process) {
	k.t.Helper()
	if s := p.stderr.String(); strings.Contains(s, "DATA RACE") || strings.Contains(s, "panic:") {
		k.t.Errorf("round %d: the server said\n%s", k.round, s)
	}
}

// farewell: everybody leaves, and the log of each call is whole.
func (k *kills) farewell() {
	k.t.Helper()
	for _, g := range k.callers {
		if err := g.in.ask(k.t.Context(), wire.MethodHangup, nil, nil); err != nil && !g.leaving {
			k.t.Errorf("hang-up: %v", err)
		}
		var log wire.EntryList
		if err := k.town.rest(http.MethodGet, "/v1/calls/"+g.call+"/entries", "", &log); err != nil {
			k.t.Error(err)
		}
		epoch := uint64(0)
		for i, e := range log.Entries {
			if e.Seq != int64(i+1) || e.Epoch < epoch && e.Kind == "event" {
				k.t.Errorf("entry %d of %s has seq %d in term %d after %d", i+1, g.call, e.Seq, e.Epoch, epoch)
			}
			epoch = max(epoch, e.Epoch)
		}
	}
	var list wire.HandoffList
	if err := k.town.rest(http.MethodGet, "/v1/desk/handoffs?limit=1000", "", &list); err != nil {
		k.t.Error(err)
	}
	seqs := map[int64]string{}
	for _, h := range list.Handoffs {
		if other := seqs[h.Seq]; other != "" {
			k.t.Errorf("%s and %s have one number", other, h.ID)
		}
		seqs[h.Seq] = h.ID
	}
}
