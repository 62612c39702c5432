// Package desk is the design of the desk, which brings a caller who asks for a
// human to one, in time. What it decides is decided by four packages below it,
// each a machine or a set of tables without clock, goroutine or I/O:
//
//	hours   when the desk is open; service status; the preset reply
//	rules   the priority of a request, from segment, words, reason, metadata
//	sla     the clocks of first response and resolution
//	queue   the line, offers, presence, claims, transfers: Step(event, now)
//
// This page says what they expect of who runs them, its owner.
//
// # One owner
//
// A queue.Desk is for one goroutine. It alone steps; everybody else posts:
//
//	consoles (WS, REST)    calls (signaling/call)    settings     timer
//	   │ accept, take,        │ asked, connected,       │            │ Effects.Wake
//	   │ presence, …          │ lost, returned, ended   │            │
//	   ▼                      ▼                         ▼            ▼
//	┌──────────────────────── mailbox (bounded) ──────────────────────────┐
//	│   owner:  queue.Step(event, wall clock) ─► Effects                  │
//	│             1 records that changed ─► store, one transaction        │
//	│             2 when durable: withdrawals, claims, releases, offers,  │
//	│               presence, alerts, questions, news, then the reply     │
//	└──────┬──────────────────┬─────────────────────┬────────────────────┘
//	       ▼                  ▼                     ▼
//	     store            calls: claim,         consoles: offers and alerts
//	  (records, SLA,      hand over, requeue,   at once, lists coalesced
//	   audit, settings)   tell the wait
//
// A request for a human is one handoff record from Pending to its one end. It
// is to be made also where it ends at once: outside the hours the caller is
// given the preset reply and can leave a call-back, and the record says
// outOfHours, so that reports count every request once.
//
// # Durable first
//
// Nobody is to be told what the store does not have, but for callers, who are
// told at once how their wait stands: that promises nothing. Steps that are taken while
// a write is under way go into the next one, so that a thousand requests in a
// few seconds are a few syncs of the disk. The records that Effects names are
// whole: only the newest of each needs writing, and together they make the same
// desk again. After a restart the line, who has what and the clocks of the SLA
// are as they were: queue.Restore, the event Restarted, and then what has become
// of the calls meanwhile (EndCall, HumanLost) as events like any other. Calls go
// on too (package call, Hub.ResumeCalls, comes first): Live says in which state,
// and where call and desk were killed in the middle of a step the call's word
// counts, but for a claim that has not reached the call yet, which is made again
// (resume.go). A call that waits and of which the desk was not told says so
// itself: Resumed. An SLA
// event is stored by handoff, goal and kind, once by that key, so that a crash
// between the write and the alert neither loses nor doubles it.
//
// Where the store fails, a claim is refused with a clear error and undone by
// ClaimFailed, and no new offer is told; what rings gets its time anew (Stalled),
// since nobody can answer it. What is going on goes on, callers hear their place
// and are asked whether to wait, the write is tried again, and the service status
// says that the desk is broken.
//
// # Whose decision
//
// Who gets a caller is the desk's; who has the floor is the call's. A claim is
// made in the desk first and then carried out on the call, whose own conditional
// write decides. A call that is claimed past the desk is to be told to it
// (Outside for an app's own human, TakenOver for an agent of the desk, whatever
// they are up to), so that presence, capacities and reports count it. The call
// says when the human is heard (Connected), when their media are lost
// (HumanLost), when they give the call back (Finish).
//
// A call counts its requests, and what the desk says of one carries its number:
// a caller who has asked again is not told that the request before has expired.
//
// # Time
//
// The owner passes the wall clock. It compares it with elapsed time at each
// step and says ClockJumped where they part; and it steps now and then without
// being woken, so that a jump ahead is seen. Deadlines of the SLA do not move;
// the rest does. It says Open and Close when the hours begin and end; who waits
// when they end is served for a while (Routing.AfterHours). A sign of life of an
// agent is an answer of their console's socket or media of theirs in a call,
// whichever there is, so that a console that reloads does not lose a conversation
// that goes on. Signs are taken every five seconds, or three times within
// Routing.HeartbeatWithin where that is sooner; a server that was frozen itself
// has heard nobody, and gives everybody their time anew.
//
// # Several servers
//
// The desk is owned by the one that leases its row; what others hear goes there.
// One handoff that goes on per call is a unique index of the store, so that even
// two owners by mistake cannot have a caller twice.
//
// # What is tested where
//
// Each clause of what is asked of the desk, and tests that fail where it does not
// hold; a test of this package sees that they exist. Directories are below
// signaling, relevo is cmd/relevo. The pages are tested in webclient.
//
//	a record with reason, brief, caller, priority     desk.TestFromRequestToReturn
//	skill and language of a request                   desk.TestWhatARequestNeeds call.TestAppAsks
//	by priority, then age; nobody starves             desk/queue.TestOrder desk/queue.TestAgeing desk/queue.TestNoStarvation
//	priority by rules: segment, words, metadata       desk/rules.TestPriority desk.TestWhatARequestNeeds call.TestRequestHasWordsAndLanguage
//	priority by the app, at once or later             desk.TestRulesAndTheAppSetPriorities relevo.TestDeskLikelyWait
//	priority by an agent                              signaling.TestDeskOverASocket signaling.TestDeskByHand
//	never by the caller                               call.TestOneOpenRequest
//	place and wait, seen and heard                    relevo.TestDeskLikelyWait relevo.TestDeskWaitByVoice desk/queue.TestEstimate
//	also while the disk is down                       desk.TestFullDisk
//	the caller cancels                                relevo.TestDeskWaitAndCancel
//	an older request's end is not the newer's         call.TestDropOfAnOlderRequest desk.TestRequestsHaveNumbers
//
//	presence, busy with n of capacity                 desk/queue.TestEveryPairOfPresenceAndTurn desk.TestTakenOverPastTheDesk
//	least loaded, then longest idle                   desk/queue.TestLeastLoadedThenLongestIdle
//	skills and languages, levels, relaxed             desk/queue.TestSkillsAreRelaxed desk/queue.TestRandomRuns
//	declined or unanswered: the next, after two away  desk/queue.TestRingingGoesOnAndTwoMissesSetAway desk/queue.TestWithdrawnIsNoMiss signaling.TestDeskByHand
//	take the next, take this one                      desk/queue.TestTake signaling.TestDeskByHand desk.TestEverybodyTakes
//	drained at once                                   desk/queue.TestRandomRuns desk/queue.TestProperties
//	a browser dies: first in line                     desk/queue.TestBrowserDies desk.TestConsoleDies relevo.TestRandomDesk
//	however soon that is to be seen                   desk.TestPulseFollowsTheSettings desk.TestFrozenServer desk.TestConsoleThatDoesNotAnswer signaling.TestConsoleThatDoesNotAnswer
//	transfer to a person or skill                     desk/queue.TestTransfer relevo.TestDeskTransfer
//	with a consult before                             desk/queue.TestConsult relevo.TestDeskConsultAndHandOver
//	a supervisor assigns, an agent may not            desk/queue.TestAssign signaling.TestDeskByHand
//	takeovers past the desk count                     desk/queue.TestTakenOverPastTheDesk desk.TestTakenOverPastTheDesk relevo.TestRandomDesk
//	accounts that change hold at once                 desk.TestAccountsChange
//
//	targets by priority, from Pending                 desk/sla.TestClocks desk/queue.TestSLAOfAHandoff
//	at 80 %, at the deadline, each once               desk/sla.TestAnyPaceTellsTheSame desk/store.TestSLAEventsOnce
//	restart, jump of the clock, daylight saving       desk/queue.TestRestart desk.TestSLAOverAJump desk/sla.TestDaylightSaving
//	alerts to supervisors and who has it              desk.TestWhoIsAlerted signaling.TestDeskRoles
//	for reports                                       desk/report.TestFigures signaling.TestDeskReport
//
//	ten periods, their check                          desk/hours.TestCheck
//	09-12, 10-12, 13-18, 15-17; midnight; clocks      desk/hours.TestWindows desk/hours.TestOpenAndNext desk/hours.TestAgainstTheNaiveModel
//	the preset reply, a call-back in a list           relevo.TestDeskOutOfHours signaling.TestWhatPeopleWriteDown
//	the hours end while callers wait                  desk/queue.TestServedAfterTheHours desk.TestHoursEndAtOnce relevo.TestDeskHoursEnd
//	nobody waits overnight                            desk/queue.TestNobodyWaitsOvernight
//	notConfigured, available, unavailable             desk/hours.TestStatus desk.TestStatusIsReckonedOnce signaling.TestSettingsOverREST
//
//	asked after 60 s; on, or no more                  desk.TestQuestion relevo.TestDeskWaitAndCancel
//	by voice, and answered by voice                   relevo.TestDeskWaitByVoice
//	180 s without a word to the human: the AI         call.TestCallerWhoIsSilent call.TestCallerWhoIsNotUnderstood
//	or however long is set                            call.TestCallerSilenceIsSet desk.TestCallerSilence
//	both sides can end it                             call.TestCallerEndsTheTalk relevo.TestDeskThereAndBackTwice
//	a claim, or the first message, disables the AI    call.TestFirstMessageTakesOver call.TestThereAndBackTwice
//
//	capacity, one offer, one end, in random runs      desk/queue.TestRandomRuns desk/queue.TestProperties relevo.TestRandomDesk
//	1,000 handoffs to 200 consoles                    desk.TestManyConsoles
//	50 agents claim 2,000, each the next, or the same  desk.TestEverybodyTakes desk.TestEverybodyTakesTheSame
//	kill -9                                           desk.TestKill relevo.TestKillServe relevo.TestKillAcknowledged
//	nothing is shown that is not durable              desk.TestConsolesSeeWhatIsDurable desk.TestSettled
//	one log, there and back twice                     relevo.TestDeskThereAndBackTwice
package desk
