package sfu

import "sync/atomic"

// Stats are the cumulative counters of an engine.
type Stats struct {
	PacketsIn  uint64 // RTP packets read from publishers and local sources
	BytesIn    uint64 // their payloads
	PacketsOut uint64 // RTP packets written to slots
	BytesOut   uint64 // their payloads

	// Packets that were not forwarded, by reason.
	DroppedMalformed uint64 // not RTP, or a payload type that was not negotiated
	DroppedMuted     uint64 // of a muted track
	DroppedStale     uint64 // local frames of an epoch that is over
	DroppedUnbound   uint64 // late: the slot carries another source by now
	DroppedDuplicate uint64 // duplicates
	DroppedLate      uint64 // older than the first packet after a switch, or than the window
	DroppedCodec     uint64 // the receiver did not negotiate the source's codec
	DroppedKeyframe  uint64 // a slot waits for a key frame
	DroppedTap       uint64 // a tap's reader is too slow
	DroppedWrite     uint64 // the connection took no packet

	NACKsIn        uint64 // negative acknowledgements from receivers
	PLIsIn         uint64 // key frame requests from receivers (PLI and FIR)
	PLIsOut        uint64 // key frame requests to publishers
	MessagesIn     uint64 // data channel messages posted
	MessagesOut    uint64 // data channel messages sent
	DroppedMessage uint64 // data channel messages over size, rate or mailbox
	OffersRefused  uint64

	Rooms, Participants, Peers int64 // at present
}

// counters are the atomics behind Stats. Those of the packet path are padded
// apart by group, since the goroutines of all rooms add to them.
type counters struct {
	packetsIn, bytesIn atomic.Uint64
	_                  [48]byte

	packetsOut, bytesOut atomic.Uint64
	_                    [48]byte

	malformed, muted, stale, unbound, duplicate, late atomic.Uint64
	codec, keyframe, tap, write                       atomic.Uint64
	nacksIn, plisIn, plisOut                          atomic.Uint64
	messagesIn, messagesOut, messagesDropped          atomic.Uint64
	offersRefused                                     atomic.Uint64
	rooms, participants, peers                        atomic.Int64
}

func (c *counters) stats() Stats {
	return Stats{
		PacketsIn: c.packetsIn.Load(), BytesIn: c.bytesIn.Load(),
		PacketsOut: c.packetsOut.Load(), BytesOut: c.bytesOut.Load(),
		DroppedMalformed: c.malformed.Load(), DroppedMuted: c.muted.Load(), DroppedStale: c.stale.Load(),
		DroppedUnbound: c.unbound.Load(), DroppedDuplicate: c.duplicate.Load(), DroppedLate: c.late.Load(),
		DroppedCodec: c.codec.Load(), DroppedKeyframe: c.keyframe.Load(), DroppedTap: c.tap.Load(),
		DroppedWrite: c.write.Load(),
		NACKsIn:      c.nacksIn.Load(), PLIsIn: c.plisIn.Load(), PLIsOut: c.plisOut.Load(),
		MessagesIn: c.messagesIn.Load(), MessagesOut: c.messagesOut.Load(), DroppedMessage: c.messagesDropped.Load(),
		OffersRefused: c.offersRefused.Load(),
		Rooms:         c.rooms.Load(), Participants: c.participants.Load(), Peers: c.peers.Load(),
	}
}
