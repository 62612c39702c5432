package desk_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/desk"
	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/wire"
)

// What the desk has to say of a request says of which: another may have been
// made meanwhile.
func TestRequestsHaveNumbers(t *testing.T) {
	inSlowWorld(t, func(w *world, gate chan error) {
		setting(t, w, desk.SettingRouting, `{"expireIn":5000000000}`)
		w.request("c1", desk.Request{No: 7})
		time.Sleep(61 * time.Second)
		if got := w.calls.waited("c1"); got.Request != 7 || got.Question == "" {
			t.Errorf("asked about %+v", got)
		}
		time.Sleep(5 * time.Second)
		if got := w.calls.waited("c1"); got.Request != 7 || !slices.Contains(w.calls.said(), "drop c1 expired") {
			t.Errorf("expired: %+v, %q", got, w.calls.said())
		}

		// The caller takes it back while a human is on the way, and asks again: they
		// want one after all, whatever comes of that human.
		dana := w.console("dana", desk.WatchOptions{})
		w.request("c2", desk.Request{No: 1})
		ringAndAccept(w, "dana", dana)
		w.desk.Cancelled("c2", "caller")
		w.desk.Request("c2", desk.Request{No: 2})
		time.Sleep(time.Second)
		gate <- wire.Errorf(wire.KindTimeout, "the call does not answer")
		time.Sleep(3 * time.Second)
		if got := w.calls.waited("c2"); got.Request != 2 || got.Position != 1 {
			t.Errorf("the second request of c2 is told %+v", got)
		}
		list := w.history()
		if list[0].Call != "c2" || !list[0].State.InLine() {
			t.Errorf("%+v", list[0])
		}
		go func() { gate <- nil }()
		w.console("eli", desk.WatchOptions{})
		time.Sleep(time.Second)
		list = w.history()
		if list[0].Offer == nil || list[0].Offer.Agent != "eli" {
			t.Errorf("nobody is rung for c2: %+v", list[0])
		}
		w.do(queue.Accept{Agent: "eli", Offer: list[0].Offer.No})
		time.Sleep(time.Second)
	})
}

// The hours end while callers wait. A bubble begins at midnight UTC on a
// Saturday.
const tenMinutes = `{"timeZone":"UTC","periods":[{"kind":"weekly","days":["sat"],"from":"00:00","to":"00:10"}],"reply":"Next week."}`

func TestHoursEnd(t *testing.T) {
	inWorld(t, func(w *world) {
		setting(t, w, desk.SettingHours, tenMinutes)
		setting(t, w, desk.SettingRouting, `{"askEvery":-1,"wrapUp":60000000000}`)
		dana := w.console("dana", desk.WatchOptions{})
		w.request("c1", desk.Request{})
		ringAndAccept(w, "dana", dana)
		time.Sleep(time.Second)
		w.desk.Connected("c1")
		w.request("c2", desk.Request{})
		w.request("c3", desk.Request{})
		time.Sleep(10 * time.Minute)
		if s, waiting, err := w.desk.Status(context.Background()); err != nil || s.Service != "unavailable" || s.Reason != "closed" || waiting != 2 {
			t.Errorf("%+v, %d, %v", s, waiting, err)
		}
		w.request("c4", desk.Request{}) // too late
		time.Sleep(time.Second)
		w.expect("claim c1 dana", "drop c4 outOfHours")

		// Who waits has dana, when she has the time.
		w.desk.Returned("c1", "returned")
		time.Sleep(59 * time.Second)
		w.do(queue.WrapUpDone{Agent: "dana"})
		ringAndAccept(w, "dana", dana)
		time.Sleep(time.Second)
		w.desk.Connected("c2")
		w.calls.mu.Lock()
		w.calls.state["c2"], w.calls.heard["c2/dana"] = "human", true
		w.calls.mu.Unlock()

		// All of that survives a restart.
		dana.stop()
		w.close()
		w.start()
		dana = w.console("dana", desk.WatchOptions{})
		w.request("c5", desk.Request{})
		time.Sleep(time.Second)
		w.expect("claim c1 dana", "drop c4 outOfHours", "claim c2 dana", "drop c5 outOfHours")

		// Then she goes home.
		w.desk.Returned("c2", "returned")
		w.do(queue.SetAway{Agent: "dana"})
		time.Sleep(time.Second)
		w.expect("claim c1 dana", "drop c4 outOfHours", "claim c2 dana", "drop c5 outOfHours", "drop c3 outOfHours")
		if got := w.calls.waited("c3"); got.Reply != "Next week." || !got.Opens.Equal(time.Date(2000, 1, 8, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%+v", got)
		}
		got := map[string]queue.Outcome{}
		for _, h := range w.history() {
			got[h.Call] = h.Outcome
		}
		if want := map[string]queue.Outcome{"c1": "resolved", "c2": "resolved", "c3": "outOfHours", "c4": "outOfHours", "c5": "outOfHours"}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v, want %v", got, want)
		}
		// A week later there is somebody again.
		time.Sleep(time.Until(time.Date(2000, 1, 8, 0, 0, 0, 0, time.UTC)) + time.Second)
		w.request("c6", desk.Request{})
		time.Sleep(time.Second)
		if got := w.calls.waited("c6"); got.Position != 1 {
			t.Errorf("%+v", got)
		}
	})
}

