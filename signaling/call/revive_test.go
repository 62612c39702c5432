package call_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	_ "modernc.org/sqlite" // to copy a database

	"github.com/relevo/relevo/signaling/bubble"
	"github.com/relevo/relevo/signaling/call"
	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// killed leaves the server as kill -9 does and starts the next one, after a
// while, on what was durable. spoil, which may be nil, changes that first.
func (w *world) killed(down time.Duration, spoil func(*sql.DB)) {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), "relevo.db")
	must := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite", "file:"+w.path+"?_pragma=busy_timeout(5000)")
	must(err)
	_, err = db.ExecContext(context.Background(), `VACUUM INTO ?`, path)
	must(err)
	must(db.Close())
	w.KillServer(w.ip)
	begun := time.Now()
	w.stop() // what is left of it in this process; nobody sees it
	time.Sleep(max(0, down-time.Since(begun)))
	if spoil != nil {
		db, err := sql.Open("sqlite", "file:"+path)
		must(err)
		spoil(db)
		must(db.Close())
	}
	w.kills++
	w.path, w.ip = path, fmt.Sprint("10.0.201.", w.kills)
	w.mu.Lock()
	w.bots = nil
	w.mu.Unlock()
	w.serve()
}

// back is a client with the place of another, and with new media.
func (w *world) back(name string, hertz int, old *bubble.Party, cfg client.Config) *bubble.Party {
	w.t.Helper()
	old.Leave()
	cfg.Resume, cfg.Cursor = old.Joined().ResumeToken, old.Cursor()
	p := w.Join(name, hertz, cfg)
	if j := p.Joined(); !j.Resumed || !j.Restarted || j.Participant.ID != old.Joined().Participant.ID {
		w.t.Errorf("%s is back as %+v", name, j)
	}
	return p
}

func (w *world) live(c *call.Call) *call.Call {
	w.t.Helper()
	live, ok := w.hub.Get(c.ID())
	if !ok {
		w.t.Fatalf("call %s is gone", c.ID())
	}
	return live
}

func (w *world) kept() (ids []string) {
	w.t.Helper()
	rows, err := w.store.DB().QueryContext(context.Background(), `SELECT call_id || ' ' || id FROM places ORDER BY 1`)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			w.t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

// The AI's memory, the backlog and the places are as they were; who never comes
// back is gone after the time for it; when the call ends nothing is kept of it.
func TestReviveWithTheAI(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		c := w.create(call.Spec{Language: "de", Meta: json.RawMessage(`{"order":7}`)})
		caller := w.Join("caller", bubble.VoiceCaller, client.Config{Token: w.token(c, "caller", wire.RoleCaller)})
		eve := w.Join("eve", 0, client.Config{Token: w.desk("eve"), Call: c.ID(), Role: wire.RoleObserver})
		w.bot(0).say("s1", "Hello", "there.")
		caller.Do(wire.MethodMessage, wire.Message{Text: "my name is Kim"}, nil)
		w.bot(0).events.Spoken(call.Spoken{SentenceID: "s2", Text: "I was about to", Start: time.Now()})
		time.Sleep(time.Second)
		before := w.entries(c)

		w.killed(5*time.Second, nil)
		if w.found != (call.Resumed{Calls: 1}) {
			t.Fatalf("found %+v", w.found)
		}
		live := w.live(c)
		back := w.back("caller", bubble.VoiceCaller, caller, client.Config{})
		back.Await("the backlog", 5*time.Second, func() bool { return len(back.Sentences(wire.TypeAgentSubtitle)) == 1 })
		back.Await("the AI", 2*time.Second, func() bool { return back.Hearing(back.AudioSlots()[0]) == bubble.VoiceAI })
		bot := w.bot(0)
		bot.note(func() {
			if want := []call.BotLine{{Role: "agent", Name: "AI assistant", Text: "Hello there."}, {Role: "caller", Name: "caller", Text: "my name is Kim"}}; !slices.Equal(bot.history, want) {
				t.Errorf("the AI remembers %+v", bot.history)
			}
			if !slices.Equal(bot.company, []string{"restarted "}) {
				t.Errorf("the AI is to say %q", bot.company)
			}
			if !slices.Equal(bot.epochs, []uint64{2}) {
				t.Errorf("the AI speaks in the terms %d", bot.epochs)
			}
		})
		after := w.entries(c)
		if !slices.EqualFunc(before, after[:len(before)], func(a, b transcripts.Entry) bool { return a.Seq == b.Seq && a.Text == b.Text && a.Event == b.Event }) {
			t.Errorf("the log was %+v, is %+v", before, after)
		}
		if e := after[len(before)]; e.Event != "restarted" || e.Epoch != 2 {
			t.Errorf("then comes %+v", e)
		}
		if n := len(w.kept()); n != 3 {
			t.Errorf("kept are %q", w.kept())
		}

		// Two resume with one token: the first has the place.
		if _, err := w.TryJoin("thief", 0, client.Config{Resume: caller.Joined().ResumeToken}); kind(err) != wire.KindUnauthorized {
			t.Errorf("a token resumes twice: %v", err)
		}
		time.Sleep(30 * time.Second)
		if got := len(w.kept()); got != 2 {
			t.Errorf("eve did not come back and %q are kept", w.kept())
		}
		eve.Leave()
		if err := live.Hangup(t.Context(), "app"); err != nil {
			t.Fatal(err)
		}
		<-live.Done()
		if got := w.kept(); len(got) != 0 {
			t.Errorf("after the end %q are kept", got)
		}
		back.Leave()
		w.close()
	})
}

