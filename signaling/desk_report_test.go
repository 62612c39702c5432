package signaling

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/relevo/relevo/signaling/desk"
	"github.com/relevo/relevo/signaling/desk/report"
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
		// Who has a call that came before the span is credited with what lies in it.
		var rest wire.DeskReport
		r.want(200, &rest, "GET", "/v1/desk/reports?from="+strconv.FormatInt(began.Add(4*time.Second).UnixMilli(), 10), token, "")
		if len(rest.Agents) != 1 || rest.Agents[0].TimeMS < 900 || rest.Agents[0].TimeMS > 1100 || rest.Agents[0].Takeovers != 0 || rest.Total.Handoffs != 0 {
			t.Errorf("%+v", rest)
		}
		answer, b := r.ask("GET", "/v1/desk/reports.csv?table=agents", token, "")
		if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Disposition") == "" || !strings.Contains(b, "ann,Ann,1,3,1,2,1,0\r\n") {
			t.Errorf("%d %s", answer.StatusCode, b)
		}
		days := func(n int) string {
			return "?tz=UTC&from=" + strconv.FormatInt(time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-n).UnixMilli(), 10)
		}
		var long wire.DeskReport
		r.want(200, &long, "GET", "/v1/desk/reports"+days(report.MaxDays), token, "")
		if len(long.Days) != report.MaxDays || long.Total.Handoffs != 1 {
			t.Errorf("%d days, %+v", len(long.Days), long.Total)
		}
		r.want(http.StatusBadRequest, nil, "GET", "/v1/desk/reports"+days(report.MaxDays+1), token, "")
		for _, bad := range []string{"?tz=Mars/Base", "?tz=Local", "?from=5&to=4", "?from=1&to=99999999999", "?from=x", ".csv?table=nonsense"} {
			r.want(http.StatusBadRequest, nil, "GET", "/v1/desk/reports"+bad, token, "")
		}
		r.want(http.StatusUnauthorized, nil, "GET", "/v1/desk/reports", "", "")
	})
}
