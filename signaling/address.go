package signaling

import (
	"container/list"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"

	"golang.org/x/time/rate"
)

// clientAddr is the address a request is counted for: the peer's, or with a
// trusted proxy the last one in X-Forwarded-For that is none. The zero Prefix
// stands for everyone whose address cannot be told.
func (s *Server) clientAddr(r *http.Request) netip.Prefix {
	peer := parseAddr(r.RemoteAddr)
	if !s.trusted(peer) {
		return site(peer)
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		a := parseAddr(strings.TrimSpace(hops[i]))
		if !a.IsValid() {
			break
		}
		peer = a
		if !s.trusted(a) {
			break
		}
	}
	return site(peer)
}

func (s *Server) trusted(a netip.Addr) bool {
	if !a.IsValid() {
		return false
	}
	for _, p := range s.limits.TrustedProxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func parseAddr(hostport string) netip.Addr {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

// site is what one subscriber has: an IPv4 address or an IPv6 /64.
func site(a netip.Addr) netip.Prefix {
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// addressLimiter gives every address its own token bucket and remembers a
// bounded number of them.
type addressLimiter struct {
	rate  rate.Limit
	burst int
	max   int

	mu      sync.Mutex
	byAddr  map[netip.Prefix]*list.Element
	recency list.List // of *bucket, the newest first
}

type bucket struct {
	addr netip.Prefix
	lim  *rate.Limiter
}

func newAddressLimiter(perSecond float64, burst, addresses int) *addressLimiter {
	return &addressLimiter{rate: rate.Limit(perSecond), burst: burst, max: addresses, byAddr: make(map[netip.Prefix]*list.Element)}
}

func (l *addressLimiter) allow(a netip.Prefix) bool {
	l.mu.Lock()
	e := l.byAddr[a]
	if e == nil {
		if l.recency.Len() >= l.max {
			old := l.recency.Back()
			delete(l.byAddr, old.Value.(*bucket).addr)
			l.recency.Remove(old)
		}
		e = l.recency.PushFront(&bucket{a, rate.NewLimiter(l.rate, l.burst)})
		l.byAddr[a] = e
	} else {
		l.recency.MoveToFront(e)
	}
	lim := e.Value.(*bucket).lim
	l.mu.Unlock()
	return lim.Allow()
}