// Where the desk is to close at once, it does at that moment, to the second,
// also when the hours are changed.
func TestHoursEndAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		setting(t, w, desk.SettingRouting, `{"afterHours":-1,"askEvery":-1}`)
		setting(t, w, desk.SettingHours, tenMinutes)
		dana := w.console("dana", desk.WatchOptions{})
		w.request("c1", desk.Request{})
		ringAndAccept(w, "dana", dana)
		w.request("c2", desk.Request{})
		time.Sleep(time.Until(time.Date(2000, 1, 1, 0, 9, 59, 0, time.UTC)))
		w.expect("claim c1 dana")
		time.Sleep(time.Second + 100*time.Millisecond)
		w.expect("claim c1 dana", "drop c2 outOfHours")
		setting(t, w, desk.SettingHours, `{"timeZone":"UTC","periods":[]}`)
		w.request("c3", desk.Request{})
		time.Sleep(time.Second)
		w.expect("claim c1 dana", "drop c2 outOfHours")
		setting(t, w, desk.SettingHours, tenMinutes)
		time.Sleep(time.Second)
		w.expect("claim c1 dana", "drop c2 outOfHours", "drop c3 outOfHours")
	})
}

// A call that somebody takes over past the desk counts for them, whatever they
// are up to.
func TestTakenOverPastTheDesk(t *testing.T) {
	inWorld(t, func(w *world) {
		hash, err := auth.HashPassword("right")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.book.Seed(context.Background(), account.Account{Identity: "fay", Name: "Fay", Capacity: 2}, hash); err != nil {
			t.Fatal(err)
		}
		dana, eli := w.console("dana", desk.WatchOptions{}), w.console("eli", desk.WatchOptions{Away: true})
		state := func(call, s string) {
			w.calls.mu.Lock()
			defer w.calls.mu.Unlock()
			w.calls.state[call] = s
		}
		for _, c := range []string{"full", "away", "gone", "waits"} {
			state(c, "human")
		}
		w.request("first", desk.Request{})
		ringAndAccept(w, "dana", dana)
		time.Sleep(time.Second)
		w.desk.Connected("first")
		w.desk.Claimed("full", desk.Person{Identity: "dana"})
		w.desk.Connected("full")
		w.desk.Claimed("away", desk.Person{Identity: "eli"})
		w.desk.Connected("away")
		w.desk.Claimed("gone", desk.Person{Identity: "fay"}) // who is at no console
		w.desk.Connected("gone")
		w.request("waits", desk.Request{})
		time.Sleep(time.Second)
		w.desk.Claimed("waits", desk.Person{Identity: "fay"})
		w.desk.Connected("waits")
		time.Sleep(time.Minute)
		w.expect("claim first dana") // nothing was claimed twice, or taken from who has it
		look := func() map[string]string {
			view := w.console("root", desk.WatchOptions{Observe: true}).view
			out := map[string]string{}
			for _, a := range view.Agents {
				out[a.Identity] = fmt.Sprintf("%s %d/%d %s", a.Presence, a.Load, a.Capacity, a.Why)
			}
			return out
		}
		if got, want := look(), map[string]string{"dana": "busy 2/1 ", "eli": "away 1/1 ", "fay": "away 2/2 noConsole"}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v, want %v", got, want)
		}
		for _, h := range w.history() {
			if h.State != queue.StateConnected || h.Agent == "" || h.Uninvited != (h.Call != "first" && h.Call != "waits") || len(h.Stints) != 1 {
				t.Errorf("%s: %v of %q, uninvited %v, %+v", h.Call, h.State, h.Agent, h.Uninvited, h.Stints)
			}
		}
		// Fay gives both back, and is not there any more.
		w.desk.Returned("gone", "returned")
		w.desk.Returned("waits", "returned")
		w.desk.Returned("away", "returned")
		time.Sleep(time.Minute)
		if got, want := look(), map[string]string{"dana": "busy 2/1 ", "eli": "away 0/1 ", "fay": "offline 0/2 lost"}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v, want %v", got, want)
		}
		if n := eli.count(wire.NotifyDeskOffer); n != 0 {
			t.Errorf("eli is away and was offered %d", n)
		}
	})
}

