package signaling

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/relevo/relevo/signaling/wire"
)

// metrics are the edge's own; those of calls and media are their owners'.
type metrics struct {
	sockets   prometheus.Gauge
	requests  *prometheus.CounterVec   // transport, method, result
	duration  *prometheus.HistogramVec // transport, method
	overflows prometheus.Counter
	dropped   prometheus.Counter
	limited   *prometheus.CounterVec // what
	closes    *prometheus.CounterVec // reason
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		sockets: prometheus.NewGauge(prometheus.GaugeOpts{Name: "relevo_edge_sockets", Help: "WebSockets open now."}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "relevo_edge_requests_total",
			Help: "Requests answered, by transport (ws, http), method or route, and result (ok or the kind of error)."}, []string{"transport", "method", "result"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "relevo_edge_request_seconds",
			Help: "Time to answer a request.", Buckets: prometheus.ExponentialBuckets(0.001, 2.5, 13)}, []string{"transport", "method"}),
		overflows: prometheus.NewCounter(prometheus.CounterOpts{Name: "relevo_edge_outbox_overflows_total",
			Help: "Sockets closed because the client did not read."}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{Name: "relevo_edge_outbox_dropped_total",
			Help: "Messages dropped by those overflows."}),
		limited: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "relevo_edge_limited_total",
			Help: "What was refused by a limit (messages, requests, sockets, addressSockets, demo, inFlight)."}, []string{"limit"}),
		closes: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "relevo_edge_closed_sockets_total",
			Help: "Sockets closed, by close code; 1006 where the client vanished."}, []string{"code"}),
	}
	if reg != nil {
		reg.MustRegister(m.sockets, m.requests, m.duration, m.overflows, m.dropped, m.limited, m.closes)
	}
	return m
}

// observe counts one answered request.
func (m *metrics) observe(transport, method string, start time.Time, err error) {
	result := "ok"
	if err != nil {
		result = string(wire.AsError(err).Kind)
	}
	m.requests.WithLabelValues(transport, method, result).Inc()
	m.duration.WithLabelValues(transport, method).Observe(time.Since(start).Seconds())
}
