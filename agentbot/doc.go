// Package agentbot is the AI agent of a call: it hears, thinks, speaks, yields
// and resumes, with engines behind small interfaces.
//
//	            a leg                                    the conversation
//	┌────────────────────────────────────┐   ┌─────────────────────────────────────────────────────┐
//	Ear ─20 ms─▶ listen: VAD ─▶ turn.Machine ─started, barge, ended──▶ mailbox ─▶ run ─▶ post(Event)
//	               │ frames of the utterance                              ▲        │
//	               ▼ (bounded, counts what it drops)                      │        │ job: a reply, a line, verbatim
//	             recognise: ASR ──────partials, final text────────────────┤        ▼
//	                                                                      │   compose: LLM ─▶ sentences
//	                                                                      │        ▼ (at most two ahead)
//	                                                                      │   synthesise: TTS ─▶ playout.Clip
//	                                                                      │        ▼
//	Voice ◀─20 ms, epoch─ playout.Player: Opus ───began, heard so far, ended───────┘
//
// Every step streams: the first sentence is spoken while the model still writes
// the second, and the second is made while the first is spoken.
//
// # Goroutines
//
//	run         one: owns the conversation (mode, epoch, memory, jobs, what is paused)
//	player      one: owns the pace and the encoder (package playout)
//	listen      one a leg: reads the ear, VAD, turn machine; never waits for the recogniser
//	recognise   one a leg: owns the leg's recogniser, which may take its time
//	compose     one a reply: the model's stream
//	synthesise  one a job: the sentences' audio
//	renderUrgent  one, at the start and in a new language: lines for when the TTS is down
//	callTool    one a call of a tool, or a round of them
//
// All but run talk to run by its mailbox, whose post never blocks; what may be
// lost (partials, progress) is dropped and counted beyond 4096 waiting. run
// waits for the player only, and the player for nobody. A job has a ctx, which
// ends its goroutines; New starts run, which starts and Close joins all the
// others. Locks: the mailbox's, a leg's, its queue's, a clip's and the
// counters'; each is held for a copy and none while another is taken.
//
// # Turns
//
// Package turn decides by voice and by the text so far. An utterance of the
// caller's that has words is a turn: what is being said stops for good
// (Interrupted), memory keeps what was heard of it, the model is asked. 0.2 s
// of voice only pause the agent; without words it goes on where it stopped
// after Config.ResumeAfter, at once when it was an "uh-huh". An answer that has
// not begun when the caller goes on waits, and is given up when that has words;
// the model is asked again with both. What was given up was never heard, shown or remembered.
//
// A nod that paused it nevertheless ("uh-huh" that the recogniser tells late)
// lets it go on as soon as the nod is likely to be over.
//
// What is learned of a caller's pauses is theirs for as long as their leg is
// heard. By words (turn.Config.BargeInBy), an utterance with too few of them
// neither pauses nor stops the agent; it is answered when the agent has spoken.
//
// A reply is begun when the end of the turn is likely (preempt.go), and adopted
// when the turn ends with the text that it answers. Before that its first sentence
// is made, and all that has an effect waits: calls of tools, sentences in whose
// place something else is said, the end. A turn that the rules, a question for an
// address or a confirmation take discards it.
//
// The voice of a caller with a loudspeaker is told from the agent's own (package
// echo, EchoGuard): once a leg has proved to have an echo, what is alike to what
// was just played neither pauses nor stops the agent; until then, and in a call
// without one, every voice does at once. What comes through nevertheless and has
// the agent's own words is no turn.
//
// # Answers begun early
//
// When silence makes it likely that the turn is over (turn.Likely), the model is
// asked with the text so far (preempt.go). The reply is a guess: a job in no
// queue, whose messages are kept back (holds) but for its first sentence, which
// is made into audio. If the turn ends with the same text, and nothing else has
// changed what the model would be asked, the guess is adopted and its messages
// are handled then: calls of tools, rules, the watch. Else it is dropped:
// nothing of it was heard, shown, called or remembered. A turn begins
// Config.Preemptive of them at most.
//
// Typed text waits until the agent has spoken; a call that wants it to
// interrupt calls Interrupt first.
//
// # Silence
//
// In mode Answer, when it is the caller's turn by voice, a clock runs: after 10
// s without words of theirs a question is asked, 20 s after its end another,
// and 20 s after that goodbye is said and WantHangup told (quiet.go). Words,
// spoken or typed, start the row anew. Noise does not stop the clock, so a loud
// room does not keep a call that nobody is in; a question only waits for the
// end of it. The clock does not run with push-to-talk, without a caller's
// audio, and in the other modes. Who waits for a human is asked, and not hung
// up on. A goodbye that was not heard to its end, or into which the caller
// speaks, ends nothing.
//
// # Asking for a human
//
// What happens in a call goes to the rules of package escalation, which answer
// before the model is asked: a caller who asks for a person is not discussed with
// (escalate.go). An offer is a line of Config.Lines; the caller's next turn answers
// it. WantHuman carries one of escalation.Reasons; a model gives its reason in an
// enumeration, and what it or the caller said is Detail, marked as theirs. Nothing
// in WantHuman can name a person, a skill or a priority. One request is open until
// Company says returned, failed or canceled.
//
// # Guesses
//
// The first delta of a reply may say how sure the engine is, where the reply
// comes from, and what it is to be made of (engine.Delta). compose judges each
// sentence before it is spoken (evidence.go, package ground): under the threshold
// of the rules only what claims nothing is said, above it what stands in the
// passages. What is not said is in no event and no memory; the rest of the reply
// is dropped, and its tool calls are still taken. It costs half a millisecond a
// reply and no waiting; Engines.Checker, where there is one, is asked about what
// words leave open and may take Check.Within. Spoken has the confidence and the
// sources of its sentence.
//
// Where tools are on offer, a guess waits until the model has written its round:
// before a call it was no answer, is dropped and offers nobody; without one it is
// a guess as any. What tools answered is ground for the rounds after it.
//
// # Prompt safety
//
// A system message is the operator's prompt or fixed words of ours; only a human
// agent's guidance is quoted in one, as JSON. Callers', humans' and the AI's own
// words go through guard.Words into messages of their roles, names through
// guard.Name into Message.Name. Each sentence of a reply and a tool's free text go
// through guard.Watch before anybody hears or reads them; one that recites the
// rules or holds a secret becomes Lines.Refusal and is counted (Stats.Refused).
// The model can call what it was offered and nothing else; arguments go through
// the Watch before a service, the log or the caller gets them, and what services
// answer goes through guard.Data into a JSON text. attacks_test.go tries two
// hundred phrasings on a model that always obeys.
//
// # An e-mail address
//
// When the call wants one of who waits for a human (AskEmail), the agent asks
// once; package copilot reads the answers, typed or spoken (EmailTalk). Those
// turns are not the model's. What was understood is read back; after one more
// try it is let go, at once where the caller speaks of something else, and when
// the mode or the epoch changes. EmailGiven tells what was agreed to.
//
// # Modes
//
//	Silent   ears only. No frame is sent, no model asked. Words go to memory.
//	Answer   talks with the caller. The greeting is said once a call, when the caller's audio flows.
//	Company  a human is connecting: the reply ends with its sentence, lines every 8 s, answers of two
//	         sentences at most, told to open no topic.
//	Revoice  says the words of legs with RoleHuman as soon as their sentence is final, and the text of
//	         Speak, both Verbatim; nothing else, and nobody interrupts it but Interrupt. The human's own
//	         Heard events go on.
//
// A human's utterance is at most 8 s, so that mode Revoice stays close behind.
//
// After a human's stretch memory gets a marker that says so; the agent neither
// greets again nor believes that it is still to transfer. Answer with history
// rebuilds memory from the log.
//
// # Tools
//
// A reply is written in rounds. What the model calls at the end of a round is
// judged by run (takeCalls), made by goroutines, and answered; the model then goes
// on with what it was asked first and this exchange. All rounds are one job.
//
//	compose ─msgReply(calls)─▶ takeCalls ─┬─ not known, not allowed, too many ──▶ told the model, never called
//	   ▲                                  ├─ confirm: the question ends the reply; a yes begins a job with the call
//	   └──── ask ◀─ nextRound ◀─ tooled ◀─┴─ callTool: off run, at once when all are safe, else in order
//
// A yes counts when it is all that the caller says, the question was heard to
// four fifths at least, and it is the next thing said (consented). Any other
// turn, a silence after the question was asked twice, and whoever takes over end
// the question.
//
// A job that is given up cancels what is safe. A call that may change something
// goes on: its outcome is told as ToolCalled with Spoken false and remembered; the
// same call is not made twice meanwhile, and the model is told that it is under way. Close waits
// Config.ToolGrace for it, then tells "unknown".
//
// While tools run the filler's alarm is set again whenever nobody speaks
// (keepWaiting). A reply with calls has left Config.TurnBudget behind: each engine
// has its own patience after it.
//
// # Languages
//
// What is written and what is said are two texts: a saying has both, the voice
// gets the second, and offsets of what was heard are mapped back (package
// spoken), so that the log, subtitles and memory have what was written.
//
// With Language "auto" a caller's final text decides (detect.go): from there on
// run's own Lines, voice and spoken forms are those of that language, and the model
// is told. The recogniser is told nothing then, and one word is no language.
//
// # Epoch
//
// A job carries the epoch it was made in, and so do its frames and events.
// SetMode with another epoch cuts all there is: the last Spoken of the sentence
// that was cut is posted, still of its own epoch, then nothing of that epoch any
// more. A frame that the Voice refuses was not heard; a refusal after acceptance
// ends the epoch as SetMode does. An epoch that was never accepted has not begun
// in the room: what is to be said waits for it, so SetMode may come before or
// after the floor is given.
//
// # Failures
//
// Each engine has its own patience, and together they have Config.TurnBudget:
// the caller hears the agent within 2.5 s of the end of the turn.
//
//	1.2 s without an answer      a filler, never that which was heard last
//	ASR late, failed, nonsense   TroubleHearing
//	LLM late, failed, nonsense   what it wrote is said, then TroubleThinking
//	TTS late, failed, silent     what was made is said, then TroubleSpeaking as rendered before
//	no audio to be had at all    two tones
//	VAD failed                   energy decides
//	failed turns in a row        WantHuman with WantEngineFailure (the rules say how many)
//
// A late engine is noticed by a timer of the agent's, not by its return, so one
// that does not heed its ctx delays Close and nothing else. Each failure is
// logged once, and told as Failed.
//
// # Scenarios
//
// testdata/scenarios has a conversation with exact times for each clause of the
// above, and its README.md the table of clauses and conversations, which
// TestScenariosAreListed compares with the files. TestScenarios plays them.
//
// # Cost
//
// Idle, an agent sends repeated silence: about 12 µs of CPU in 20 ms with its
// ear; speaking, about 0.1 to 0.2 ms, nearly all of it libopus (BenchmarkAgents).
package agentbot
