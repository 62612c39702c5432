package signaling

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/relevo/relevo/signaling/desk"
	"github.com/relevo/relevo/signaling/desk/hours"
	"github.com/relevo/relevo/signaling/desk/report"
	"github.com/relevo/relevo/signaling/desk/store"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// What is read for one report at most: more would hold memory and the store for
// longer than a page is waited for.
const (
	maxReportRows = 200_000
	reportPage    = 5_000
	// around is how long before the span a handoff may have entered that somebody
	// still had in it, and how long after it one still tells that a call of the
	// span was not contained.
	around = 24 * time.Hour
)

// deskReport is GET /v1/desk/reports.
func (s *Server) deskReport(r *request) (any, error) {
	rep, partial, err := s.report(r)
	if err != nil {
		return nil, err
	}
	out := wire.DeskReport{From: rep.From.UnixMilli(), To: rep.To.UnixMilli(), TZ: rep.Zone, Total: wireFigures(rep.Total), Partial: partial,
		Days: []wire.DeskDay{}, Reasons: []wire.DeskReason{}, Agents: []wire.AgentReport{}}
	for _, d := range rep.Days {
		out.Days = append(out.Days, wire.DeskDay{Day: d.Day, Figures: wireFigures(d.Figures)})
	}
	for _, x := range rep.Reasons {
		out.Reasons = append(out.Reasons, wire.DeskReason{Reason: x.Reason, Handoffs: x.Handoffs, Answered: x.Answered, Abandoned: x.Abandoned, MedianMS: x.Median.Milliseconds()})
	}
	for _, a := range rep.Agents {
		out.Agents = append(out.Agents, wire.AgentReport{Identity: a.Agent, Name: s.nameOf(a.Agent), Takeovers: a.Takeovers, TimeMS: a.Time.Milliseconds(),
			First: a.First, MedianMS: a.Median.Milliseconds(), Met: a.Met, Breached: a.Breached})
	}
	return out, nil
}

// deskReportCSV is GET /v1/desk/reports.csv.
func (s *Server) deskReportCSV(r *request) (any, error) {
	table := r.URL.Query().Get("table")
	if table == "" {
		table = report.TableDays
	}
	if !slices.Contains(report.Tables(), table) {
		return nil, wire.Errorf(wire.KindBadRequest, "table must be days, reasons or agents")
	}
	rep, partial, err := s.report(r)
	if err != nil {
		return nil, err
	}
	if partial {
		return nil, wire.Errorf(wire.KindBadRequest, "there is more in this span than fits a report; ask for a shorter one")
	}
	var b bytes.Buffer
	if err := rep.WriteCSV(&b, table, s.nameOf); err != nil {
		return nil, wire.Wrap(wire.KindInternal, err, "internal error")
	}
	name := table + "-" + rep.From.Format(time.DateOnly) + ".csv"
	r.w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return reply{http.StatusOK, "text/csv; charset=utf-8", b.Bytes()}, nil
}

// report reads what a request asks for and makes its figures.
func (s *Server) report(r *request) (rep report.Report, partial bool, err error) {
	records, err := s.records()
	if err != nil {
		return rep, false, err
	}
	q, now := r.URL.Query(), time.Now()
	const ever = 1 << 50
	from, err := intParam(q, "from", 0, 0, ever)
	if err != nil {
		return rep, false, err
	}
	to, err := intParam(q, "to", now.UnixMilli(), 0, ever)
	if err != nil {
		return rep, false, err
	}
	zone, err := s.reportZone(r.Context(), records, q.Get("tz"))
	if err != nil {
		return rep, false, err
	}
	in := report.Input{To: time.UnixMilli(to).In(zone), Now: now, Zone: zone}
	if in.From = time.UnixMilli(from).In(zone); from == 0 {
		in.From = time.Date(in.To.Year(), in.To.Month(), in.To.Day()-6, 0, 0, 0, 0, zone)
	}
	if !in.From.Before(in.To) || in.From.Before(report.Earliest(in.To)) {
		return rep, false, wire.Errorf(wire.KindBadRequest, "to must be after from, by %d days at most", report.MaxDays)
	}
	more, err := readHandoffs(r.Context(), records, &in)
	if err != nil {
		return rep, false, deskError(err)
	}
	alsoMore, err := readCalls(r.Context(), s.cfg.Store, &in)
	if err != nil {
		return rep, false, storageError(err)
	}
	return report.Make(in), more || alsoMore, nil
}

// reportZone is the zone that was asked for, or that of the desk's hours.
func (s *Server) reportZone(ctx context.Context, records store.Store, name string) (*time.Location, error) {
	if name == "" {
		v, err := records.Setting(ctx, desk.SettingHours)
		if err != nil {
			return nil, deskError(err)
		}
		var h hours.Schedule
		if v.Version > 0 && json.Unmarshal(v.Value, &h) == nil {
			name = h.TimeZone
		}
	}
	// "Local" would be the zone of the machine, which is nobody's business.
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, wire.Errorf(wire.KindBadRequest, "tz must be a time zone such as Europe/Berlin")
	}
	return zone, nil
}

func readHandoffs(ctx context.Context, records store.Store, in *report.Input) (more bool, err error) {
	f := store.Filter{Entered: store.Span{From: in.From.Add(-around), To: in.To.Add(around)}, Limit: reportPage}
	for len(in.Handoffs) < maxReportRows {
		page, err := records.Handoffs(ctx, f)
		if err != nil {
			return false, err
		}
		in.Handoffs = append(in.Handoffs, page...)
		if len(page) < f.Limit {
			return false, nil
		}
		f.Before = page[len(page)-1].Seq
	}
	return true, nil
}

func readCalls(ctx context.Context, log Log, in *report.Input) (more bool, err error) {
	f := transcripts.Filter{Before: in.To, Limit: reportPage}
	seen := map[string]bool{}
	for len(in.Calls) < maxReportRows {
		page, err := log.Calls(ctx, f)
		if err != nil {
			return false, err
		}
		fresh := 0
		for _, c := range page {
			if c.Created.Before(in.From) {
				return false, nil
			}
			if !seen[c.ID] {
				seen[c.ID] = true
				in.Calls = append(in.Calls, report.Call{ID: c.ID, Created: c.Created, Ended: c.Ended})
				fresh++
			}
		}
		if len(page) < f.Limit || fresh == 0 {
			return len(page) == f.Limit, nil
		}
		// Others may have been created in the same moment as the last of the page.
		f.Before = page[len(page)-1].Created.Add(1)
	}
	return true, nil
}

func (s *Server) nameOf(identity string) string {
	if s.cfg.People == nil {
		return ""
	}
	a, _ := s.cfg.People.Account(identity)
	return a.Name
}

func wireFigures(f report.Figures) wire.DeskFigures {
	return wire.DeskFigures{Calls: f.Calls, Ended: f.Ended, Contained: f.Contained, Handoffs: f.Handoffs, Answered: f.Answered, Abandoned: f.Abandoned,
		OutOfHours: f.OutOfHours, Waiting: f.Waiting, Takeovers: f.Takeovers, Unasked: f.Unasked, Requeues: f.Requeues, Transfers: f.Transfers, Returns: f.Returns,
		MedianMS: f.Median.Milliseconds(), P90MS: f.P90.Milliseconds(), FirstMet: f.FirstMet, FirstBreached: f.FirstBreached,
		ResolutionMet: f.ResolutionMet, ResolutionBreached: f.ResolutionBreached, AtRisk: f.AtRisk}
}
