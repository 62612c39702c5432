package agentbot

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/sentence"
)

const (
	maxSentences     = 64 // of a reply
	maxLineSentences = 16 // of a line in its place
	maxToolCalls     = 16 // of a round of it
)

type (
	// msgSentence: a reply has one more sentence.
	msgSentence struct {
		job    *job
		text   string
		saying chan<- *saying
		// how sure the reply is of it, and where it comes from
		confidence *float64
		sources    []string
		unsure     bool // it is a guess
	}
	// msgCall: a reply called a tool.
	msgCall struct {
		job  *job
		call engine.ToolCall
	}
	// msgReply: a reply is written, or an engine failed.
	msgReply struct {
		job    *job // nil: an engine failed outside of any
		text   string
		failed string // the engine
		err    error
		saying chan<- *saying
		round  int               // of the reply that it was
		calls  []engine.ToolCall // of tools other than request_human, in order
	}
)

// patience ends a ctx when nothing came in time.
type patience struct {
	cancel context.CancelCauseFunc
	timer  *time.Timer
}

var errStalled = engine.ErrLate

// wait makes a ctx that ends unless renewed within d, and tells engines so.
// late is called then, so that even an engine that does not heed its ctx is
// noticed.
func wait(ctx context.Context, d time.Duration, late func()) (context.Context, *patience) {
	ctx, cancel := context.WithCancelCause(engine.WithFirstBy(ctx, time.Now().Add(d)))
	p := &patience{cancel: cancel}
	p.timer = time.AfterFunc(d, func() {
		cancel(errStalled)
		late()
	})
	return ctx, p
}

func (p *patience) renew(d time.Duration) { p.timer.Reset(d) }

func (p *patience) end() {
	p.timer.Stop()
	p.cancel(nil)
}

// budget is how long an engine may take for the first of its answer: its own
// limit, or what is left of the time in which the caller must hear something.
func (a *Agent) budget(j *job, own time.Duration) time.Duration {
	if j.kind != jobReply || j.patient.Load() {
		return own
	}
	left := time.Until(j.turn.Add(a.cfg.TurnBudget))
	return min(own, max(left, a.cfg.EngineFloor))
}

// compose has the model write a reply and cuts it into sentences. It closes
// sayings through the agent's goroutine, which fills it.
func (a *Agent) compose(j *job, round int, request engine.Request, sayings chan<- *saying) {
	done := msgReply{job: j, saying: sayings, round: round}
	stalled := msgReply{job: j, saying: sayings, round: round, failed: "llm", err: &engine.Error{Engine: "llm", Kind: engine.Timeout, Cause: errStalled}}
	ctx, patience := wait(j.ctx, a.budget(j, a.cfg.FirstToken), func() { a.box.post(stalled, false) })
	defer patience.end()
	text, err := a.write(ctx, j, request, sayings, patience, &done.calls)
	if errors.Is(context.Cause(ctx), errStalled) {
		return // already told
	}
	if err != nil {
		done.failed, done.err = "llm", err
	}
	done.text = text
	a.box.post(done, false)
}

