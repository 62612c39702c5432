package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"
)

// The tables of a report as files.
const (
	TableDays    = "days"
	TableReasons = "reasons"
	TableAgents  = "agents"
)

// Tables are all of them.
func Tables() []string { return []string{TableDays, TableReasons, TableAgents} }

// byteOrderMark tells spreadsheets that it is UTF-8; some take it for the
// machine's own encoding else, and names for nonsense.
const byteOrderMark = "\ufeff"

// WriteCSV writes one table (RFC 4180, UTF-8 with a byte order mark, a line of
// column names first). Times are seconds. A cell that a spreadsheet would take for a formula begins
// with an apostrophe. name gives an agent's name by identity.
func (r Report) WriteCSV(w io.Writer, table string, name func(identity string) string) error {
	var rows [][]string
	switch table {
	case TableDays:
		rows = append(rows, []string{"day", "calls", "ended", "contained", "handoffs", "answered", "abandoned", "outOfHours", "waiting", "takeovers", "unasked", "requeues", "transfers",
			"returns", "medianSeconds", "p90Seconds", "firstResponseMet", "firstResponseBreached", "resolutionMet", "resolutionBreached", "atRisk"})
		for _, d := range r.Days {
			rows = append(rows, append([]string{d.Day}, numbers(d.Calls, d.Ended, d.Contained, d.Handoffs, d.Answered, d.Abandoned, d.OutOfHours, d.Waiting, d.Takeovers, d.Unasked, d.Requeues,
				d.Transfers, d.Returns, d.Median, d.P90, d.FirstMet, d.FirstBreached, d.ResolutionMet, d.ResolutionBreached, d.AtRisk)...))
		}
	case TableReasons:
		rows = append(rows, []string{"reason", "handoffs", "answered", "abandoned", "medianSeconds"})
		for _, x := range r.Reasons {
			rows = append(rows, append([]string{safe(x.Reason)}, numbers(x.Handoffs, x.Answered, x.Abandoned, x.Median)...))
		}
	case TableAgents:
		rows = append(rows, []string{"agent", "name", "takeovers", "seconds", "firstResponses", "medianSeconds", "met", "breached"})
		for _, a := range r.Agents {
			rows = append(rows, append([]string{safe(a.Agent), safe(name(a.Agent))}, numbers(a.Takeovers, a.Time, a.First, a.Median, a.Met, a.Breached)...))
		}
	default:
		return fmt.Errorf("report: there is no table %q", table)
	}
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	return out.WriteAll(rows)
}

func numbers(values ...any) []string {
	out := make([]string, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case int:
			out[i] = strconv.Itoa(v)
		case time.Duration:
			out[i] = strconv.FormatFloat(float64(v.Milliseconds())/1000, 'f', -1, 64) // as the page has it
		}
	}
	return out
}

func safe(s string) string {
	if s != "" && (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@' || s[0] == '\t' || s[0] == '\r') {
		return "'" + s
	}
	return s
}
