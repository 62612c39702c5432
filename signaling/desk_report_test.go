package signaling

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/relevo/relevo/signaling/desk"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

func TestDeskReport(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		token := r.loggedIn("ann", "right")
		began := time.Now()
		delete(r.store.calls, "old") // of no time; the log is newest first
		for _, id := range []string{"c1", "c2"} {
			r.store.calls[id] = transcripts.Call{ID: id, Created: began, Ended: began.Add(time.Minute)}
		}
		ann, _ := r.console(token, wire.WatchDesk{})
		r.desk.Request("c1", desk.Request{Reason: "callerAsked", Caller: "Kim"})
		o := next[wire.DeskOffer](t, ann, wire.NotifyDeskOffer)
		time.Sleep(2 * time.Second)
		ann.request("2", wire.MethodAccept, wire.OfferAnswer{Offer: o.Offer})
		next[wire.DeskClaim](t, ann, wire.NotifyDeskClaim)
		r.desk.Connected("c1")
		time.Sleep(3 * time.Second)
		r.desk.Ended("c1")
		time.Sleep(2 * time.Second)

		var got wire.DeskReport
		r.want(200, &got, "GET", "/v1/desk/reports?tz=Europe/Berlin", token, "")
		f := got.Total
		if got.TZ != "Europe/Berlin" || len(got.Days) != 7 || f.Calls != 2 || f.Contained != 1 || f.Handoffs != 1 || f.Answered != 1 || f.MedianMS != 2000 || f.FirstMet != 1 || f.Takeovers != 1 {
			t.Errorf("%+v", got)
		}
		if len(got.Agents) != 1 || got.Agents[0].Name != "Ann" || got.Agents[0].TimeMS != 3000 || len(got.Reasons) != 1 || got.Reasons[0].Reason != "callerAsked" {
			t.Errorf("%+v", got)
		}
		answer, b := r.ask("GET", "/v1/desk/reports.csv?table=agents", token, "")
		if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Disposition") == "" || !strings.Contains(b, "ann,Ann,1,3,1,2,1,0\r\n") {
			t.Errorf("%d %s", answer.StatusCode, b)
		}
		for _, bad := range []string{"?tz=Mars/Base", "?tz=Local", "?from=5&to=4", "?from=1&to=99999999999", "?from=x", ".csv?table=nonsense"} {
			r.want(http.StatusBadRequest, nil, "GET", "/v1/desk/reports"+bad, token, "")
		}
		r.want(http.StatusUnauthorized, nil, "GET", "/v1/desk/reports", "", "")
	})
}