// write streams the reply until it ends, is long enough or fails. What it calls
// is added to calls, but for a human, who is asked for at once.
func (a *Agent) write(ctx context.Context, j *job, request engine.Request, sayings chan<- *saying, patience *patience, calls *[]engine.ToolCall) (_ string, failed error) {
	stream, err := a.engines.LLM.Chat(ctx, request)
	if err != nil {
		return "", err
	}
	defer func() {
		engine.Reject(stream, failed)
		stream.Close()
	}()
	var splitter sentence.Splitter
	var text strings.Builder
	var pieces []string
	called := false
	var known *evidence
	withheld := false // what follows a guess is not said; it may still call a tool
	var guess *msgSentence
	// What looks like a guess before a tool is called ("let me look") is no answer:
	// whether one is called shows at the end. Nothing of it is said then.
	last := func() {
		if guess != nil && len(*calls) == 0 {
			a.box.post(*guess, false)
		}
	}
	for {
		delta, err := stream.Next()
		if err != nil && !errors.Is(err, io.EOF) {
			return text.String(), err
		}
		patience.renew(a.cfg.TokenGap)
		text.WriteString(delta.Text)
		if known == nil && err == nil {
			e := a.weigh(request, delta)
			known = &e
		}
		switch {
		case delta.Call == nil:
		case delta.Call.Name == RequestHuman:
			called = true
			a.box.post(msgCall{j, *delta.Call}, false)
		case len(*calls) < maxToolCalls:
			called = true
			*calls = append(*calls, *delta.Call)
		}
		fresh := splitter.Write(delta.Text)
		if err != nil {
			fresh = append(fresh, splitter.Flush()...)
		}
		for _, piece := range fresh {
			if !hasWords(piece) || withheld {
				continue
			}
			pieces = append(pieces, piece)
			if why := judgeReply(pieces); why != "" {
				return text.String(), nonsense("llm", why)
			}
			m := msgSentence{job: j, text: piece, saying: sayings}
			if known != nil {
				a.judge(ctx, known, &m)
			}
			if withheld = m.unsure; withheld && hasTools(request) {
				guess = &m
				continue
			}
			a.box.post(m, false)
			if len(pieces) == maxSentences || len(pieces) == j.limit {
				return text.String(), nil
			}
		}
		switch {
		case err != nil && len(pieces) == 0 && !called:
			return text.String(), nonsense("llm", "a reply without words")
		case err != nil:
			last()
			return text.String(), nil
		case utf8.RuneCountInString(text.String()) > longestReply:
			last()
			return text.String(), nil
		}
	}
}

// hasTools says whether a model may call something that answers it.
func hasTools(r engine.Request) bool {
	return slices.ContainsFunc(r.Tools, func(t engine.Tool) bool { return t.Name != RequestHuman })
}

// judgeReply says why what a model wrote cannot be said, "" if it can.
func judgeReply(pieces []string) string {
	n := len(pieces)
	last := strings.ToLower(strings.TrimSpace(pieces[n-1]))
	if _, err := engine.CheckReply("llm", last); n == 1 && err != nil {
		return "a page instead of a reply"
	}
	if strings.ContainsAny(last, "\x00\uFFFD") {
		return "bytes that are no text"
	}
	if n > 2 && pieces[n-1] == pieces[n-2] && pieces[n-2] == pieces[n-3] {
		return "the same sentence again and again"
	}
	return ""
}

// written takes a sentence of a reply.
func (a *Agent) written(m msgSentence) {
	if m.job.dead || m.job.wrote || len(m.job.sayings) >= maxSentences {
		return
	}
	if m.job.withheld {
		return
	}
	if line := a.withhold(m); line != "" {
		m.job.withheld = true
		var splitter sentence.Splitter
		pieces := append(splitter.Write(line), splitter.Flush()...)
		for _, piece := range pieces[:min(len(pieces), maxLineSentences)] {
			m.job.said += piece
			a.offer = a.newSaying(m.job, piece)
			m.saying <- a.offer
		}
		return
	}
	if !hasWords(a.cfg.spoken(m.text).Say) {
		return // there for the eye only: a code fence, a table's rule
	}
	a.utter(m)
}

// utter has a sentence of a reply said.
func (a *Agent) utter(m msgSentence) {
	m.job.said += m.text
	s := a.newSaying(m.job, m.text)
	s.confidence, s.sources = m.confidence, m.sources
	m.saying <- s // has room for all there may be
}

// replied takes the end of a reply.
func (a *Agent) replied(m msgReply) {
	j := m.job
	if j == nil {
		a.report(m.failed, m.err)
		return
	}
	if j.wrote || m.round != j.rounds || a.takeCalls(&m) {
		return
	}
	j.wrote = true
	close(m.saying)
	if j.dead {
		return
	}
	if m.err != nil {
		if j.failed == nil {
			a.trouble(j, m.failed, m.err)
		}
		a.finish(j)
		return
	}
	id := ""
	if len(j.sayings) > 0 {
		id = j.sayings[0].id
	}
	a.emit(ReplyCompleted{Epoch: j.epoch, SentenceID: id, Text: strings.TrimSpace(j.said)})
	a.finish(j)
}

// called takes a model's wish to call a tool.
func (a *Agent) called(m msgCall) {
	if m.job.dead || m.job.called || m.call.Name != RequestHuman {
		return
	}
	m.job.called = true
	a.modelAsked(m.call.Arguments)
}
