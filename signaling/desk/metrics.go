package desk

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/wire"
)

// metrics of a desk; they work without a registry. The gauges are as of the
// last pulse, five seconds ago at most.
type metrics struct {
	waiting  *prometheus.GaugeVec
	longest  prometheus.Gauge
	agents   *prometheus.GaugeVec
	handoffs *prometheus.CounterVec
	sla      *prometheus.CounterVec
	answer   prometheus.Histogram
	broken   prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		waiting:  prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "relevo_desk_waiting", Help: "Callers who wait for a human, by priority."}, []string{"priority"}),
		longest:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "relevo_desk_longest_wait_seconds", Help: "How long the first of them has waited."}),
		agents:   prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "relevo_desk_agents", Help: "Human agents, by presence."}, []string{"presence"}),
		handoffs: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "relevo_desk_handoffs_total", Help: "Requests for a human that have ended, by outcome."}, []string{"outcome"}),
		sla:      prometheus.NewCounterVec(prometheus.CounterOpts{Name: "relevo_desk_sla_total", Help: "Events of SLA clocks, by goal and kind."}, []string{"goal", "kind"}),
		answer: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "relevo_desk_answer_seconds", Help: "From the request to a human who is heard.",
			Buckets: []float64{5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600}}),
		broken: prometheus.NewCounter(prometheus.CounterOpts{Name: "relevo_desk_failed_writes_total", Help: "Writes of the desk that the store refused; each is tried again."}),
	}
	if reg != nil {
		reg.MustRegister(m.waiting, m.longest, m.agents, m.handoffs, m.sla, m.answer, m.broken)
	}
	return m
}

// pulse takes the board.
func (m *metrics) pulse(b wire.DeskBoard) {
	for i, n := range b.Waiting {
		m.waiting.WithLabelValues(strconv.Itoa(i + 1)).Set(float64(n))
	}
	m.longest.Set(float64(b.LongestMS) / 1000)
	for p, n := range b.Agents {
		m.agents.WithLabelValues(p).Set(float64(n))
	}
}

// told counts what a durable step has ended and warned of.
func (m *metrics) told(fx *queue.Effects) {
	for i := range fx.Ended {
		h := &fx.Ended[i]
		m.handoffs.WithLabelValues(string(h.Outcome)).Inc()
		if !h.AnsweredAt.IsZero() {
			m.answer.Observe(h.AnsweredAt.Sub(h.EnteredAt).Seconds())
		}
	}
	for _, e := range fx.SLA {
		m.sla.WithLabelValues(string(e.Goal), string(e.Kind)).Inc()
	}
}
