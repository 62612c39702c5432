// Package client is a participant of a call without a screen: it joins over
// the WebSocket, makes the one offer of the call and then sends and hears RTP.
// Load tests, end-to-end tests and bots written in Go are made of it.
//
//	          notifications, replies            envelopes        RTP per slot
//	server ──────────────► reader ─► OnNotify   ──► OnEnvelope   ──► OnRTP
//	   ▲                                            (data channel)   (one reader a slot)
//	   └── writer ◄── bounded queue ◄── Call, candidates
//
// The media belongs to the Client, the socket to a link: a socket may be
// dropped and another resumed while the media goes on.
//
// # What it does not do
//
// It passes on what arrives as it arrives: it neither merges subtitles nor
// hides a message that comes twice, so that tests can assert what the wire
// carried. wire has the views that merge.
//
// # Goroutines
//
// A link has a reader and a writer; DropSocket, Resume and Close join them. A
// Client has one reader for each slot that has carried a packet and two for the
// RTCP of each of its m-lines; Close joins them with Pion's own. Callbacks run
// on those goroutines: they must not block for long and must not call Close,
// DropSocket or Resume. OnNotify is called by one goroutine at a time, in the
// order of the socket; so is OnEnvelope, in the order of the channel. Between
// the two, and between slots, there is no order.
//
// # Locks
//
// Client.mu and link.mu are leaves: neither is held while the other is taken,
// nor across a send, a callback or Pion.
//
// # Failures
//
// A dead socket fails every pending Call with KindUnavailable and calls
// OnSocketLost once; the media stays up, and the server keeps the place for
// 30 s. A server that says nothing for 30 s (it pings every 10 s) is dead. The
// writer's queue is bounded: Call waits for room as long as its ctx allows, a
// candidate that finds it full is dropped and counted.
package client
