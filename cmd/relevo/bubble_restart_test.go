package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	_ "modernc.org/sqlite" // to copy a database

	"github.com/relevo/relevo/signaling/bubble"
	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/wire"
)

// killed leaves the server as kill -9 does, and starts the next one after a
// while, on what was durable at that moment.
func (w *whole) killed(down time.Duration) {
	w.t.Helper()
	old, oldHTTP, oldDone := w.s, w.http, w.done
	data := w.t.TempDir()
	copyDatabase(w.t, filepath.Join(w.c.Data, "relevo.db"), filepath.Join(data, "relevo.db"))
	w.KillServer(w.ip)
	// What is left of it in this process ends where nobody sees it.
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	begun := time.Now()
	if err := old.Close(ctx); err != nil {
		w.t.Error(err)
	}
	_ = oldHTTP.Close()
	<-oldDone
	time.Sleep(max(0, down-time.Since(begun)))
	var a, b, c, d int
	if _, err := fmt.Sscanf(w.ip, "%d.%d.%d.%d", &a, &b, &c, &d); err != nil {
		w.t.Fatal(err)
	}
	w.ip = fmt.Sprintf("%d.%d.%d.%d", a, b, 200, d+1)
	w.c.Data = data
	w.serve()
}

// copyDatabase copies what has been committed.
func copyDatabase(t *testing.T, from, to string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+from+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(context.Background(), `VACUUM INTO ?`, to); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// again is a party at the server that was restarted: with the place of the one
// before, and new media, as a client does it.
func (w *whole) again(name string, hertz int, old *bubble.Party, cfg client.Config) *bubble.Party {
	w.t.Helper()
	cfg.Resume, cfg.Cursor = old.Joined().ResumeToken, old.Cursor()
	old.Leave()
	p := w.Join(name, hertz, cfg)
	if j := p.Joined(); !j.Resumed || !j.Restarted || j.Participant.ID != old.Joined().Participant.ID {
		w.t.Errorf("%s is back as %+v", name, j)
	}
	return p
}

func (w *whole) log(call string) (all []wire.Entry, events string) {
	w.t.Helper()
	var log wire.EntryList
	w.rest(http.MethodGet, "/v1/calls/"+call+"/entries", "", &log)
	var names []string
	for i, e := range log.Entries {
		if e.Seq != int64(i+1) {
			w.t.Fatalf("entry %d has seq %d", i+1, e.Seq)
		}
		if e.Kind == "event" && !slices.Contains([]string{"created", "joined", "left", "brief", "email"}, e.Event) {
			names = append(names, e.Event)
		}
	}
	return log.Entries, strings.Join(names, " ")
}

func said(p *bubble.Party) string { return strings.Join(texts(p, wire.TypeAgentSubtitle), " ") }

// The server is killed while the AI talks with a caller: they come back to the
// same call, hear why it was silent, are not greeted again, and the AI knows what
// was said before.
func TestRestartInTheMiddleOfATalk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWhole(t)
		defer w.close()
		caller, made := w.caller("Carla")
		caller.Await("the greeting", 5*time.Second, func() bool { return len(texts(caller, wire.TypeAgentSubtitle)) > 0 })
		time.Sleep(3 * time.Second)
		w.means(bubble.VoiceCaller, "my order number is seven four two")
		caller.Say(1500 * time.Millisecond)
		time.Sleep(6 * time.Second)
		before, _ := w.log(made.CallID)

		w.killed(10 * time.Second)
		back := w.again("caller", bubble.VoiceCaller, caller, client.Config{AudioSlots: 2})
		defer back.Leave()
		back.Await("why it was silent", 5*time.Second, func() bool { return strings.Contains(said(back), "cut off for a moment") })
		back.Await("the AI's voice", 5*time.Second, func() bool { return back.Hearing(back.AudioSlots()[0]) == bubble.VoiceAI })
		time.Sleep(4 * time.Second)
		w.means(bubble.VoiceCaller, "what did I say before")
		back.Say(1500 * time.Millisecond)
		time.Sleep(6 * time.Second)
		if s := said(back); strings.Count(s, "Hello, this is") != 1 || !strings.Contains(s, "You said: what did I say before.") {
			t.Errorf("the AI greets again: %q", s)
		}
		after, events := w.log(made.CallID)
		if events != "restarted" {
			t.Errorf("the log has the events %q", events)
		}
		for i := range before {
			if a, b := jsonOf(before[i]), jsonOf(after[i]); a != b {
				t.Errorf("entry %d was %s, is %s", i+1, a, b)
			}
		}
		if back.Joined().Call.Epoch != 2 {
			t.Errorf("the term after the restart is %d", back.Joined().Call.Epoch)
		}
	})
}

