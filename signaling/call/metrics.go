package call

import "github.com/prometheus/client_golang/prometheus"

// metrics of all calls of a hub; each method is safe for many goroutines and
// works without a registry.
type metrics struct {
	createdTotal, endedTotal, badMessages prometheus.Counter
	takeovers                             *prometheus.CounterVec
	engines                               *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer, h *Hub) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "relevo", Name: name, Help: help})
	}
	m := &metrics{
		createdTotal: counter("calls_created_total", "Calls created."),
		endedTotal:   counter("calls_ended_total", "Calls that are over."),
		badMessages:  counter("channel_bad_messages_total", "Data channel messages that made no sense."),
		takeovers:    prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "relevo", Name: "call_transitions_total", Help: "Transitions of calls by the state they lead to."}, []string{"to"}),
		engines:      prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "relevo", Name: "engine_failures_total", Help: "Failures of the AI agent's engines."}, []string{"engine", "kind"}),
	}
	if reg != nil {
		live := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "relevo", Name: "calls", Help: "Live calls."}, func() float64 { return float64(h.Len()) })
		reg.MustRegister(m.createdTotal, m.endedTotal, m.badMessages, m.takeovers, m.engines, live)
	}
	return m
}

func (m *metrics) created()                         { m.createdTotal.Inc() }
func (m *metrics) ended()                           { m.endedTotal.Inc() }
func (m *metrics) badMessage()                      { m.badMessages.Inc() }
func (m *metrics) transition(to string)             { m.takeovers.WithLabelValues(to).Inc() }
func (m *metrics) engineFailed(engine, kind string) { m.engines.WithLabelValues(engine, kind).Inc() }
