package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/desk/sla"
	"github.com/relevo/relevo/signaling/desk/store"
	"github.com/relevo/relevo/transcripts"
	"github.com/relevo/relevo/transcripts/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	root = account.Actor{Identity: "root", Address: "192.0.2.1"}
)

func open(t testing.TB, path string) (*store.SQLite, *account.Book) {
	t.Helper()
	log, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	book, err := account.Open(ctx, log.DB(), account.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.NewSQLite(ctx, log.DB())
	if err != nil {
		t.Fatal(err)
	}
	return s, book
}

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "relevo.db") }

func handoff(n int, call string) queue.Handoff {
	at := noon.Add(time.Duration(n) * time.Minute)
	return queue.Handoff{ID: fmt.Sprintf("h%d", n), Call: call, Seq: uint64(n), State: queue.StatePending, Priority: queue.P3, Rank: queue.P2, Reason: "callerAsked",
		Skills: []queue.Need{{Name: "billing", Level: 2}}, EnteredAt: at, PendingAt: at, SLA: sla.Begin(sla.Config{}.WithDefaults(), queue.P3, at)}
}

func ended(h queue.Handoff, o queue.Outcome, agent string) queue.Handoff {
	h.State, h.Outcome, h.EndedAt = queue.StateEnded, o, h.EnteredAt.Add(5*time.Minute)
	h.Stints = []queue.Stint{{Agent: agent, From: h.EnteredAt, To: h.EndedAt}}
	return h
}

func write(t testing.TB, s *store.SQLite, c store.Changes) {
	t.Helper()
	if err := s.Write(ctx, c); err != nil {
		t.Fatal(err)
	}
}

func TestDeskSurvivesRestart(t *testing.T) {
	path := file(t)
	s, _ := open(t, path)
	agent := queue.Agent{ID: "dana", Name: "Dana", Presence: queue.Busy, Capacity: 2, Skills: queue.Levels{"billing": 3}, Active: []string{"h1"}, IdleAt: noon}
	counters := queue.Counters{Seq: 3, OfferNo: 7, Handling: time.Minute, Now: noon}
	one, two := handoff(1, "c1"), handoff(2, "c2")
	write(t, s, store.Changes{Handoffs: []queue.Handoff{one, two, ended(handoff(3, "c3"), queue.Resolved, "dana")}, Agents: []queue.Agent{agent}, Counters: &counters})
	write(t, s, store.Changes{Agents: []queue.Agent{{ID: "gone"}}})
	write(t, s, store.Changes{Gone: []string{"gone"}})
	one.State, one.Agent, one.ConnectedAt = queue.StateConnected, "dana", noon.Add(time.Hour)
	agent.Missed = 1
	write(t, s, store.Changes{Handoffs: []queue.Handoff{one}, Agents: []queue.Agent{agent}})

	again, _ := open(t, path)
	got, err := again.Load(ctx)
	if err != nil {
		t.Fatal(err)
	}
	want := queue.Snapshot{Handoffs: []queue.Handoff{one, two}, Agents: []queue.Agent{agent}, Counters: counters}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("\n got %+v\nwant %+v", got, want)
	}
	if h, err := again.Handoff(ctx, "h3"); err != nil || h.Outcome != queue.Resolved {
		t.Errorf("%+v, %v", h, err)
	}
	if _, err := again.Handoff(ctx, "h9"); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
}

