package signaling

import (
	"net/netip"
	"time"

	"github.com/relevo/relevo/signaling/wire"
)

// Limits are on by default: a zero field means the default given with it.
type Limits struct {
	// One socket.
	Message      int           // 256 KiB: bytes of a message, after decompression
	JoinWithin   time.Duration // 5 s: from the handshake to the first request
	PingEvery    time.Duration // 10 s
	PongWithin   time.Duration // 10 s after a ping
	WriteWithin  time.Duration // 5 s: for one frame
	MessageRate  float64       // 50 messages a second, beyond
	MessageBurst int           // 250 at once; the socket that exceeds them is closed
	InFlight     int           // 4 slow requests at a time
	Requests     time.Duration // 10 s: for a request
	SlowRequests time.Duration // 35 s: for one that waits for people (takeover, return)
	OutboxFrames int           // 512 messages that wait for a slow reader
	OutboxBytes  int           // 2 MiB of them

	// One address: an IPv4 address or an IPv6 /64.
	SocketsPerAddress int     // 512 sockets at a time
	RequestRate       float64 // 100 HTTP requests a second, handshakes included, beyond
	RequestBurst      int     // 500 at once
	DemoRate          float64 // 2 demo calls a second, beyond
	DemoBurst         int     // 60 at once
	Addresses         int     // 8192 addresses remembered, the longest unseen is forgotten

	// TrustedProxies are those whose X-Forwarded-For and X-Forwarded-Proto
	// count. None: the peer's address is the client's.
	TrustedProxies []netip.Prefix

	// The server.
	Sockets      int // 4096 at a time
	Body         int // 64 KiB: bytes of a REST body
	Participants int // 16 a call; for the hub
	Calls        int // 1000 live ones; for the hub
}

// WithDefaults is l with its zero fields filled.
func (l Limits) WithDefaults() Limits {
	fill(&l.Message, wire.MaxMessage)
	fill(&l.JoinWithin, 5*time.Second)
	fill(&l.PingEvery, 10*time.Second)
	fill(&l.PongWithin, 10*time.Second)
	fill(&l.WriteWithin, 5*time.Second)
	fill(&l.MessageRate, 50)
	fill(&l.MessageBurst, 250)
	fill(&l.InFlight, 4)
	fill(&l.Requests, 10*time.Second)
	fill(&l.SlowRequests, 35*time.Second)
	fill(&l.OutboxFrames, 512)
	fill(&l.OutboxBytes, 2<<20)
	fill(&l.SocketsPerAddress, 512)
	fill(&l.RequestRate, 100)
	fill(&l.RequestBurst, 500)
	fill(&l.DemoRate, 2)
	fill(&l.DemoBurst, 60)
	fill(&l.Addresses, 8192)
	fill(&l.Sockets, 4096)
	fill(&l.Body, 64<<10)
	fill(&l.Participants, 16)
	fill(&l.Calls, 1000)
	return l
}

func fill[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}