// How a console calls its operator is the desk's to say, until they choose.
func TestNotifications(t *testing.T) {
	for value, want := range map[string]string{
		`{}`: "", `{"sound":false}`: "", `{"sound":true,"desktop":false,"badge":true}`: "",
		`[]`: "json", `{"sound":"loud"}`: "json", `{"badge":1}`: "json",
	} {
		code := ""
		if p := desk.CheckSetting(desk.SettingNotifications, []byte(value)); len(p) > 0 {
			code = p[0].Code
		}
		if code != want {
			t.Errorf("%s: %q, want %q", value, code, want)
		}
	}
	inWorld(t, func(w *world) {
		ann := w.console("ann", desk.WatchOptions{})
		if got, want := ann.view.Settings.Notifications, (wire.Notifications{Sound: true, Desktop: true, Badge: true}); got != want {
			t.Errorf("where nothing is set: %+v", got)
		}
		setting(t, w, desk.SettingNotifications, `{"desktop":false}`)
		time.Sleep(time.Second)
		want := wire.Notifications{Sound: true, Badge: true}
		if got := last[wire.DeskSettings](ann, wire.NotifyDeskSettings); got == nil || got.Notifications != want {
			t.Errorf("%+v", got)
		}
		setting(t, w, desk.SettingRouting, `{}`) // is no news
		// What an older server has kept is no reason not to work.
		for _, value := range []string{`["sound"]`, `{"desktop":"no"}`, `{"desktop":false}`} {
			v, err := w.disk.Setting(context.Background(), desk.SettingNotifications)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.disk.PutSetting(context.Background(), account.Actor{Identity: "root"}, v.Key, []byte(value), v.Version); err != nil {
				t.Fatal(err)
			}
			if err := w.desk.Reload(context.Background()); err != nil {
				t.Fatalf("%s: %v", value, err)
			}
		}
		if n := ann.count(wire.NotifyDeskSettings); n != 3 {
			t.Errorf("told %d times", n)
		}
		if got := w.console("bob", desk.WatchOptions{}).view.Settings.Notifications; got != want {
			t.Errorf("%+v", got)
		}
	})
}

