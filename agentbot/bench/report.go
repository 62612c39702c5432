package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/relevo/relevo/agentbot/bench/score"
)

// Report is what a bench found, by signal-to-noise ratio and in all.
type Report struct {
	Delays     score.Delays
	Preemptive bool
	Recogniser string // "" when it knew what was said
	Wall       time.Duration

	Levels  []Level
	All     score.Figures
	Errors  map[string]map[string]score.Errors // of words, by speaker and level; only of a real recogniser
	Targets []Target
}

// Level is a signal-to-noise ratio and its figures.
type Level struct {
	Name    string
	Figures score.Figures
}

// Target is one of the project's.
type Target struct {
	Name  string `json:"name"`
	Got   string `json:"got"`
	Limit string `json:"limit"`
	Met   bool   `json:"met"`
}

// NewReport puts the results together.
func NewReport(o Options, results []Result) *Report {
	r := &Report{Delays: o.Delays, Preemptive: o.Agent.Preemptive >= 0}
	at := map[string]int{}
	for _, result := range results {
		i, ok := at[result.Level]
		if !ok {
			i = len(r.Levels)
			at[result.Level] = i
			r.Levels = append(r.Levels, Level{Name: result.Level})
		}
		r.Levels[i].Figures.Merge(result.Figures)
		r.All.Merge(result.Figures)
	}
	if o.ASR != nil {
		r.Recogniser = "a real recogniser"
		r.Errors = map[string]map[string]score.Errors{}
		for _, l := range r.Levels {
			for speaker, e := range l.Figures.Recognition {
				if r.Errors[speaker] == nil {
					r.Errors[speaker] = map[string]score.Errors{}
				}
				r.Errors[speaker][l.Name] = e
			}
		}
	}
	r.judge()
	return r
}

// Missed says whether a target was missed.
func (r *Report) Missed() bool {
	return slices.ContainsFunc(r.Targets, func(t Target) bool { return !t.Met })
}

// busy is how late frames are sent on a machine that has too much to do.
const busy = 10 * time.Millisecond

// ordinary are the engines' times for which the project has a target of what
// the caller perceives.
func ordinary() score.Delays {
	return score.Delays{ASR: 150 * time.Millisecond, LLM: 200 * time.Millisecond, TTS: 100 * time.Millisecond}
}

// judge compares with the targets that this bench can tell of.
func (r *Report) judge() {
	const ms = time.Millisecond
	duration := func(name string, of score.Times, q float64, limit time.Duration) {
		if len(of) > 0 {
			got := of.Quantile(q)
			r.Targets = append(r.Targets, Target{name, short(got), "<= " + short(limit), got <= limit})
		}
	}
	share := func(name string, n, of int, limit float64) {
		if of > 0 {
			got := float64(n) / float64(of)
			r.Targets = append(r.Targets, Target{name, fmt.Sprintf("%.1f %% (%d of %d)", 100*got, n, of), fmt.Sprintf("<= %.0f %%", 100*limit), got <= limit})
		}
	}
	if r.Recogniser == "" { // a real one takes its own time
		duration("overhead p50", r.All.Overhead, 0.5, 40*ms)
		duration("overhead p95", r.All.Overhead, 0.95, 80*ms)
		if r.Delays == ordinary() {
			limit := 700 * ms
			if r.Preemptive {
				limit = 550 * ms
			}
			duration("perceived answer p50", r.All.Perceived, 0.5, limit)
		}
	}
	duration("barge-in stop p95", r.All.BargeStop, 0.95, 300*ms)
	for i := range r.Levels {
		if l := &r.Levels[i]; l.Name == "10" {
			share("false cut-offs at 10 dB", l.Figures.CutOffs, l.Figures.Turns, 0.03)
			share("false barge-ins at 10 dB", l.Figures.FalseIn, l.Figures.Noises, 0.02)
		}
	}
}

func short(d time.Duration) string {
	return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
}

