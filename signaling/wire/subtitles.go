package wire

// MaxSentence bounds one sentence in code points: what is beyond it is not kept.
const MaxSentence = 16_000

// Sentence is one line of a SubtitleView.
type Sentence struct {
	ID        string
	Type      Type // 1002 agent, 1003 caller, 2003 human
	SpeakerID string
	Text      string
	End       bool  // final: Text is what was heard
	Cut       bool  // stopped before its end
	Backlog   bool  // came from the log
	Rev       int   // of the newest message that counted
	Seq       int64 // log seq, 0 while unknown
	Time      int64 // Unix milliseconds when it began
}

// SubtitleView reduces subtitle messages to the text of each sentence. It is
// pure: the same messages give the same view, and one that comes twice, or a
// stale one after a newer one, changes nothing. The zero value is ready; it
// belongs to one goroutine.
//
// The rules, for authors of other clients:
//
//   - A sentence is known by its type and sentenceId. What is final (End) no
//     longer changes, but a Seq that was not known is taken over.
//   - A message whose Rev is below the newest one's is stale, unless final.
//   - 1003 and 2003 replace the text; so does a final 1002.
//   - A 1002 that is not final keeps the first Offset code points and puts
//     Text behind them. An Offset beyond the text says that a message is
//     missing: nothing changes, and the final one will bring the whole.
//   - Sentences stand in the order in which they were first seen, those of
//     the backlog by Seq before the live ones.
type SubtitleView struct {
	// Limit bounds how many sentences are kept, the oldest leaving first;
	// 0 means all.
	Limit int

	list []*line
	byID map[lineKey]*line
}

type lineKey struct {
	t  Type
	id string
}

type line struct {
	Sentence
	runes []rune
}

// Apply takes one envelope and tells whether the view changed. What is no
// subtitle, or not one that fits, changes nothing.
func (v *SubtitleView) Apply(e Envelope) bool {
	s, ok := ReadText(e)
	if !ok || s.SentenceID == "" || s.Offset < 0 {
		return false
	}
	return v.ApplySubtitle(e.Type, s)
}

// ApplySubtitle is Apply for data that is already read. t is 1002, 1003 or 2003.
func (v *SubtitleView) ApplySubtitle(t Type, s Subtitle) bool {
	key := lineKey{t, s.SentenceID}
	l := v.byID[key]
	if l == nil {
		if t == TypeAgentSubtitle && !s.End && s.Offset > 0 {
			return false // its beginning is missing
		}
		l = &line{Sentence: Sentence{ID: s.SentenceID, Type: t, Rev: -1}}
		v.insert(key, l, s)
	}
	if l.End {
		if l.Seq == 0 && s.End && s.Seq > 0 {
			l.Seq = s.Seq
			return true
		}
		return false
	}
	if !s.End && s.Rev < l.Rev {
		return false
	}
	before := l.Sentence
	text := []rune(s.Text)
	if t == TypeAgentSubtitle && !s.End {
		if s.Offset > len(l.runes) {
			return false
		}
		text = append(l.runes[:s.Offset:s.Offset], text...)
	}
	if len(text) > MaxSentence {
		text = text[:MaxSentence]
	}
	l.runes, l.Text = text, string(text)
	l.Rev = max(l.Rev, s.Rev)
	l.End, l.Cut = s.End, s.End && s.Cut
	l.Backlog = s.Backlog
	if s.SpeakerID != "" {
		l.SpeakerID = s.SpeakerID
	}
	if s.Time != 0 {
		l.Time = s.Time
	}
	if s.Seq != 0 {
		l.Seq = s.Seq
	}
	return l.Sentence != before
}

// insert puts a new line at its place and drops the oldest beyond Limit.
func (v *SubtitleView) insert(key lineKey, l *line, s Subtitle) {
	if v.byID == nil {
		v.byID = make(map[lineKey]*line)
	}
	at := len(v.list)
	if s.Backlog && s.Seq > 0 {
		for at > 0 && (v.list[at-1].Seq == 0 || v.list[at-1].Seq > s.Seq) {
			at--
		}
	}
	v.list = append(v.list, nil)
	copy(v.list[at+1:], v.list[at:])
	v.list[at] = l
	v.byID[key] = l
	if v.Limit > 0 && len(v.list) > v.Limit {
		old := v.list[0]
		delete(v.byID, lineKey{old.Type, old.ID})
		v.list[0] = nil
		v.list = v.list[1:]
	}
}

// Sentences is a copy of the view in its order.
func (v *SubtitleView) Sentences() []Sentence {
	out := make([]Sentence, len(v.list))
	for i, l := range v.list {
		out[i] = l.Sentence
	}
	return out
}

// Text is what the sentence says so far.
func (v *SubtitleView) Text(t Type, sentenceID string) string {
	if l := v.byID[lineKey{t, sentenceID}]; l != nil {
		return l.Text
	}
	return ""
}
