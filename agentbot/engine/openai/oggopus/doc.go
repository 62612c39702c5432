// Package oggopus takes Opus packets out of an Ogg stream (RFC 3533, RFC 7845)
// while it arrives: speech that is sent so can be played from its first page on.
//
//	bytes ─▶ pages (CRC) ─▶ packets across pages ─▶ [OpusHead, OpusTags] ─▶ Packet{Data, Skip, Keep}
//
// Skip and Keep say what of a packet's audio is to be heard: the first of a
// stream makes the decoder converge and is skipped, the last is cut to the length
// that the last page tells. Other streams of the same file are passed over, and a
// stream that follows another (chained) begins anew.
//
// Everything is bounded as it is read. A page that is damaged, a packet that is
// none and a stream that is no Opus are errors; a file that ends between two pages
// has ended, with or without its last page's mark, for not every sender sets it.
//
// No goroutine, no lock. A Reader has one user.
package oggopus
