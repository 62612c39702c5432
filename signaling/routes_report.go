package signaling

import (
	"net/http"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/wire"
)

// reportRoutes are those of the desk's figures.
func (s *Server) reportRoutes() []route {
	span := []param{{"from", "integer", "since when, Unix milliseconds; the beginning of the day 6 days ago when absent"}, {"to", "integer", "until when; now when absent"},
		{"tz", "string", "time zone of the days, e.g. Europe/Berlin; that of the desk's hours when absent"}}
	found := []wire.ErrorKind{wire.KindNotFound}
	return []route{
		{method: http.MethodGet, path: "/v1/desk/reports", summary: "Figures of a span: in all, by day, by reason, by agent", who: byApp | byDesk, least: account.Supervisor,
			query: span, result: wire.DeskReport{}, status: 200, errors: found, example: exDeskReport, serve: s.deskReport},
		{method: http.MethodGet, path: "/v1/desk/reports.csv", summary: "One table of them as a file", who: byApp | byDesk, least: account.Supervisor, media: "text/csv; charset=utf-8",
			query: append(span, param{"table", "string", "days (when absent), reasons or agents"}), status: 200, errors: found, serve: s.deskReportCSV},
	}
}

const (
	exDeskFigures = `"calls":40,"ended":38,"contained":27,"handoffs":11,"answered":8,"abandoned":2,"outOfHours":1,"waiting":0,"takeovers":10,"unasked":1,"requeues":1,"transfers":1,"returns":8,"medianMs":21000,"p90Ms":58000,"firstMet":7,"firstBreached":1,"resolutionMet":8,"resolutionBreached":0,"atRisk":2`
	exDeskReport  = `{"from":1793059200000,"to":1793145600000,"tz":"Europe/Berlin","total":{` + exDeskFigures + `},"days":[{"day":"2026-10-27","figures":{` + exDeskFigures + `}}],"reasons":[{"reason":"callerAsked","handoffs":11,"answered":8,"abandoned":2,"medianMs":21000}],"agents":[{"identity":"ann","name":"Ann","takeovers":10,"timeMs":3600000,"first":8,"medianMs":21000,"met":7,"breached":1}]}`
)
