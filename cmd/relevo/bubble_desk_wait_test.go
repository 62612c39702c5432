package main

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/signaling/bubble"
	"github.com/relevo/relevo/signaling/wire"
)

// waitOf is what a caller was told last of the wait.
func waitOf(p *bubble.Party) (h wire.Handoff) {
	if all := p.Notified(wire.NotifyHandoff); len(all) > 0 {
		_ = json.Unmarshal(all[len(all)-1].Params, &h)
	}
	return h
}

func heard(p *bubble.Party, words string) func() bool {
	return func() bool { return strings.Contains(strings.Join(texts(p, wire.TypeAgentSubtitle), " "), words) }
}

// While somebody is at work the caller sees and hears how long it is likely to
// take. Then that person takes the call past the desk, though they are full: the
// desk knows.
func TestDeskLikelyWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWhole(t)
		defer w.close()
		dana := w.console("dana")
		defer dana.close()
		first, busy := w.caller("Carla")
		defer first.Leave()
		first.Do(wire.MethodRequestHuman, wire.RequestHuman{}, nil)
		o := told[wire.DeskOffer](dana, wire.NotifyDeskOffer)
		dana.do(wire.MethodAccept, wire.OfferAnswer{Offer: o.Offer})
		human := w.joinAs("dana", busy.CallID, bubble.VoiceHuman)
		defer human.Leave()
		human.Talk(true)
		first.AwaitState("human", 5*time.Second)

		second, made := w.caller("Kim")
		defer second.Leave()
		second.Await("the greeting", 5*time.Second, func() bool { return len(texts(second, wire.TypeAgentSubtitle)) > 0 })
		w.rest("POST", "/v1/calls/"+made.CallID+"/handoff", `{"reason":"urgent","priority":2,"skill":"billing"}`, nil)
		second.Await("the place and the wait", 2*time.Second, func() bool { h := waitOf(second); return h.Position == 1 && h.LikelyMS == 300_000 })
		second.Await("them in the AI's voice", 15*time.Second, heard(second, "You are number 1 in line. It should take about 5 minutes."))
		w.rest("POST", "/v1/calls/"+made.CallID+"/handoff", `{"priority":1}`, nil) // worse than it was thought
		time.Sleep(time.Second)
		var list wire.HandoffList
		w.rest("GET", "/v1/desk/handoffs?state=live&call="+made.CallID, "", &list)
		if len(list.Handoffs) != 1 || list.Handoffs[0].Priority != 1 || list.Handoffs[0].Skills[0].Name != "billing" {
			t.Fatalf("%+v", list)
		}

		// Not one who does billing, and full; but the call decides.
		again := w.joinAs("dana", made.CallID, bubble.VoiceHuman)
		defer again.Leave()
		again.Talk(true)
		again.Do(wire.MethodTakeover, wire.Takeover{TakeoverMode: wire.ModeOwnVoice}, nil)
		second.AwaitState("human", 2*time.Second)
		time.Sleep(time.Second)
		w.rest("GET", "/v1/desk/handoffs?state=live&call="+made.CallID, "", &list)
		if h := list.Handoffs[0]; h.State != "connected" || h.Agent != "dana" {
			t.Errorf("%+v", h)
		}
		eli := w.console("eli")
		defer eli.close()
		var view wire.WatchDeskResult
		eli.mu.Lock()
		err := json.Unmarshal(eli.answers[wire.ID("1")].Result, &view)
		eli.mu.Unlock()
		if err != nil || len(view.Agents) != 2 || view.Agents[0].Identity != "dana" || view.Agents[0].Load != 2 || view.Agents[0].Capacity != 1 {
			t.Errorf("%v, %+v", err, view.Agents)
		}
	})
}

// The hours end while a caller waits and nobody is there: they hear what those
// hear who come too late.
func TestDeskHoursEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // at midnight UTC on a Saturday
		w := newWhole(t)
		defer w.close()
		w.rest("POST", "/v1/desk/settings/hours", `{"value":{"timeZone":"UTC","periods":[{"kind":"weekly","days":["sat"],"from":"00:00","to":"00:01"}],"reply":"We are back next week."},"version":0}`, nil)
		caller, made := w.caller("Carla")
		defer caller.Leave()
		caller.Await("the greeting", 5*time.Second, func() bool { return len(texts(caller, wire.TypeAgentSubtitle)) > 0 })
		time.Sleep(20 * time.Second)
		caller.Do(wire.MethodRequestHuman, wire.RequestHuman{}, nil)
		caller.Await("a place in the line", 2*time.Second, func() bool { return waitOf(caller).Position == 1 })
		caller.Await("the end of the hours", 60*time.Second, func() bool { return waitOf(caller).Reason == "outOfHours" })
		if at := time.Now().UTC(); at.Minute() != 1 || at.Second() > 1 {
			t.Errorf("told at %v", at)
		}
		caller.Await("the reply in the AI's voice", 15*time.Second, heard(caller, "We are back next week."))
		caller.AwaitState("ai", time.Second)
		if h := waitOf(caller); !h.CallBack || h.Reply != "We are back next week." || h.OpensAt != time.Date(2000, 1, 8, 0, 0, 0, 0, time.UTC).UnixMilli() {
			t.Errorf("%+v", h)
		}
		var list wire.HandoffList
		w.rest("GET", "/v1/desk/handoffs?call="+made.CallID, "", &list)
		if len(list.Handoffs) != 1 || list.Handoffs[0].Outcome != "outOfHours" {
			t.Errorf("%+v", list)
		}
	})
}
