package copilot

// Request is what a brief is made of: why a human is wanted, and the log so far.
type Request struct {
	Reason string // callerAsked, lowConfidence, …; "" when nobody asked
	Detail string // more of it, as who asked gave it
	Lines  []Line
	Known  []Fact // what is known from elsewhere
	// Quick: no model is asked; a summary that one has written for the brief
	// before stays.
	Quick bool
}

// Moods, from the caller's last turns.
const (
	MoodCalm  = "calm"
	MoodTense = "tense"
	MoodUpset = "upset"
)

// Brief is what a human must know who takes a call over.
type Brief struct {
	Reason   string
	Detail   string
	Summary  Summary
	Written  bool   // the summary is a model's, else it is quoted
	Mood     string // "" where nobody judges it
	Facts    []Fact
	Unspoken string // what the AI was about to say when it was cut last
	Seq      int64  // of the newest entry that it knows
}

// How far back a mood goes, and where it changes. One angry turn makes a caller
// tense, more of them upset, and it passes.
var moodWeights = [...]float64{0.85, 0.6, 0.4, 0.25}

const (
	tenseFrom = 0.35
	upsetFrom = 0.6
)

// MakeBrief makes a brief of a log. distress judges a turn from 0 to 1; nil
// leaves the mood out.
func MakeBrief(r Request, distress func(string) float64) Brief {
	b := Brief{Reason: r.Reason, Detail: clip(r.Detail, 2*maxLine), Facts: Extract(r.Lines, r.Known...), Mood: moodOf(r.Lines, distress)}
	b.Summary = Summarise(r.Lines, b.Facts)
	for i := len(r.Lines) - 1; i >= 0; i-- {
		if b.Seq == 0 {
			b.Seq = r.Lines[i].Seq
		}
		if r.Lines[i].Role == RoleAgent {
			b.Unspoken = r.Lines[i].Unspoken
			break
		}
		if r.Lines[i].Role == RoleHuman {
			break // what the AI wanted to say before them has passed
		}
	}
	return b
}

// moodOf is the caller's mood in their last turns.
func moodOf(lines []Line, distress func(string) float64) string {
	if distress == nil {
		return ""
	}
	score := distressOf(lines, distress)
	switch {
	case score >= upsetFrom:
		return MoodUpset
	case score >= tenseFrom:
		return MoodTense
	}
	return MoodCalm
}

// distressOf adds the caller's last turns up as independent signs, the newer the
// stronger.
func distressOf(lines []Line, distress func(string) float64) float64 {
	rest, turn := 1.0, 0
	for i := len(lines) - 1; i >= 0 && turn < len(moodWeights); i-- {
		if lines[i].Role != RoleCaller {
			continue
		}
		rest *= 1 - moodWeights[turn]*min(max(distress(lines[i].Text), 0), 1)
		turn++
	}
	return 1 - rest
}
