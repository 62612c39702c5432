package takeover

// State is where a call stands.
type State uint8

// The states of a call. The zero State is AI: a new call is answered by it.
const (
	AI        State = iota // the AI has the floor
	Pending                // the AI has the floor, a human has been asked for
	WillStart              // a human has claimed the call, their media is awaited; the AI has the floor
	Human                  // a human has the floor
	Returning              // the human has the floor until the AI is briefed
	Ended                  // over
	numStates
)

var stateNames = [numStates]string{"ai", "pending", "willStart", "human", "returning", "ended"}

func (s State) String() string {
	if s < numStates {
		return stateNames[s]
	}
	return "invalid"
}

// ParseState is the State named name.
func ParseState(name string) (State, bool) {
	for i, n := range stateNames {
		if n == name {
			return State(i), true
		}
	}
	return 0, false
}

// Event is what can happen to a call.
type Event uint8

// The events.
const (
	Request      Event = iota // the caller, the AI or the app asks for a human
	Cancel                    // the wait is cancelled, or has expired and is declined
	Claim                     // a human claims the call and has won the conditional write
	MediaReady                // the claiming human's media is there
	ClaimTimeout              // their media did not come in time
	HumanLost                 // the human left, is unreachable, or cannot send media
	Release                   // the human gives the call back
	HandOver                  // the human passes the call on to another, whose media is there and who has won the conditional write
	CallerSilent              // the caller has not answered the human within the session timeout
	AIReady                   // the AI is briefed
	Hangup                    // somebody hung up, or the caller is lost past the grace
	Restart                   // the server that had the call was killed; all media are gone with it
	numEvents
)

var eventNames = [numEvents]string{"request", "cancel", "claim", "mediaReady", "claimTimeout",
	"humanLost", "release", "handOver", "callerSilent", "aiReady", "hangup", "restart"}

func (e Event) String() string {
	if e < numEvents {
		return eventNames[e]
	}
	return "invalid"
}

// Effect is what the call has to do on a transition, in the order given.
type Effect uint8

// The effects.
const (
	Enqueue        Effect = iota // put the call into the desk's queue, tell the caller how the wait stands
	EnqueueFirst                 // put it back at the head of the queue
	Dequeue                      // take it off the queue
	AwaitMedia                   // wait for the human's media, 30 s at most
	StopAwaiting                 // no longer
	NextEpoch                    // the floor changes: what was made for the old epoch is stale from here
	FloorToHuman                 // the human's audio (or, in mode 0, the agent's voice with their words) is what the caller hears
	FloorToAI                    // the AI's voice is what the caller hears
	EvictAI                      // off the roster; voice and brain stop, transcription stays
	KeepCompany                  // the AI says who is coming, and opens no new topic
	BriefAI                      // the AI's memory is made anew from the log, with an end marker
	RestoreAI                    // on the roster again
	SwapHuman                    // the floor passes from one human to the other; the epoch rises by two
	VoidClaim                    // the claim no longer holds
	TellWillStart                // humanTakeoverWillStart
	TellConnected                // humanTakeoverConnected
	TellFailed                   // humanTakeoverFailed
	TellEnded                    // humanTakeoverEnded
	TellHandedOver               // humanTakeoverEnded for the first human, humanTakeoverWillStart and humanTakeoverConnected for the second
	ExplainFailure               // the AI says that the human could not join
	ExplainLoss                  // the AI says that the human is gone
	ExplainReturn                // the AI says that it is back, without greeting
	Seal                         // everyone is told, the log is sealed
	numEffects
)

var effectNames = [numEffects]string{"enqueue", "enqueueFirst", "dequeue", "awaitMedia", "stopAwaiting", "nextEpoch",
	"floorToHuman", "floorToAI", "evictAI", "keepCompany", "briefAI", "restoreAI", "swapHuman", "voidClaim", "tellWillStart",
	"tellConnected", "tellFailed", "tellEnded", "tellHandedOver", "explainFailure", "explainLoss", "explainReturn", "seal"}

func (e Effect) String() string {
	if e < numEffects {
		return effectNames[e]
	}
	return "invalid"
}

// Machine is the whole of what the decisions depend on.
type Machine struct {
	State State
	// Queued says that the call was in the queue when it was claimed, so that
	// a claim that comes to nothing puts it back there. False but in WillStart.
	Queued bool
}