// A request has what the app, the call and the settings say of it; the app may
// say more later.
func TestWhatARequestNeeds(t *testing.T) {
	inWorld(t, func(w *world) {
		setting(t, w, desk.SettingRouting, `{"byLanguage":true}`)
		setting(t, w, desk.SettingRules, `[{"name":"gold","meta":{"plan":["gold"]},"priority":2},{"name":"fire","words":["on fire"],"priority":1},
			{"name":"vip","segments":["vip"],"reasons":["complaint"],"languages":["fr"],"priority":1}]`)
		for call, is := range map[string]desk.Request{
			"vip":     {Reason: "complaint", Language: "fr-CA", Meta: []byte(`{"segment":"VIP"}`)},
			"nobody":  {Reason: "complaint", Language: "fr", Meta: []byte(`{"segment":"new"}`)},
			"pleased": {Reason: "asked", Language: "fr", Meta: []byte(`{"segment":"vip"}`)},
			"german":  {Reason: "complaint", Language: "de", Meta: []byte(`{"segment":"vip"}`)},
		} {
			w.request(call, is)
		}
		w.request("c1", desk.Request{Skill: "Billing", Language: "de-AT", Meta: []byte(`{"plan":"gold"}`)})
		w.request("c2", desk.Request{Words: "My phone is on fire!", Meta: []byte(`{"plan":"tin"}`)})
		look := func(call string) string {
			time.Sleep(time.Second)
			for _, h := range w.history() {
				if h.Call == call {
					return fmt.Sprint(h.Priority, h.Skills, h.Languages)
				}
			}
			return ""
		}
		for call, want := range map[string]string{"vip": "P1", "nobody": "P3", "pleased": "P3", "german": "P3"} {
			if got, _, _ := strings.Cut(look(call), " "); got != want {
				t.Errorf("%s is %s", call, got)
			}
		}
		if got := look("c1"); got != "P2 [{billing 1 false}] [{de-at 1 false}]" {
			t.Error(got)
		}
		if got := look("c2"); got != "P1 [] []" {
			t.Error(got)
		}
		w.desk.Request("c1", desk.Request{Priority: 4})
		if got := look("c1"); got != "P4 [{billing 1 false}] [{de-at 1 false}]" {
			t.Error(got)
		}
		w.request("c3", desk.Request{Language: "de", Skill: "tea", Skills: []queue.Need{{Name: "law", Level: 3}, {Name: "golf", Preferred: true}}, Languages: []queue.Need{{Name: "fr", Level: 2}}})
		if got := look("c3"); got != "P3 [{law 3 false} {golf 1 true} {tea 1 false}] [{fr 2 false}]" {
			t.Error(got)
		}
		w.desk.Request("c3", desk.Request{Languages: []queue.Need{{Name: "it"}}})
		if got := look("c3"); got != "P3 [{law 3 false} {golf 1 true} {tea 1 false}] [{it 1 false}]" {
			t.Error(got)
		}
		w.desk.Request("c1", desk.Request{Skill: "law"})
		if got := look("c1"); got != "P4 [{law 1 false}] [{de-at 1 false}]" {
			t.Error(got)
		}
	})
}

// What an admin changes about people who are at the desk holds at once, or as
// good as.
func TestAccountsChange(t *testing.T) {
	inWorld(t, func(w *world) {
		hash, err := auth.HashPassword("right")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.book.Seed(context.Background(), account.Account{Identity: "fay", Name: "Fay", Capacity: 1}, hash); err != nil {
			t.Fatal(err)
		}
		fay := w.console("fay", desk.WatchOptions{})
		w.request("c1", desk.Request{Skill: "law"})
		time.Sleep(30 * time.Second)
		if o := last[wire.DeskOffer](fay, wire.NotifyDeskOffer); o != nil {
			t.Fatalf("%+v", o)
		}
		writes := w.disk.writes.Load()
		time.Sleep(20 * time.Second)
		if n := w.disk.writes.Load() - writes; n != 0 {
			t.Errorf("%d writes while nothing changes", n)
		}
		a, _ := w.book.Account("fay")
		a.Skills, a.Capacity = map[string]int{"Law": 3}, 2
		if _, err := w.book.Update(context.Background(), account.Actor{Identity: "root"}, a); err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Second)
		if o := last[wire.DeskOffer](fay, wire.NotifyDeskOffer); o == nil || o.Handoff.Call != "c1" {
			t.Errorf("%+v", o)
		}
	})
}