// The plain line is as it was, and who had been lost is first. A call that was
// given back is the AI's. In mode 0 a human who is back need not speak.
func TestReviveTheLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		type one struct {
			c      *call.Call
			caller *bubble.Party
		}
		var all []one
		for i := range 4 {
			c := w.create(call.Spec{ID: fmt.Sprint("c_", i)})
			all = append(all, one{c, w.Join(fmt.Sprint("caller", i), bubble.VoiceCaller, client.Config{Token: w.token(c, "caller", wire.RoleCaller)})})
		}
		for _, i := range []int{2, 0, 1} {
			all[i].caller.Do(wire.MethodRequestHuman, wire.RequestHuman{Reason: "help"}, nil)
			time.Sleep(time.Second)
		}
		dana := w.Join("dana", bubble.VoiceHuman, client.Config{Token: w.desk("dana"), Call: "c_1", AudioSlots: 2})
		dana.Talk(true)
		dana.Do(wire.MethodTakeover, wire.Takeover{TakeoverMode: wire.ModeOwnVoice}, nil)
		dana.Leave() // c_1 is first in line again
		all[1].caller.Await("the human is lost", 35*time.Second, func() bool { return all[1].caller.State() == "pending" })
		eli := w.Join("eli", bubble.VoiceSecond, client.Config{Token: w.desk("eli"), Call: "c_3", AudioSlots: 2})
		eli.Do(wire.MethodTakeover, wire.Takeover{TakeoverMode: wire.ModeAgentVoice}, nil)
		all[3].caller.AwaitState("human", 5*time.Second)
		time.Sleep(time.Second)

		w.killed(time.Second, nil)
		for i := range all {
			old := all[i].caller
			all[i].caller = w.back(fmt.Sprint("caller", i), bubble.VoiceCaller, old, client.Config{})
		}
		for i, want := range map[int]int{1: 1, 2: 2, 0: 3} {
			var h wire.Handoff
			told := all[i].caller.Notified(wire.NotifyHandoff)
			if len(told) == 0 {
				t.Errorf("caller %d is told nothing of the wait", i)
				continue
			}
			_ = json.Unmarshal(told[len(told)-1].Params, &h)
			if h.Position != want || h.WaitedMS < 1000 || h.Reason != "help" {
				t.Errorf("caller %d waits as %+v, want place %d", i, h, want)
			}
		}
		again := w.back("eli", bubble.VoiceSecond, eli, client.Config{AudioSlots: 2})
		all[3].caller.AwaitState("human", 5*time.Second)
		if got, want := all[3].caller.Takeovers("socket"), "ended willStart connected"; got != want {
			t.Errorf("of the takeover the caller is told %q, want %q", got, want)
		}
		again.Do(wire.MethodMessage, wire.Message{Text: "still me"}, nil)
		i := w.botOf("c_3")
		i.note(func() {
			if !slices.Contains(i.spoken, "still me") || i.mode != call.BotRevoice {
				t.Errorf("in mode 0 the AI says %q in mode %v", i.spoken, i.mode)
			}
		})
		again.Do(wire.MethodReturn, wire.Return{}, nil)
		all[3].caller.AwaitState("ai", 5*time.Second)
		for _, o := range all {
			o.caller.Leave()
		}
		again.Leave()
		w.close()
	})
}

