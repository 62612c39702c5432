// Package signaling is the edge: the HTTP and WebSocket side of a Relevo
// server. It checks who asks and what they say, and passes on what is left to
// the calls (package call) and the log (package transcripts). It decides
// nothing about a call.
//
//	            http.Server (the wiring's)
//	                  │
//	outer: rate of the address · CORS · headers
//	   │              │                     │
//	   │ /v1/…        │ GET /v1/ws          │ / /console /sdk/ …
//	   ▼              ▼                     ▼
//	api(route)     serveWS               pages (WebFS)
//	who · body ·      │ one handler goroutine a socket
//	idempotency       ▼
//	   │         ┌─ socket ───────────────────────────────┐
//	   │         │ reader ──decode──▶ Member.method ──┐   │
//	   │         │   │  takeover, return: own         │   │
//	   │         │   │  goroutine each, bounded       │   │
//	   │         │   └─▶ outbox ◀─────────────────────┘   │
//	   │         │         ▲ Notify, Close (the call's)   │
//	   │         │         ▼                              │
//	   │         │       writer ──frames, pings──▶ client │
//	   │         └────────────────────────────────────────┘
//	   ▼                  │
//	Hub, Call  ◀──────────┘      Keyring, Desk, State, Log
//
// Files: server.go (configuration, counting, closing), http.go (routes' common
// part), routes.go (the API as a table), calls.go and desk.go (its handlers),
// idempotency.go, openapi.go (the document, made from the table), pages.go;
// socket.go (a socket's life), methods.go (requests), outbox.go, ws.go (the
// only file that knows gorilla); address.go (rate limits), limits.go,
// metrics.go, deps.go (what the edge wants of others).
//
// # Goroutines
//
// NewServer starts none. net/http gives each request one; that of GET /v1/ws
// stays and is the socket's reader. It starts the writer and the slow requests
// and returns only when all of them have: a socket leaves nothing behind, and
// Close waits for the handlers.
//
//   - The reader alone reads, in order: a request is handled before the next
//     one is read, so a client that floods is slowed by its own requests. It is
//     the one who ends a socket that breaks the rules.
//   - The writer alone writes: frames of the outbox, pings, the close frame. It
//     closes the connection, which wakes the reader; the reader's end wakes the
//     writer. Whoever dies first, the other follows.
//   - takeover and return wait for people, so each has a goroutine, at most
//     Limits.InFlight a socket. The socket's end cancels their contexts: that
//     ends the wait, not the claim.
//   - A call's goroutine uses Outbox.Notify and Outbox.Close, which never
//     block.
//
// # The outbox
//
// A bounded queue by frames and bytes. What a call says while it admits
// someone is held until the reply to join has been queued. Close puts the
// closed notification last: a reply to a request that is being handled (leave
// answers after the call has closed the socket) still goes before it, for at
// most a second. A client that does not read overflows its outbox: all that
// waits is dropped and counted, and the socket is closed with 4003; the
// participant has 30 s to resume and then reads what it missed from the log.
//
// # Lock order
//
// Server.mu (sockets and their numbers), outbox.mu, addressLimiter.mu and
// readiness.mu are leaves: none is held while another is taken, nor across a
// send, a callback, I/O, or a call into another package.
//
// # Tokens
//
// A call's token admits once: State.UseToken, after the call has been found and
// before it is joined. A resume token names its call before its first dot, so
// that a client need keep nothing else; whether it is good is the call's to
// say. A desk token admits many times, to any call, and watches the list.
// A token that expires does not end the socket it has opened.
//
// # Failures
//
//   - Garbage: answered with an error, the socket stays; before join it is
//     closed with the code of the error's kind.
//   - Too large (counted after decompression), binary, too many messages: the
//     socket is closed with 1009, 1003, 4429.
//   - No join in 5 s: closed with 4504. No pong within 20 s, or a connection
//     that breaks: the call is told SocketLost and keeps the place.
//   - The store fails: joins by token and idempotent requests answer with kind
//     storage, /readyz with 503; sockets that are open go on.
//   - An address asks too much: 429 before anything else is done for it. The
//     memory of addresses is bounded; the longest unseen is forgotten.
//   - Shutdown: Close says so on every socket (1001), waits, and cuts what is
//     left when its context ends.
//
// An error has a kind for the peer and a cause for the log; it is logged once,
// where it ends a request or a socket, without anybody's words, names or tokens.
package signaling
