// Package transcripts keeps one ordered log per call: everything said and
// everything that happened, seq 1, 2, 3, … without holes. The backlog that a
// human reads before a takeover, live subtitles once they are final, exports,
// the AI's memory and recovery after a crash are all reads of it, by a cursor:
// "entries after seq N".
//
//	caller's ASR ┐                                  ┌ backlog, then live (cursor)
//	AI's playout ┼─► call actor ─► Append ─► Store ─┼ AI's memory at the return
//	human's ASR  ┘       │                          ├ export: txt, json, vtt, srt
//	                     └─ Transition ─► Store     └ recovery of the call's state
//
// # One log, one order
//
// An entry is final when it is appended. What is still being said travels as
// subtitles and is not here; a sentence comes once it has ended, with the words
// that were heard, so entries are in the order in which sentences ended. The
// store gives seq in the transaction that keeps the entry: no two entries of a
// call have the same, none is missing, and who has read up to N and asks for
// what comes after N misses nothing and sees nothing twice.
//
// # Durable before final
//
// A method that returned no error has its write on the disk. The call shows a
// sentence as final, tells of a takeover or lets a human in only after that, so
// what anybody was shown survives kill -9 and a power cut. An error or an ended
// context leaves open whether the write was made (the disk may have failed after
// taking it). Sentences therefore carry an id, by which a second append returns
// the first entry; and a transition that has been made refuses its repetition,
// with the call as it is now.
//
// # The call's state
//
// A Call is changed only by Transition: if the call is still in the state and
// epoch that the decision was made on, the new ones and the entry that records
// it are written together, else nothing is and *ConflictError tells what the
// call is by now. So of fifty humans who claim a call one wins, on one node or
// on ten, and the others learn the winner's name. Epochs never fall. A
// transition to StateEnded seals the log.
//
// # Stores
//
// sqlite is the embedded store; its doc draws the writer, whose group commit
// makes fifty calls cost few syncs of the disk. Every store passes storetest.
// What cannot be kept is refused before it reaches a store (CheckEntry,
// CheckCall, CheckTransition), the same for all of them.
//
// This package itself has no goroutine, no lock and no I/O.
package transcripts