// A call has one handoff at a time, whoever asks; nothing of what is refused is
// kept.
func TestOneLiveHandoffACall(t *testing.T) {
	s, _ := open(t, file(t))
	write(t, s, store.Changes{Handoffs: []queue.Handoff{handoff(1, "c1")}})
	err := s.Write(ctx, store.Changes{Handoffs: []queue.Handoff{handoff(2, "c2"), handoff(3, "c1")}, Agents: []queue.Agent{{ID: "dana"}}})
	if !errors.Is(err, store.ErrConflict) {
		t.Fatal(err)
	}
	got, err := s.Load(ctx)
	if err != nil || len(got.Handoffs) != 1 || len(got.Agents) != 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	// The next one of a call may come in the write in which the last one ends.
	write(t, s, store.Changes{Handoffs: []queue.Handoff{handoff(3, "c1"), ended(handoff(1, "c1"), queue.Cancelled, "")}})

	var wg sync.WaitGroup
	won := make(chan int, 20)
	for i := range 20 {
		wg.Go(func() {
			switch err := s.Write(ctx, store.Changes{Handoffs: []queue.Handoff{handoff(100+i, "c9")}}); {
			case err == nil:
				won <- i
			case !errors.Is(err, store.ErrConflict):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(won) != 1 {
		t.Errorf("%d handoffs of one call", len(won))
	}
}

func TestSLAEventsOnce(t *testing.T) {
	s, _ := open(t, file(t))
	event := func(goal sla.Goal, kind sla.EventKind, due int) queue.SLAEvent {
		at := noon.Add(time.Duration(due) * time.Second)
		return queue.SLAEvent{Handoff: "h1", Call: "c1", Event: sla.Event{Goal: goal, Kind: kind, Due: at, At: at.Add(time.Millisecond)}}
	}
	risk, breach := event(sla.FirstResponse, sla.AtRisk, 80), event(sla.FirstResponse, sla.EventBreached, 100)
	for range 2 { // a server that died before it could tell does it again
		write(t, s, store.Changes{SLA: []queue.SLAEvent{risk, breach}})
	}
	write(t, s, store.Changes{SLA: []queue.SLAEvent{event(sla.FirstResponse, sla.EventMet, 120)}}) // has its outcome already
	met := event(sla.Resolution, sla.EventMet, 300)
	write(t, s, store.Changes{SLA: []queue.SLAEvent{met}})
	got, err := s.SLAEvents(ctx, store.Span{})
	if err != nil {
		t.Fatal(err)
	}
	if want := []queue.SLAEvent{risk, breach, met}; !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
	got, err = s.SLAEvents(ctx, store.Span{From: noon.Add(100 * time.Second), To: noon.Add(300 * time.Second)})
	if err != nil || len(got) != 1 || got[0] != breach {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestHistory(t *testing.T) {
	s, _ := open(t, file(t))
	a, b, c := ended(handoff(1, "c1"), queue.Resolved, "dana"), ended(handoff(2, "c1"), queue.Cancelled, "eli"), handoff(3, "c1")
	b.Reason, c.Priority = "distress", queue.P1
	write(t, s, store.Changes{Handoffs: []queue.Handoff{a, b, c}})
	yes, no := true, false
	for name, f := range map[string]struct {
		filter store.Filter
		want   string
	}{
		"all":      {store.Filter{}, "[h3 h2 h1]"},
		"page":     {store.Filter{Limit: 1, Before: 3}, "[h2]"},
		"agent":    {store.Filter{Agent: "dana"}, "[h1]"},
		"reason":   {store.Filter{Reason: "distress"}, "[h2]"},
		"outcome":  {store.Filter{Outcome: queue.Resolved}, "[h1]"},
		"priority": {store.Filter{Priority: queue.P1}, "[h3]"},
		"ended":    {store.Filter{Ended: &yes}, "[h2 h1]"},
		"live":     {store.Filter{Ended: &no}, "[h3]"},
		"entered":  {store.Filter{Entered: store.Span{From: noon.Add(2 * time.Minute), To: noon.Add(3 * time.Minute)}}, "[h2]"},
		"call":     {store.Filter{Call: "c2"}, "[]"},
	} {
		list, err := s.Handoffs(ctx, f.filter)
		if err != nil {
			t.Fatal(err)
		}
		ids := []string{}
		for _, h := range list {
			ids = append(ids, h.ID)
		}
		if fmt.Sprint(ids) != f.want {
			t.Errorf("%s: %v, want %s", name, ids, f.want)
		}
	}
}

func TestSettings(t *testing.T) {
	s, book := open(t, file(t))
	v, err := s.Setting(ctx, "hours")
	if err != nil || v.Version != 0 || v.Value != nil {
		t.Fatalf("%+v, %v", v, err)
	}
	first, err := s.PutSetting(ctx, root, "hours", json.RawMessage(`{"zone":"UTC"}`), 0)
	if err != nil || first.Version != 1 {
		t.Fatal(first, err)
	}
	if _, err := s.PutSetting(ctx, root, "hours", json.RawMessage(`{}`), 0); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a form of before: %v", err)
	}
	if _, err := s.PutSetting(ctx, root, "hours", json.RawMessage(`{`), 1); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("no JSON: %v", err)
	}
	if _, err := s.PutSetting(ctx, root, "hours", json.RawMessage(`{"zone":"Europe/Berlin"}`), 1); err != nil {
		t.Fatal(err)
	}
	if v, err = s.Setting(ctx, "hours"); err != nil || v.Version != 2 || string(v.Value) != `{"zone":"Europe/Berlin"}` || v.By != "root" {
		t.Errorf("%+v, %v", v, err)
	}
	log, err := book.Changes(ctx, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(log) != 2 || log[0].Action != "settings.hours" || string(log[0].Before) != `{"zone":"UTC"}` || log[0].By != root {
		t.Errorf("audit: %+v", log)
	}
}

func TestDocuments(t *testing.T) {
	s, _ := open(t, file(t))
	put := func(d store.Document, want error) store.Document {
		t.Helper()
		got, err := s.Put(ctx, account.Actor{Identity: d.By, Address: "192.0.2.1"}, d)
		if !errors.Is(err, want) {
			t.Fatalf("%+v: %v, want %v", d, err, want)
		}
		return got
	}
	d := put(store.Document{Kind: store.Note, ID: "n1", Of: "c1", By: "dana", Body: json.RawMessage(`{"text":"a"}`)}, nil)
	put(store.Document{Kind: store.Note, ID: "n1", Of: "c1", By: "eli", Body: json.RawMessage(`{}`)}, store.ErrConflict)
	put(store.Document{Kind: store.Note, ID: "n2", Of: "c2", By: "eli", Version: 4, Body: json.RawMessage(`{}`)}, store.ErrConflict)
	put(store.Document{Kind: store.Note, ID: "n2", Of: "c2", By: "eli", Body: json.RawMessage(`{`)}, store.ErrInvalid)
	d.Body, d.By, d.Of = json.RawMessage(`{"text":"b"}`), "eli", "c9"
	d = put(d, nil)
	if d.Version != 2 || d.Of != "c1" || d.Created.After(d.Updated) {
		t.Errorf("%+v", d)
	}
	got, err := s.Document(ctx, store.Note, "n1")
	if err != nil || !reflect.DeepEqual(got, d) {
		t.Errorf("%+v, %v, want %+v", got, err, d)
	}
	put(store.Document{Kind: store.CallBack, ID: "n1", Of: "c1", By: "", Body: json.RawMessage(`{}`)}, nil) // kinds do not meet
	put(store.Document{Kind: store.Note, ID: "n3", Of: "c2", By: "eli", Body: json.RawMessage(`{}`)}, nil)
	c1 := "c1"
	if list, err := s.Documents(ctx, store.Note, &c1, 0); err != nil || len(list) != 1 || list[0].ID != "n1" {
		t.Errorf("%+v, %v", list, err)
	}
	if list, err := s.Documents(ctx, store.Note, nil, 0); err != nil || len(list) != 2 || list[0].ID != "n3" {
		t.Errorf("%+v, %v", list, err)
	}
	if err := s.Delete(ctx, root, store.Note, "n1", 1); !errors.Is(err, store.ErrConflict) {
		t.Error(err)
	}
	if err := s.Delete(ctx, root, store.Note, "n1", 2); err != nil {
		t.Error(err)
	}
	if err := s.Delete(ctx, root, store.Note, "n1", 2); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
}

// What everybody uses is a setting: each change of it is in the audit log. What
// is one's own is nobody's business.
func TestSharedRepliesAreAudited(t *testing.T) {
	s, book := open(t, file(t))
	put := func(d store.Document) store.Document {
		t.Helper()
		d, err := s.Put(ctx, root, d)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	own := put(store.Document{Kind: store.Canned, ID: "own", Of: "dana", Body: json.RawMessage(`{"text":"mine"}`)})
	d := put(store.Document{Kind: store.Canned, ID: "all", Body: json.RawMessage(`{"text":"a"}`)})
	d.Body = json.RawMessage(`{"text":"b"}`)
	d = put(d)
	for _, gone := range []store.Document{own, d} {
		if err := s.Delete(ctx, root, store.Canned, gone.ID, gone.Version); err != nil {
			t.Fatal(err)
		}
	}
	log, err := book.Changes(ctx, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := [][2]string{{`{"text":"b"}`, ""}, {`{"text":"a"}`, `{"text":"b"}`}, {"", `{"text":"a"}`}}
	if len(log) != len(want) {
		t.Fatalf("%d lines, not %d: %+v", len(log), len(want), log)
	}
	for i, l := range log {
		if l.Action != "settings.canned" || l.Object != "all" || l.By != root || string(l.Before) != want[i][0] || string(l.After) != want[i][1] {
			t.Errorf("line %d: %+v", i, l)
		}
	}
}

func TestClosed(t *testing.T) {
	log, err := sqlite.Open(ctx, file(t), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.NewSQLite(ctx, log.DB())
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Write(ctx, store.Changes{Handoffs: []queue.Handoff{handoff(1, "c")}}); !errors.Is(err, transcripts.ErrClosed) {
		t.Error(err)
	}
	if _, err := s.Load(ctx); !errors.Is(err, transcripts.ErrClosed) {
		t.Error(err)
	}
}

// BenchmarkWrite: a step that changes a handoff, an agent and the counters, and
// 100 such steps in one write.
func BenchmarkWrite(b *testing.B) {
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, _ := open(b, file(b))
			i := 0
			for b.Loop() {
				var c store.Changes
				for range n {
					i++
					c.Handoffs = append(c.Handoffs, handoff(i, fmt.Sprint("c", i)))
					c.Agents = append(c.Agents, queue.Agent{ID: fmt.Sprint("a", i%200), Presence: queue.Busy})
				}
				c.Counters = &queue.Counters{Seq: uint64(i)}
				if err := s.Write(ctx, c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
