// Package simulate puts calls on a server over real UDP and measures what
// callers, humans and observers would notice.
//
//	script (one a call) ──REST──► server ◄──WebSocket── client.Client × 3 a call
//	   │ speak, take over, return          ▲                     │
//	   ▼                                   │ RTP                 │ RTP, each slot its reader
//	voice ◄── wheel (one a CPU) ───────────┘                     ▼
//	(pre-encoded Opus, each frame stamped)                      ear ── histogram, gaps, who is heard
//
// Each call: the caller speaks in bursts, the server's AI answers (serve with
// --engines scripted), the caller barges in, a human who has been listening takes over
// in the middle of the AI's sentence, gives the call back, and the AI answers
// again. Observers listen all the time. Everybody's microphone sends a frame
// every 20 ms throughout, silence included.
//
// # How it knows whose audio it hears
//
// Every frame sent is a valid Opus packet with its padding (RFC 6716, 3.2.5)
// carrying a stamp: who, which frame, when. SRTP protects it and the server
// forwards it untouched, so a receiver in the same process reads the latency off
// each packet, and audio without a stamp is the AI's. Nothing is guessed from
// sequence numbers, which the server rewrites.
//
// # Measures
//
//	join                from opening the socket until media is connected
//	forward latency     from writing a frame to reading it at another client
//	loss                gaps in the sequence numbers of every slot, and frames
//	                    that never came, both after the end
//	cutover gap         at the caller: from the arrival of the AI's last packet
//	                    to that of the human's first, nothing subtracted: 20 ms
//	                    is a cut without a seam. Counted where the AI was
//	                    sending up to the cut (within 100 ms of it).
//	claim to AI silent  from sending takeover to the AI's last packet at the caller
//	claim to human      from sending takeover to the human's first packet there
//	end of speech to    from the caller's last voiced frame to the first audible
//	first agent audio   frame of the AI, decoded
//	barge-in stop       from the caller's first voiced frame to the AI's last
//	                    audible frame before a pause of 300 ms
//	AI after cut        AI packets at the caller between the human's first
//	                    packet and the return; must be 0
//	CPU per packet      CPU time of the server over packets that clients received;
//	                    it includes the AI's ears and voice
//	memory per call     growth of the server's resident memory over the calls
//	left                goroutines, descriptors and ports that the server has
//	                    more than before, after all calls have ended
//
// # Goroutines
//
// One script a call, joined by Run; one wheel a CPU, joined by Run; the clients'
// own. An ear belongs to the reader of its slot, but for the little that the
// script reads under the ear's mutex. Ends early when ctx does, and reports what
// it has.
package simulate
