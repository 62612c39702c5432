// Package score turns what was recorded of benched conversations into figures.
// It is pure: numbers in, numbers out.
//
//	Record (one a conversation) ─ Add ─▶ Figures ─ Merge ─▶ Figures of a level, of all
//
// Times are from the start of a conversation. Terms:
//
//	act              one thing the caller does: a turn (said, or barged in with), a nod, a sound
//	voice of an act  from its first to its last voiced frame, by the clean recording, when sent
//	onset            an audible frame of the agent's after 200 ms without one
//	audible          decoded from the Opus packets that the agent put into the room
//
// # Figures
//
//	false cut-off     an onset inside a turn's voice: the agent spoke although the caller
//	                  had not finished. Of all turns.
//	split turn        the agent took a turn for over inside its voice, but nobody heard
//	                  anything of that. Of all turns.
//	missed end        no onset within 4.5 s of a turn's end. Of all turns.
//	perceived answer  from a turn's end to the next onset
//	endpointing       from a turn's end to the decision that it is over (ASRStream.Finish),
//	                  what the VAD takes to notice silence included
//	overhead          what is left of the perceived answer without endpointing and the
//	                  engines' own time. Where the model was asked before the decision, the
//	                  engines' time is that of the longer of the two ways from there.
//	beyond engines    endpointing and overhead
//	barge-in stop     from the first voiced frame of a barge-in to the agent's last audible
//	                  frame before 300 ms without one; missed when later than 1.5 s
//	false barge-in    the agent was stopped for good by a nod, a sound or nothing at all. Of
//	                  the nods and sounds made while it spoke.
//	false pause       the same, but it went on after 200 ms or more
//	remembered, not heard and the other way round: words of the agent's memory and words
//	                  that were audible for half of their time, beyond their longest common
//	                  sequence
//	late              how late the caller's frames were sent: where that is more than some
//	                  ms the machine was too busy, and times tell of the machine
//	word errors       insertions, deletions and replacements, over the words of the turns
package score