// A human has a call and another waits: after the restart it is as it was. The
// human who comes back has the call again, when they can be heard, as a takeover
// of its own; the line and the clocks are those from before.
func TestRestartWithAHuman(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWhole(t)
		defer w.close()
		dana := w.console("dana")
		first, made := w.caller("Carla")
		first.Do(wire.MethodRequestHuman, wire.RequestHuman{Reason: "a refund"}, nil)
		o := told[wire.DeskOffer](dana, wire.NotifyDeskOffer)
		dana.do(wire.MethodAccept, wire.OfferAnswer{Offer: o.Offer})
		human := w.joinAs("dana", made.CallID, bubble.VoiceHuman)
		human.Talk(true)
		first.AwaitState("human", 5*time.Second)
		human.Do(wire.MethodMessage, wire.Message{Text: "your code is seven"}, nil)
		second, waits := w.caller("Kim")
		second.Do(wire.MethodRequestHuman, wire.RequestHuman{Reason: "urgent"}, nil)
		second.AwaitState("pending", 5*time.Second)
		time.Sleep(10 * time.Second)
		before := w.desk()

		w.killed(8 * time.Second)
		dana.close()
		if after := w.desk(); after != before {
			t.Errorf("the desk was\n%s\nis\n%s", before, after)
		}
		dana = w.console("dana")
		defer dana.close()
		back := w.again("caller", bubble.VoiceCaller, first, client.Config{AudioSlots: 2})
		defer back.Leave()
		second2 := w.again("caller", bubble.VoiceCaller, second, client.Config{AudioSlots: 2})
		defer second2.Leave()
		if s := back.Joined().Call.State; s != "willStart" {
			t.Errorf("while the human is not back the call is in state %s", s)
		}
		back.Await("why it was silent", 5*time.Second, func() bool { return strings.Contains(said(back), "connecting you to Dana again") })
		humanBack := w.again("dana", bubble.VoiceHuman, human, client.Config{AudioSlots: 4})
		defer humanBack.Leave()
		humanBack.Talk(true)
		back.AwaitState("human", 5*time.Second)
		back.Await("dana is heard", 3*time.Second, func() bool { return back.Hearing(back.AudioSlots()[0]) == bubble.VoiceHuman })
		if got, want := back.Takeovers("socket"), "ended willStart connected"; got != want {
			t.Errorf("the caller is told of %q, want %q", got, want)
		}
		if got := second2.State(); got != "pending" {
			t.Errorf("who waited is in state %s", got)
		}
		if after := w.desk(); after != before {
			t.Errorf("with all back the desk was\n%s\nis\n%s", before, after)
		}
		humanBack.Do(wire.MethodReturn, nil, nil)
		back.AwaitState("ai", 5*time.Second)
		if _, events := w.log(made.CallID); events != "request willStart human restarted human returning ai" {
			t.Errorf("the log has the events %q", events)
		}
		dana.do(wire.MethodWrapUpDone, nil)
		next := told[wire.DeskOffer](dana, wire.NotifyDeskOffer)
		if next.Handoff.Call != waits.CallID || next.Handoff.Caller != "Kim" {
			t.Errorf("the next offer is %+v", next)
		}
	})
}