// edge is one row of the table.
type edge struct {
	from   State
	queued anyBool
	event  Event
	to     State
	// keepsQueued is Queued after the edge.
	keepsQueued bool
	effects     []Effect
}

type anyBool uint8

const (
	either anyBool = iota
	yes
	no
)

func (a anyBool) matches(b bool) bool { return a == either || (a == yes) == b }

// table is the machine. What is not in it is refused: the call stays as it is.
var table = []edge{
	{AI, either, Request, Pending, false, []Effect{Enqueue}},
	{AI, either, Claim, WillStart, false, []Effect{TellWillStart, KeepCompany, AwaitMedia}},
	{Pending, either, Request, Pending, false, nil},
	{Pending, either, Cancel, AI, false, []Effect{Dequeue}},
	{Pending, either, Claim, WillStart, true, []Effect{Dequeue, TellWillStart, KeepCompany, AwaitMedia}},

	{WillStart, either, Request, WillStart, true, nil},
	{WillStart, either, Cancel, WillStart, false, nil},
	{WillStart, either, MediaReady, Human, false, []Effect{StopAwaiting, NextEpoch, FloorToHuman, EvictAI, TellConnected}},
	{WillStart, yes, ClaimTimeout, Pending, false, []Effect{StopAwaiting, VoidClaim, TellFailed, EnqueueFirst, ExplainFailure}},
	{WillStart, yes, HumanLost, Pending, false, []Effect{StopAwaiting, VoidClaim, TellFailed, EnqueueFirst, ExplainFailure}},
	{WillStart, yes, Release, Pending, false, []Effect{StopAwaiting, VoidClaim, TellFailed, EnqueueFirst, ExplainFailure}},
	{WillStart, no, ClaimTimeout, AI, false, []Effect{StopAwaiting, VoidClaim, TellFailed, ExplainFailure}},
	{WillStart, no, HumanLost, AI, false, []Effect{StopAwaiting, VoidClaim, TellFailed, ExplainFailure}},
	{WillStart, no, Release, AI, false, []Effect{StopAwaiting, VoidClaim, TellFailed, ExplainFailure}},

	{Human, either, HumanLost, Pending, false, []Effect{NextEpoch, FloorToAI, RestoreAI, BriefAI, VoidClaim, TellEnded, EnqueueFirst, ExplainLoss}},
	{Human, either, HandOver, Human, false, []Effect{SwapHuman, TellHandedOver}},
	{Human, either, Release, Returning, false, []Effect{BriefAI}},
	{Human, either, CallerSilent, Returning, false, []Effect{BriefAI}},

	{Returning, either, HumanLost, Returning, false, nil},
	{Returning, either, AIReady, AI, false, []Effect{NextEpoch, FloorToAI, RestoreAI, VoidClaim, TellEnded, ExplainReturn}},

	{AI, either, Hangup, Ended, false, []Effect{Seal}},
	{Pending, either, Hangup, Ended, false, []Effect{Dequeue, Seal}},
	{WillStart, either, Hangup, Ended, false, []Effect{StopAwaiting, VoidClaim, Seal}},
	{Human, either, Hangup, Ended, false, []Effect{VoidClaim, Seal}},
	{Returning, either, Hangup, Ended, false, []Effect{VoidClaim, Seal}},

	{AI, either, Restart, AI, false, nil},
	{Pending, either, Restart, Pending, false, nil},
	{WillStart, yes, Restart, WillStart, true, nil},
	{WillStart, no, Restart, WillStart, false, nil},
	{Human, either, Restart, WillStart, true, []Effect{NextEpoch, FloorToAI, RestoreAI, TellEnded, TellWillStart, KeepCompany, AwaitMedia}},
	{Returning, either, Restart, AI, false, []Effect{NextEpoch, FloorToAI, RestoreAI, VoidClaim, TellEnded}},
}

// Step is what event does to m: the machine after it and what is to be done.
// ok is false where m refuses the event, and then nothing changes. The effects
// must not be modified.
func (m Machine) Step(event Event) (next Machine, effects []Effect, ok bool) {
	for i := range table {
		e := &table[i]
		if e.from == m.State && e.event == event && e.queued.matches(m.Queued) {
			return Machine{State: e.to, Queued: e.keepsQueued}, e.effects, true
		}
	}
	return m, nil, false
}

// FloorHeldByHuman says whether in s what the caller hears is the human's.
func (s State) FloorHeldByHuman() bool { return s == Human || s == Returning }
