package simulate

import (
	"encoding/json"
	"math"
	"time"
)

// histogram counts durations in buckets that grow by 1 % from a microsecond up,
// so any quantile is right to about 1 %. The zero value is empty; it belongs to
// one goroutine.
type histogram struct {
	counts   []uint64
	n        uint64
	min, max time.Duration
}

var growth = math.Log(1.01)

func (h *histogram) add(d time.Duration) {
	d = max(d, 0)
	i := int(math.Log1p(float64(d)/1000) / growth)
	for len(h.counts) <= i {
		h.counts = append(h.counts, make([]uint64, i-len(h.counts)+64)...)
	}
	h.counts[i]++
	if h.n == 0 || d < h.min {
		h.min = d
	}
	h.max = max(h.max, d)
	h.n++
}

func (h *histogram) merge(o *histogram) {
	if o.n == 0 {
		return
	}
	for len(h.counts) < len(o.counts) {
		h.counts = append(h.counts, 0)
	}
	for i, c := range o.counts {
		h.counts[i] += c
	}
	if h.n == 0 || o.min < h.min {
		h.min = o.min
	}
	h.max = max(h.max, o.max)
	h.n += o.n
}

// quantile is the smallest duration that q of all are not above.
func (h *histogram) quantile(q float64) time.Duration {
	if h.n == 0 {
		return 0
	}
	rank := uint64(math.Ceil(q * float64(h.n)))
	rank = max(rank, 1)
	var seen uint64
	for i, c := range h.counts {
		if seen += c; seen >= rank {
			middle := math.Expm1((float64(i)+0.5)*growth) * 1000
			return min(max(time.Duration(middle), h.min), h.max)
		}
	}
	return h.max
}

// MarshalJSON gives the quantiles in milliseconds, null for an empty histogram.
func (h *histogram) MarshalJSON() ([]byte, error) {
	if h.n == 0 {
		return []byte("null"), nil
	}
	ms := func(d time.Duration) float64 { return math.Round(float64(d)/1e4) / 100 }
	return json.Marshal(struct {
		N   uint64  `json:"n"`
		Min float64 `json:"min"`
		P50 float64 `json:"p50"`
		P99 float64 `json:"p99"`
		Max float64 `json:"max"`
	}{h.n, ms(h.min), ms(h.quantile(0.5)), ms(h.quantile(0.99)), ms(h.max)})
}