// desk is the line, whose calls are whose, and all clocks.
func (w *whole) desk() string {
	w.t.Helper()
	var list wire.HandoffList
	w.rest(http.MethodGet, "/v1/desk/handoffs?limit=1000&state=live", "", &list)
	var out []string
	for _, h := range list.Handoffs {
		out = append(out, fmt.Sprintf("%d %s %s %q rank %d front %v %s %s", h.Seq, h.Call, h.State, h.Agent, h.Rank, h.Front, jsonOf(h.FirstResponse), jsonOf(h.Resolution)))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// A human who does not come back loses the call to the line, where it is first;
// a caller who does not is gone, and the log says why.
func TestRestartAndNobodyComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWhole(t)
		defer w.close()
		dana := w.console("dana")
		first, made := w.caller("Carla")
		first.Do(wire.MethodRequestHuman, wire.RequestHuman{}, nil)
		o := told[wire.DeskOffer](dana, wire.NotifyDeskOffer)
		dana.do(wire.MethodAccept, wire.OfferAnswer{Offer: o.Offer})
		human := w.joinAs("dana", made.CallID, bubble.VoiceHuman)
		human.Talk(true)
		first.AwaitState("human", 5*time.Second)
		second, gone := w.caller("Kim")
		second.Do(wire.MethodRequestHuman, wire.RequestHuman{}, nil)
		second.AwaitState("pending", 5*time.Second)

		w.killed(5 * time.Second)
		dana.close()
		human.Leave()
		second.Leave()
		back := w.again("caller", bubble.VoiceCaller, first, client.Config{AudioSlots: 2})
		defer back.Leave()
		back.Await("the human is given up", 35*time.Second, func() bool { return back.State() == "pending" })
		eli := w.console("eli")
		defer eli.close()
		time.Sleep(time.Second)
		var list wire.HandoffList
		w.rest(http.MethodGet, "/v1/desk/handoffs?state=live&call="+made.CallID, "", &list)
		if h := list.Handoffs; len(h) != 1 || h[0].OfferedTo != "eli" || !h[0].Front || h[0].Requeues != 1 {
			t.Errorf("it is %+v", h)
		}
		time.Sleep(12 * time.Second)
		var ended wire.CallRecord
		w.rest(http.MethodGet, "/v1/calls/"+gone.CallID, "", &ended)
		entries, events := w.log(gone.CallID)
		if last := entries[len(entries)-1]; ended.State != "ended" || events != "request restarted ended" || !strings.Contains(string(last.Data), "server restarted") {
			t.Errorf("%+v, %q, %s", ended, events, last.Data)
		}
	})
}

// A server that was down for long does not go on: nobody waits any more.
func TestRestartTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWhole(t)
		defer w.close()
		caller, made := w.caller("Carla")
		caller.Do(wire.MethodRequestHuman, wire.RequestHuman{}, nil)
		caller.AwaitState("pending", 5*time.Second)
		w.killed(70 * time.Second)
		caller.Leave()
		if _, events := w.log(made.CallID); events != "request ended" {
			t.Errorf("the log has the events %q", events)
		}
		if d := w.desk(); d != "" {
			t.Errorf("the desk has %s", d)
		}
	})
}

// restart kills the server, and everybody comes back or not, as it happens.
func (s *shift) restart() {
	s.t.Helper()
	before := s.desk()
	s.note("kill -9: %s", strings.ReplaceAll(before, "\n", " | "))
	s.killed(time.Duration(1+s.r.IntN(20)) * time.Second)
	for _, a := range s.agents {
		if a.console != nil {
			s.within(a)
			a.console.close()
			a.console = nil
		}
	}
	for _, i := range s.r.Perm(len(s.agents) + 1) {
		time.Sleep(time.Duration(s.r.IntN(4000)) * time.Millisecond)
		if i == len(s.agents) {
			s.caller = s.again("caller", bubble.VoiceCaller, s.caller, client.Config{AudioSlots: 2})
			s.note("the caller is back")
			continue
		}
		a := s.agents[i]
		if s.r.IntN(4) == 0 {
			s.note("%s does not come back", a.name)
			if a.in != nil {
				a.in.Leave()
				a.in = nil
			}
			continue
		}
		a.console = s.console(a.name)
		s.note("%s is back", a.name)
		if a.in != nil {
			a.in = s.again(a.name, a.voice, a.in, client.Config{AudioSlots: 3})
			a.in.Talk(true)
			s.note("%s is back in the call", a.name)
		}
	}
}
