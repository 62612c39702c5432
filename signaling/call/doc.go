// Package call runs calls: who is in one, who has the floor, what is said, and
// how all of it is told. What is decided is decided by package takeover; which
// packets go where is package sfu's; what the AI does is behind [Bot].
//
//	sockets (signaling)        room (sfu)            bot (agentbot)       clocks
//	     │ Member methods          │ events             │ BotEvents          │
//	     ▼                         ▼                    ▼                    ▼
//	  ┌───────────────────────── mailbox (bounded, never blocks) ────────────────┐
//	  │                                 │                                        │
//	  │                    Call.run: one goroutine a call                        │
//	  │   roster · machine · live sentences · published log · members' channels  │
//	  └──────┬───────────────────┬───────────────────────┬──────────────────┬────┘
//	         ▼                   ▼                       ▼                  ▼
//	  Outbox.Notify       Participant.Send         recorder          GiveFloor,
//	  (socket, never      (data channel, 2000…;    (one goroutine:   SetAudience,
//	   blocks)             busy: queued)            store, in order)  Bot.SetMode
//
// # A transition
//
// An event is looked at when the one before it is complete. What is heard comes
// first, since people listen: the floor moves at the end of the AI's word, 120
// ms later at most, and from that packet on the old epoch is stale everywhere.
// Then the sentence that was cut is logged, then the transition, and when that
// is durable it is told, by socket and data channel, in the order of the log.
// There are two exceptions. A claim is the store's decision, so it is written
// before anything happens, and if that fails nothing has; one whose write timed
// out is refused and taken back, since nobody knows whether it was made. And a
// hang-up is told at once: only its entry waits, for the last words and the disk.
//
// # Sentences
//
// A sentence is live while it grows (shown, never final) and published when its
// entry is durable: it then has its seq and is shown as final. The published log
// is in memory too, so that a data channel that opens gets the backlog and then
// the live sentences from one goroutine at one moment: no hole, no duplicate.
// A member's cursor is the seq up to which it has been told.
//
// # The copilot
//
// A bot brings a [Copilot], which reads what is published and helps humans: see
// assist.go. It shares nothing with the bot that talks, is never waited for, and
// what it has is shown to the one human whom it is for, in their epoch only.
//
// # A restart
//
// A server that is killed leaves its calls in the store as they were told. The
// one that starts in its place goes on with them: [Hub.ResumeCalls].
//
//	killed in   goes on as   heard meanwhile
//	ai          ai           the AI
//	pending     pending      the AI; the line and its clocks are the desk's, and durable
//	willStart   willStart    the AI keeps company; the claim stands
//	human       willStart    the AI keeps company; whose call it is stands, as a new takeover
//	returning   ai           the AI, briefed from the log
//
// What is not in the log and cannot be made anew is kept in state.Places, before
// its owner is told: how the call was made, and for each member the claims, the
// subscription and the sums of the newest resume tokens. Everything else is read
// from the log: memory, backlog, names, brief, address, why and since when a
// human is wanted.
//
// A call is taken over from the dead server by one conditional write, the entry
// "restarted": it says what was cut, is where reports and people see the gap, and
// begins a term: the epoch rises by two, or by three from a human's term to the
// AI's, so that it is above what the dead server may have begun without having
// written it. Then the members' places are open as after a lost socket, for
// ResumeWithin from the start. Their media went with the server: who resumes is
// told so (JoinResult.Restarted), makes a new peer connection and offers it.
//
//	a caller who resumes      the AI says that the call was cut, and goes on
//	no caller in time         ended, "server restarted"
//	the human with the call   has the floor when their media is there again
//	no human in time          failed: pending, first in line, as any claim
//
// Servers write each BeatEvery that they are there. Calls of one that was silent
// for ReviveWithin are ended at once: nobody waits for them any more, and no agent
// should be rung for them. The same goes for a Hub without Places.
//
// # Goroutines
//
// A Hub has one that says that the server is there, once calls were resumed.
// A call has its own (run), its recorder, and one for each thing that may wait
// (the bot's word boundary, a peer that closes): helpers. run joins the bot, the
// room, the helpers and the recorder, in this order, before the hub forgets the
// call. Timers only post. The list of calls that consoles watch is behind a
// mutex of its own, with posts outside it.
//
// # Locks
//
// mailbox.mu, list.mu and Hub.mu; none is held while another is taken, nor
// across a call to anything else.
//
// # Failures
//
// The store fails or hangs: the call goes on, entries wait in order in the
// recorder and are tried again each second, claims are refused with a clear
// error, humans are told that the transcript is not saved at the moment.
// Transitions go on and are told without a seq, which follows when they are
// durable. An external bot leaves or does not come: ours stands in.
// A member does not read: what may be replaced is dropped, then the member is.
// A socket is lost: 30 s to resume with the media untouched. A human's media is
// lost: the AI speaks at once and the call waits for a human, first in line.
// The bot's engines fail: see package agentbot.
package call
