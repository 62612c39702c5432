package main

import (
	"reflect"
	"strings"
	"unicode"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/transcripts/sqlite"
)

// newRegistry has the process's own metrics; the parts add theirs.
func newRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "relevo_build_info", Help: "Always 1; the label says which build this is.",
			ConstLabels: prometheus.Labels{"version": version()},
		}, func() float64 { return 1 }),
	)
	return r
}

// statsCollector makes metrics of a struct of numbers, one for each field:
// fields named in gauges rise and fall, all others only rise.
type statsCollector struct {
	read   func() any
	fields []statsField
}

type statsField struct {
	index int
	desc  *prometheus.Desc
	kind  prometheus.ValueType
}

func newStatsCollector(prefix, help string, read func() any, gauges ...string) *statsCollector {
	c := &statsCollector{read: read}
	t := reflect.TypeOf(read())
	for i := range t.NumField() {
		f := statsField{index: i, kind: prometheus.CounterValue}
		name := prefix + snake(t.Field(i).Name)
		for _, g := range gauges {
			if g == t.Field(i).Name {
				f.kind = prometheus.GaugeValue
			}
		}
		if f.kind == prometheus.CounterValue {
			name += "_total"
		}
		f.desc = prometheus.NewDesc(name, help+": "+strings.ReplaceAll(snake(t.Field(i).Name), "_", " ")+".", nil, nil)
		c.fields = append(c.fields, f)
	}
	return c
}

// Describe implements prometheus.Collector.
func (c *statsCollector) Describe(out chan<- *prometheus.Desc) {
	for _, f := range c.fields {
		out <- f.desc
	}
}

// Collect implements prometheus.Collector.
func (c *statsCollector) Collect(out chan<- prometheus.Metric) {
	v := reflect.ValueOf(c.read())
	for _, f := range c.fields {
		var x float64
		switch n := v.Field(f.index); {
		case n.CanUint():
			x = float64(n.Uint())
		case n.CanInt():
			x = float64(n.Int())
		}
		out <- prometheus.MustNewConstMetric(f.desc, f.kind, x)
	}
}

// snake is a Go name in Prometheus's way: PLIsIn is plis_in.
func snake(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		upper := unicode.IsUpper(r)
		// A word begins at a capital behind a small letter, or in front of one
		// where an abbreviation ends; a plural s belongs to its abbreviation.
		if upper && i > 0 {
			next := i+1 < len(runes) && unicode.IsLower(runes[i+1]) && !(runes[i+1] == 's' && (i+2 == len(runes) || unicode.IsUpper(runes[i+2])))
			if unicode.IsLower(runes[i-1]) || next {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func sfuCollector(e *sfu.Engine) prometheus.Collector {
	return newStatsCollector("relevo_sfu_", "Media", func() any { return e.Stats() }, "Rooms", "Participants", "Peers")
}

func storeCollector(s *sqlite.Store) prometheus.Collector {
	return newStatsCollector("relevo_store_", "Log", func() any { return s.Stats() }, "Waiting")
}
