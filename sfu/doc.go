// Package sfu is who is in a room and which packets go where. It forwards
// media as it comes, never decodes it, and knows nothing of calls: what it has
// to know (roles, audiences, who holds the floor) is told to it.
//
// # The packet path
//
//	publisher's socket                                           receivers' sockets
//	      │                                                              ▲
//	 Pion: ICE mux, SRTP, interceptors                    Pion: interceptors, SRTP, ICE mux
//	      │                                                              │
//	 readMedia ──> Track ── arrived: count, muted?                       │
//	 (1 goroutine    │                                                   │
//	  a track)       │  sinks: immutable, by atomic pointer              │
//	                 ├──> binding ──> Slot: is the binding current? ─────┤
//	 LocalSource ────┤      │          rewrite SN and TS (rewrite.Stream) │
//	 .Write: epoch?  │      └ payload type, key-frame gate, extensions   │
//	 (its caller's   ├──> binding ──> Slot ──────────────────────────────┘
//	  goroutine)     └──> Tap: ring of copies ──> Read (in-process ear)
//
// A [Track] is one published source. A [Slot] is one m-line a client receives:
// one SSRC, one run of sequence numbers, whatever source it carries. A binding
// is one source in one slot; every switch makes a new one, so that a late
// packet of the old source is known by its binding, however late it is.
//
// One goroutine a track reads into one buffer and writes to all receivers in
// turn. Its view of them is an immutable snapshot. Our code allocates nothing a
// packet and shares no lock between tracks: the slot's mutex is taken by the
// one goroutine whose source the slot carries, around the rewriting only, and
// by a switch. A write does not wait for the network: UDP is handed to the
// kernel, ICE-TCP to a bounded buffer that drops when it is full. Measure with
//
//	go test -run - -bench 'Forward|Rooms' ./sfu
//
// # What decides
//
// Everything that may change who receives whom (joins, publications,
// subscriptions, audiences, mutes, the floor) changes a field under the room's
// lock and calls reconcileLocked, which derives slots, bindings and snapshots
// from all of them. Nothing else changes a slot's source.
//
//   - The floor slot, a caller's first audio slot, carries the floor and
//     nothing else. A caller's other audio slots carry callers and humans that
//     it is in the audience of, never an agent: what a caller hears of an agent
//     comes by the floor.
//   - Other audio slots carry the microphones of those subscribed to, in the
//     order in which their participants came. Video slots carry what flows and
//     is not muted, screens first. Who has a slot keeps it.
//   - The audience guards every slot, the floor slot too: a switch is complete
//     when the method that asked for it returns.
//   - Video begins with a key frame. Until it comes the slot drops, and the
//     source is asked for one, at most once in 500 ms whoever asks.
//   - [LocalSource.Write] carries the epoch of the floor. GiveFloor stores the
//     epoch first and switches the slots then, and Write looks again after it
//     has forwarded; so what Write says is what the caller's slot took, and
//     after GiveFloor has returned it takes nothing of the old term.
//
// # Goroutines, and who joins them
//
//	goroutine                      ends when                     joined by
//	Room: mailbox.run (posts)      Room.Close, queue empty       Room.Close
//	Participant: readMedia         track or connection ends      Participant.Leave
//	Participant: requestKeys       track ends                    Participant.Leave
//	Participant: drainReports      connection ends               Participant.Leave
//	Participant: readReports       connection ends               Participant.Leave
//	Participant: the goodbye       connection closed             Participant.Leave
//	Pion's own, of a connection    GracefulClose                 Participant.Leave (ClosePeer)
//	Pion's UDP and TCP mux         sockets closed                Engine.Close
//
// Pion's callbacks run on goroutines of Pion's; they put an event into the
// mailbox, or hand over to a goroutine of the participant, and return. Events
// are posted one at a time, in the order in which they happened, with no lock
// held. Leave, Room.Close and Engine.Close are idempotent, may race, and return
// when all of theirs is joined. Leave may be called from post; Room.Close may
// not, as it joins the poster.
//
// # Lock order
//
//	Engine.mu                        (list of rooms; alone)
//	Participant.turn                 (one negotiation or the closing at a time)
//	  └ Room.mu                      (all decisions; never held across I/O or a call into Pion that waits)
//	      ├ Slot.mu                  (leaf: rewriting)
//	      └ mailbox.mu               (leaf: the queue)
//	LocalSource.mu                   (writers take turns; may take Room.mu at the first frame)
//	Tap.mu, channel.mu, candidates.mu, peer.mu   (leaves)
//
// # Failures
//
//   - An offer that is malformed, oversized or asks for what is not done is an
//     [*OfferError] with a sentence for the client. It is checked before Pion
//     sees it. A first offer that fails leaves nothing behind; a later one that
//     fails inside Pion gives the connection up (PeerFailed), since Pion cannot
//     take it back.
//   - A peer that vanishes is PeerDisconnected, then PeerFailed; see below. Its
//     tracks and slots stay until Leave: an ICE restart brings it back. One that
//     says goodbye is PeerClosed at once if it has a data channel.
//   - A receiver that is too slow loses packets, messages (ErrBusy) or, as a
//     tap, the oldest packets; each loss is counted in [Stats] by its reason,
//     and nobody else waits.
//   - A client that floods the data channel has its messages cut to a rate.
//   - A publisher that sends garbage, an unknown payload type or wild sequence
//     numbers harms its own stream only: the slot's numbers go on.
//
// # How soon a vanished peer is noticed
//
// The ICE timeouts are the same for server and Go clients (pion.go):
//
//	keep-alive    0.5 s   a check goes out, so that there is a sign of life to miss
//	disconnected    2 s   without any packet of the peer: PeerDisconnected
//	failed         10 s   more: PeerFailed
//
// They follow from one promise of the call's: a caller who listens to a human
// is told within 3 s that the human is gone. So package call takes
// PeerDisconnected of the human who has the floor for the loss of the human and
// tells the caller; 2 s leave it 1 s for that. The price is that a human whose
// network stalls for 2 s, as at a change from Wi-Fi to mobile, is lost. A
// shorter stall changes nothing. Nor does the package itself do anything at
// PeerDisconnected: packets flow again when the network does.
//
// Time is the plain time package, and everything can be made inside a bubble of
// testing/synctest: the network is passed in. Go clients in a bubble should
// close their connections by [ClosePeer], which says why.
package sfu