// Text writes the report for people, with each incident if all.
func (r *Report) Text(w io.Writer, all bool) error {
	var b strings.Builder
	recogniser := r.Recogniser
	if recogniser == "" {
		recogniser = fmt.Sprintf("ASR %v", r.Delays.ASR)
	}
	fmt.Fprintf(&b, "%d conversations in %v; engines: %s, LLM %v, TTS %v; preemptive generation: %v\n\n",
		r.All.Conversations, r.Wall.Round(time.Second), recogniser, r.Delays.LLM, r.Delays.TTS, map[bool]string{true: "on", false: "off"}[r.Preemptive])
	r.table(&b)
	r.errors(&b)
	for _, t := range r.Targets {
		verdict := "PASS"
		if !t.Met {
			verdict = "MISS"
		}
		fmt.Fprintf(&b, "%s  %-26s %-18s %s\n", verdict, t.Name, t.Got, t.Limit)
	}
	if late := r.All.Late.Quantile(0.99); late > busy {
		fmt.Fprintf(&b, "\nThe machine was busy: 1 of 100 frames of the callers was sent %s late or more, so these\ntimes are the machine's too. Run it on an idle one, or with a lower --parallel.\n", short(late))
	}
	if len(r.All.Failed) > 0 {
		fmt.Fprintf(&b, "\nengines failed: %v\n", r.All.Failed)
	}
	if all {
		b.WriteByte('\n')
		for _, i := range r.All.Incidents {
			fmt.Fprintf(&b, "%-13s %5s dB %-6s %-15s %6.2f s  %s\n", i.What, i.Level, i.Noise, i.Call, i.At.Seconds(), i.Why)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// table writes the figures, a column for each level.
func (r *Report) table(b *strings.Builder) {
	columns := slices.Clone(r.Levels)
	if len(columns) > 1 {
		columns = append(columns, Level{"all", r.All})
	}
	row := func(name string, cell func(*score.Figures) string) {
		fmt.Fprintf(b, "%-34s", name)
		for i := range columns {
			fmt.Fprintf(b, " %14s", cell(&columns[i].Figures))
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(b, "%-34s", "signal to noise")
	for _, c := range columns {
		name := c.Name
		if name != Clean && name != "all" {
			name += " dB"
		}
		fmt.Fprintf(b, " %14s", name)
	}
	b.WriteByte('\n')
	count := func(n, of int) string { return fmt.Sprintf("%d / %d", n, of) }
	times := func(t score.Times) string {
		if len(t) == 0 {
			return "-"
		}
		return fmt.Sprintf("%d / %d", t.Quantile(0.5).Milliseconds(), t.Quantile(0.95).Milliseconds())
	}
	row("false cut-offs / turns", func(f *score.Figures) string { return count(f.CutOffs, f.Turns) })
	row("split turns / turns", func(f *score.Figures) string { return count(f.Splits, f.Turns) })
	row("missed ends / turns", func(f *score.Figures) string { return count(f.Missed, f.Turns) })
	row("perceived answer, p50 / p95 ms", func(f *score.Figures) string { return times(f.Perceived) })
	row("  beyond the engines' own time", func(f *score.Figures) string { return times(f.Beyond) })
	row("  endpointing", func(f *score.Figures) string { return times(f.Endpointing) })
	row("  overhead", func(f *score.Figures) string { return times(f.Overhead) })
	row("barge-in stop, p50 / p95 ms", func(f *score.Figures) string { return times(f.BargeStop) })
	row("missed barge-ins / barge-ins", func(f *score.Figures) string { return count(f.Unheeded, f.Barges) })
	row("false barge-ins / nods and sounds", func(f *score.Figures) string { return count(f.FalseIn, f.Noises) })
	row("false pauses / nods and sounds", func(f *score.Figures) string { return count(f.Pauses, f.Noises) })
	row("  their length, p50 / p95 ms", func(f *score.Figures) string { return times(f.PauseLength) })
	row("remembered, not heard / words", func(f *score.Figures) string { return count(f.NotHeard, f.Words) })
	row("heard, not remembered / words", func(f *score.Figures) string { return count(f.NotRemembered, f.Words) })
	b.WriteByte('\n')
}

// errors writes the word error rates.
func (r *Report) errors(b *strings.Builder) {
	if r.Errors == nil {
		return
	}
	fmt.Fprintf(b, "%-34s", "word errors in percent, by voice")
	for _, l := range r.Levels {
		fmt.Fprintf(b, " %14s", l.Name)
	}
	b.WriteByte('\n')
	for _, speaker := range slices.Sorted(maps.Keys(r.Errors)) {
		fmt.Fprintf(b, "  %-32s", speaker)
		for _, l := range r.Levels {
			fmt.Fprintf(b, " %14.1f", 100*r.Errors[speaker][l.Name].Rate())
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(b, "  %-32s", "all")
	for _, l := range r.Levels {
		fmt.Fprintf(b, " %14.1f", 100*l.Figures.Errors().Rate())
	}
	b.WriteString("\n\n")
}

// MarshalJSON gives times in milliseconds.
func (r *Report) MarshalJSON() ([]byte, error) {
	type quantiles struct {
		N   int   `json:"n"`
		P50 int64 `json:"p50"`
		P95 int64 `json:"p95"`
		Max int64 `json:"max"`
	}
	type figures struct {
		*score.Figures
		Times map[string]quantiles `json:"ms"`
		WER   *float64             `json:"wordErrorRate,omitempty"`
	}
	of := func(f *score.Figures) figures {
		times := map[string]quantiles{}
		for name, t := range map[string]score.Times{
			"perceived": f.Perceived, "beyondEngines": f.Beyond, "endpointing": f.Endpointing, "overhead": f.Overhead,
			"bargeInStop": f.BargeStop, "falsePause": f.PauseLength, "callersFrameLate": f.Late,
		} {
			times[name] = quantiles{len(t), t.Quantile(0.5).Milliseconds(), t.Quantile(0.95).Milliseconds(), t.Quantile(1).Milliseconds()}
		}
		out := figures{Figures: f, Times: times}
		if r.Errors != nil {
			rate := f.Errors().Rate()
			out.WER = &rate
		}
		return out
	}
	levels := map[string]figures{}
	for i := range r.Levels {
		levels[r.Levels[i].Name] = of(&r.Levels[i].Figures)
	}
	return json.Marshal(map[string]any{
		"engines":    map[string]any{"recogniser": r.Recogniser, "asr": r.Delays.ASR.Milliseconds(), "llm": r.Delays.LLM.Milliseconds(), "tts": r.Delays.TTS.Milliseconds()},
		"preemptive": r.Preemptive, "seconds": r.Wall.Seconds(), "levels": levels, "all": of(&r.All),
		"wordErrors": r.Errors, "targets": r.Targets, "incidents": r.All.Incidents,
	})
}