// The server stops and starts while callers change their minds: who is with the
// AI waits for nobody, who waits has nobody.
func TestRestartWithCallsThatWentOn(t *testing.T) {
	inWorld(t, func(w *world) {
		for _, agent := range []string{"a", "b", "c", "d"} {
			c := w.console(agent, desk.WatchOptions{})
			call := "call-" + agent
			w.request(call, desk.Request{})
			ringAndAccept(w, agent, c)
			time.Sleep(time.Second)
			if agent != "d" { // still on the way
				w.desk.Connected(call)
			}
		}
		w.request("waits", desk.Request{})
		w.request("cancelled", desk.Request{})
		time.Sleep(time.Second)
		w.close()
		w.calls.mu.Lock()
		w.calls.state = map[string]string{"call-a": "human", "call-b": "ai", "call-c": "pending", "call-d": "ai", "waits": "pending", "cancelled": "ai"}
		w.calls.mu.Unlock()
		w.start()
		time.Sleep(time.Second)
		got := map[string]string{}
		for _, h := range w.history() {
			got[h.Call] = fmt.Sprint(h.State, " ", h.Agent, h.Outcome)
		}
		for call, want := range map[string]string{"call-a": "connected a", "call-b": "ended bresolved", "call-c": "pending ", "call-d": "ended cancelled", "cancelled": "ended cancelled"} {
			if got[call] != want && (call != "call-c" || got[call] != "offered ") {
				t.Errorf("%s is %q, want %q", call, got[call], want)
			}
		}
		if s := got["waits"]; s != "pending " && s != "offered " {
			t.Errorf("who waits is %q", s)
		}
	})
}

// However soon the operator takes a silent console for dead, one that is there
// is not; also at the moment when that becomes sooner.
func TestPulseFollowsTheSettings(t *testing.T) {
	for _, within := range []time.Duration{5 * time.Second, 6 * time.Second, 20 * time.Second} {
		t.Run(within.String(), func(t *testing.T) {
			inWorld(t, func(w *world) {
				dana := w.console("dana", desk.WatchOptions{})
				w.request("c1", desk.Request{})
				ringAndAccept(w, "dana", dana)
				w.desk.Connected("c1")
				// At each moment between two pulses of the time before.
				for i := range 7 {
					setting(t, w, desk.SettingRouting, `{"heartbeatWithin":600000000000}`)
					time.Sleep(5*time.Second + time.Duration(i)*800*time.Millisecond)
					setting(t, w, desk.SettingRouting, fmt.Sprintf(`{"heartbeatWithin":%d}`, within))
					time.Sleep(3 * within)
				}
				w.expect("claim c1 dana")
				dana.stop()
				time.Sleep(within/2 - time.Millisecond)
				w.expect("claim c1 dana")
				time.Sleep(within/2 + time.Second)
				w.expect("claim c1 dana", "requeue c1 lost")
			})
		})
	}
}

// A server that was frozen for a while has heard from nobody, and takes nobody
// for dead because of that.
func TestFrozenServer(t *testing.T) {
	inWorld(t, func(w *world) {
		setting(t, w, desk.SettingRouting, `{"askEvery":-1}`)
		dana, eli := w.console("dana", desk.WatchOptions{}), w.console("eli", desk.WatchOptions{Away: true})
		w.request("c1", desk.Request{})
		ringAndAccept(w, "dana", dana)
		w.desk.Connected("c1")
		w.do(queue.SetAvailable{Agent: "eli"})
		w.request("c2", desk.Request{})
		time.Sleep(time.Second)
		w.mu.Lock()
		w.jump, w.frozen = time.Minute, time.Minute
		w.mu.Unlock()
		time.Sleep(10 * time.Second)
		w.expect("claim c1 dana")
		if n := eli.count(wire.NotifyDeskOfferGone); n != 0 {
			t.Error("who could not answer is said not to have answered")
		}
		w.do(queue.Accept{Agent: "eli", Offer: uint64(last[wire.DeskOffer](eli, wire.NotifyDeskOffer).Offer)})
		time.Sleep(time.Second)
		w.expect("claim c1 dana", "claim c2 eli")
	})
}