// A server that dies twice, over a resume whose answer never came: the token that
// the client has is good still. What makes no sense costs one call, not the start.
func TestReviveTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		c := w.create(call.Spec{})
		other := w.create(call.Spec{ID: "c_other"})
		caller := w.Join("caller", bubble.VoiceCaller, client.Config{Token: w.token(c, "caller", wire.RoleCaller)})
		caller.Leave()
		w.killed(time.Second, nil)
		for range 2 {
			// The answer of this resume is lost with the server.
			p, err := w.TryJoin("caller", bubble.VoiceCaller, client.Config{Resume: caller.Joined().ResumeToken})
			if err != nil {
				t.Fatal(err)
			}
			p.Leave()
			w.killed(time.Second, func(db *sql.DB) {
				if _, err := db.Exec(`UPDATE places SET data = 'x' WHERE call_id = 'c_other'`); err != nil {
					t.Fatal(err)
				}
			})
		}
		if _, ok := w.hub.Get(other.ID()); ok || w.found.Calls != 1 {
			t.Errorf("a call whose place makes no sense goes on: %+v", w.found)
		}
		back := w.back("caller", bubble.VoiceCaller, caller, client.Config{})
		back.Leave()
		time.Sleep(40 * time.Second)
		all := w.entries(c)
		if e := all[len(all)-1]; e.Event != "ended" || !strings.Contains(string(e.Data), "caller lost") {
			t.Errorf("the last entry is %s %s", e.Event, e.Data)
		}
		if n := len(slices.DeleteFunc(all, func(e transcripts.Entry) bool { return e.Event != "restarted" })); n != 3 {
			t.Errorf("%d restarts are in the log", n)
		}
		if got := w.kept(); len(got) != 0 {
			t.Errorf("kept are %q", got)
		}
		w.close()
	})
}

// An app's own bot has its place back, or ours stands in; a call that was being
// given back is the AI's, and one whose caller had not come yet waits for them.
func TestReviveOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *call.Config) { c.CallerWithin = 2 * time.Minute })
		own, stood := w.create(call.Spec{ID: "c_own", ExternalAgent: true}), w.create(call.Spec{ID: "c_stood", ExternalAgent: true})
		early := w.create(call.Spec{ID: "c_early"})
		callers, bots := map[string]*bubble.Party{}, map[string]*bubble.Party{}
		for _, c := range []*call.Call{own, stood} {
			callers[c.ID()] = w.Join("caller", bubble.VoiceCaller, client.Config{Token: w.token(c, "caller", wire.RoleCaller)})
			bots[c.ID()] = w.Join("bot", bubble.VoiceSecond, client.Config{Token: w.token(c, "bot", wire.RoleAgent)})
			bots[c.ID()].Talk(true)
			bots[c.ID()].Do(wire.MethodMessage, wire.Message{Text: "welcome"}, nil)
		}
		if err := w.store.CreateCall(t.Context(), transcripts.Call{ID: "c_returning", State: "returning", Epoch: 1,
			Claim: transcripts.Claim{UID: "tk_1", Identity: "dana", Name: "Dana", Mode: 1}}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)

		w.killed(time.Second, nil)
		if w.found.Calls != 4 {
			t.Fatalf("found %+v", w.found)
		}
		first := w.back("caller", bubble.VoiceCaller, callers["c_own"], client.Config{})
		second := w.back("caller", bubble.VoiceCaller, callers["c_stood"], client.Config{})
		bots["c_stood"].Leave()
		bot := w.back("bot", bubble.VoiceSecond, bots["c_own"], client.Config{})
		bot.Talk(true)
		first.Await("its bot", 3*time.Second, func() bool { return first.Hearing(first.AudioSlots()[0]) == bubble.VoiceSecond })
		second.Await("our bot", 15*time.Second, func() bool { return second.Hearing(second.AudioSlots()[0]) == bubble.VoiceAI })
		if got := w.live(early).Info(); got.State != "ai" || got.Epoch != 2 {
			t.Errorf("a call whose caller has not come is %+v", got)
		}
		r, err := w.store.Call(t.Context(), "c_returning")
		if err != nil || r.State != "ai" || r.Epoch != 4 || r.Claim.UID != "" {
			t.Errorf("a call that was being given back is %+v, %v", r, err)
		}
		late := w.Join("late", bubble.VoiceCaller, client.Config{Token: w.token(early, "caller", wire.RoleCaller)})
		late.Await("the AI", 3*time.Second, func() bool { return late.Hearing(late.AudioSlots()[0]) == bubble.VoiceAI })
		time.Sleep(time.Minute)
		if r, err := w.store.Call(t.Context(), "c_returning"); err != nil || r.State != "ai" {
			t.Errorf("its caller has two minutes: %+v, %v", r, err)
		}
		for _, p := range []*bubble.Party{first, second, bot, late} {
			p.Leave()
		}
		w.close()
	})
}
