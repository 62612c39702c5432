package agentbot

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/sentence"
)

const (
	maxSentences = 64 // of a reply
	maxToolCalls = 16 // of a round of it
)

type (
	// msgSentence: a reply has one more sentence.
	msgSentence struct {
		job    *job
		text   string
		saying chan<- *saying
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

var errStalled = errors.New("nothing came in time")

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
func (a *Agent) write(ctx context.Context, j *job, request engine.Request, sayings chan<- *saying, patience *patience, calls *[]engine.ToolCall) (string, error) {
	stream, err := a.engines.LLM.Chat(ctx, request)
	if err != nil {
		return "", err
	}
	defer stream.Close()
	var splitter sentence.Splitter
	var text strings.Builder
	var pieces []string
	called := false
	for {
		delta, err := stream.Next()
		if err != nil && !errors.Is(err, io.EOF) {
			return text.String(), err
		}
		patience.renew(a.cfg.TokenGap)
		text.WriteString(delta.Text)
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
			if !hasWords(piece) {
				continue
			}
			pieces = append(pieces, piece)
			if why := judgeReply(pieces); why != "" {
				return text.String(), nonsense("llm", why)
			}
			a.box.post(msgSentence{j, piece, sayings}, false)
			if len(pieces) == maxSentences || len(pieces) == j.limit {
				return text.String(), nil
			}
		}
		switch {
		case err != nil && len(pieces) == 0 && !called:
			return text.String(), nonsense("llm", "a reply without words")
		case err != nil:
			return text.String(), nil
		case utf8.RuneCountInString(text.String()) > longestReply:
			return text.String(), nil
		}
	}
}

// judgeReply says why what a model wrote cannot be said, "" if it can.
func judgeReply(pieces []string) string {
	n := len(pieces)
	last := strings.ToLower(strings.TrimSpace(pieces[n-1]))
	if n == 1 {
		for _, markup := range []string{"<html", "<!doctype", "<?xml", "<head", "<body", `{"error`} {
			if strings.HasPrefix(last, markup) {
				return "a page instead of a reply"
			}
		}
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
	if !hasWords(a.cfg.spoken(m.text).Say) {
		return // there for the eye only: a code fence, a table's rule
	}
	m.saying <- a.newSaying(m.job, m.text) // has room for all there may be
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
	a.emit(ReplyCompleted{Epoch: j.epoch, SentenceID: id, Text: strings.TrimSpace(j.wroteBefore + " " + m.text)})
	a.finish(j)
}

// called takes a model's wish to call a tool.
func (a *Agent) called(m msgCall) {
	if m.job.dead || m.job.called || m.call.Name != RequestHuman {
		return
	}
	m.job.called = true
	var args struct{ Reason, Detail, Summary string }
	if json.Unmarshal(m.call.Arguments, &args) != nil || args.Reason == "" {
		args.Reason = WantAsked
	}
	if args.Detail == "" {
		args.Detail = args.Summary
	}
	a.quiet.human = true
	a.emit(WantHuman{Epoch: m.job.epoch, Reason: args.Reason, Detail: args.Detail})
}