// How long callers may be silent to a human is a setting of the desk's that calls
// have at once, and after a restart.
func TestCallerSilence(t *testing.T) {
	inWorld(t, func(w *world) {
		is := func(want time.Duration) {
			t.Helper()
			w.calls.mu.Lock()
			defer w.calls.mu.Unlock()
			if w.calls.silence != want {
				t.Errorf("callers may be silent for %v, not %v", w.calls.silence, want)
			}
		}
		is(0)
		setting(t, w, desk.SettingRouting, `{"callerSilence":60000000000}`)
		is(time.Minute)
		w.close()
		w.calls.silence = -1
		w.start()
		is(time.Minute)
		setting(t, w, desk.SettingRouting, `{}`)
		is(0)
	})
}

// A clock that warns or has run out is told to who has the call and to those who
// look after the desk, and to nobody else.
func TestWhoIsAlerted(t *testing.T) {
	inWorld(t, func(w *world) {
		const target = `{"firstResponse":60000000000,"resolution":60000000000}`
		setting(t, w, desk.SettingRouting, `{"sla":{"riskAt":50,"targets":[`+strings.Repeat(target+",", 3)+target+`]}}`)
		dana := w.console("dana", desk.WatchOptions{})
		w.request("c1", desk.Request{})
		ringAndAccept(w, "dana", dana)
		w.desk.Connected("c1")
		eli, root := w.console("eli", desk.WatchOptions{}), w.console("root", desk.WatchOptions{Observe: true, Supervisor: true})
		looks := w.console("dana", desk.WatchOptions{Observe: true})
		time.Sleep(time.Minute)
		for who, c := range map[string]*console{"dana": dana, "root": root} {
			if n, a := c.count(wire.NotifyDeskAlert), last[wire.DeskAlert](c, wire.NotifyDeskAlert); n != 2 || a.Kind != "breached" || a.Goal != "resolution" || a.Call != "c1" {
				t.Errorf("%s was told %d times, %+v", who, n, a)
			}
		}
		if n := eli.count(wire.NotifyDeskAlert) + looks.count(wire.NotifyDeskAlert); n != 0 {
			t.Errorf("somebody else was told %d times", n)
		}
	})
}

// A console that does not answer any more is no sign of life, though its socket
// is still open: it counts from the last answer.
func TestConsoleThatDoesNotAnswer(t *testing.T) {
	inWorld(t, func(w *world) {
		var seen atomic.Pointer[time.Time]
		now := func() { t := time.Now(); seen.Store(&t) }
		now()
		dana := w.console("dana", desk.WatchOptions{Seen: func() time.Time { return *seen.Load() }})
		w.request("c1", desk.Request{})
		ringAndAccept(w, "dana", dana)
		w.desk.Connected("c1")
		for range 60 {
			time.Sleep(2 * time.Second)
			now()
		}
		time.Sleep(19 * time.Second)
		w.expect("claim c1 dana")
		time.Sleep(1100 * time.Millisecond)
		w.expect("claim c1 dana", "requeue c1 lost")

		// Another tab, or their voice in a call, is one.
		time.Sleep(30 * time.Second) // who lost it is not asked at once
		dana = w.console("dana", desk.WatchOptions{})
		w.do(queue.Accept{Agent: "dana", Offer: uint64(dana.view.Offer.Offer)})
		time.Sleep(time.Second)
		w.desk.Connected("c1")
		time.Sleep(time.Minute)
		dana.stop()
		w.calls.mu.Lock()
		w.calls.heard["c1/dana"] = true
		w.calls.mu.Unlock()
		time.Sleep(time.Minute)
		w.expect("claim c1 dana", "requeue c1 lost", "claim c1 dana")
	})
}
