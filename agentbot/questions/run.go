package questions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/escalation"
)

// Config is who is asked, and how.
type Config struct {
	LLM   engine.LLM
	Agent agentbot.Config // its rules and tools; the zero value is the agent as it ships
	// Rules decide on handovers; nil: Rules().
	Rules *escalation.Rules
	// Parallel is how many questions are asked at a time; 0 is 4.
	Parallel int
	// Timeout of one reply; 0 is 30 s.
	Timeout time.Duration
	// Done is told after each question, by one goroutine at a time; may be nil.
	Done func(Result)
}

// Result is what became of one question.
type Result struct {
	Question Question `json:"question"`
	Replies  []string `json:"replies"`           // what was said, turn by turn; it ends where a human was asked for
	Asked    bool     `json:"asked"`             // a human was asked for
	Offered  bool     `json:"offered"`           // in the last turn
	Ever     bool     `json:"everOffered"`       // in any turn
	Reasons  []string `json:"reasons,omitempty"` // of offers and of asking, one after the other
	Turn     int      `json:"turn"`              // the last turn that was answered, counted from 1
	Failed   string   `json:"failed,omitempty"`  // what is wrong with it; "" is nothing
	Right    bool     `json:"right"`             // the last answer has what it must; false where nothing is asked of it
	Err      string   `json:"error,omitempty"`   // the model failed
}

// Run asks every question and returns their results in the order of questions.
// It ends with ctx's error when ctx ends; a model's failure is a result.
func Run(ctx context.Context, cfg Config, questions []Question) ([]Result, error) {
	if cfg.LLM == nil {
		return nil, errors.New("questions: a model is needed")
	}
	if cfg.Parallel <= 0 {
		cfg.Parallel = 4
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 30 * time.Second
	}
	if cfg.Rules == nil {
		rules, err := Rules()
		if err != nil {
			return nil, err
		}
		cfg.Rules = rules
	}
	results := make([]Result, len(questions))
	next := make(chan int)
	var workers sync.WaitGroup
	var told sync.Mutex
	for range min(cfg.Parallel, len(questions)) {
		workers.Go(func() {
			for i := range next {
				results[i] = ask(ctx, cfg, questions[i])
				if cfg.Done != nil {
					told.Lock()
					cfg.Done(results[i])
					told.Unlock()
				}
			}
		})
	}
	for i := range questions {
		select {
		case next <- i:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	workers.Wait()
	return results, ctx.Err()
}

// ask goes through one question's turns until a human is asked for.
func ask(ctx context.Context, cfg Config, q Question) Result {
	r := Result{Question: q}
	j := judge{rules: cfg.Rules}
	var said []engine.Message
	for i, turn := range q.Turns {
		r.Turn = i + 1
		said = append(said, engine.Message{Role: engine.RoleUser, Text: turn})
		v := j.heard(turn)
		reply := Reply{}
		if !v.done {
			var err error
			if reply, err = answer(ctx, cfg, said); err != nil {
				r.Err, r.Failed = err.Error(), "the model failed: "+err.Error()
				return r
			}
			said = append(said, engine.Message{Role: engine.RoleAssistant, Text: reply.Text})
			v = j.replied(reply)
		}
		r.Replies = append(r.Replies, reply.Text)
		r.Asked, r.Offered = v.ask, v.offer
		r.Ever = r.Ever || v.offer
		if v.ask || v.offer {
			r.Reasons = append(r.Reasons, string(v.reason))
		}
		if v.ask {
			break
		}
	}
	r.judge()
	return r
}

// Reply is a model's whole reply to one turn.
type Reply struct {
	Text       string
	Confidence *float64 // nil: it did not say
	Sources    []string
	Human      bool   // it called request_human
	Reason     string // the call's
}

func answer(ctx context.Context, cfg Config, said []engine.Message) (Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, cfg.Timeout)
	defer cancel()
	stream, err := cfg.LLM.Chat(ctx, agentbot.Request(cfg.Agent, said))
	if err != nil {
		return Reply{}, err
	}
	defer func() { _ = stream.Close() }() // the reply is read or given up
	var r Reply
	var text strings.Builder
	for {
		d, err := stream.Next()
		if errors.Is(err, io.EOF) {
			r.Text = strings.TrimSpace(text.String())
			return r, nil
		}
		if err != nil {
			return Reply{}, err
		}
		text.WriteString(d.Text)
		if d.Confidence != nil && r.Confidence == nil {
			r.Confidence = d.Confidence
		}
		r.Sources = append(r.Sources, d.Sources...)
		if d.Call != nil && d.Call.Name == agentbot.RequestHuman {
			r.Human = true
			var args struct{ Reason string }
			if json.Unmarshal(d.Call.Arguments, &args) == nil { // a model may write what it likes
				r.Reason = args.Reason
			}
		}
	}
}

// judge compares what was done with what was expected.
func (r *Result) judge() {
	q := r.Question
	last := ""
	if n := len(r.Replies); n > 0 {
		last = r.Replies[n-1]
	}
	missing := missingOf(last, q.Contains)
	r.Right = len(q.Contains) > 0 && missing == "" && !r.Asked
	switch q.Expect {
	case Answer:
		switch {
		case r.Asked:
			r.Failed = "asked for a human: " + r.reason()
		case r.Offered:
			r.Failed = "offered a human: " + r.reason()
		}
	case Stay:
		if r.Asked {
			r.Failed = "asked for a human: " + r.reason()
		}
	case Offer:
		switch {
		case r.Right:
		case !r.Ever && !r.Asked:
			r.Failed = "offered no human"
		case r.Asked && r.Turn < q.From:
			r.Failed = fmt.Sprintf("asked for a human at turn %d already: %s", r.Turn, r.reason())
		case !r.forReason():
			r.Failed = "a human for another reason: " + r.reason()
		}
	case Human:
		switch {
		case !r.Asked && r.Ever:
			r.Failed = "only offered a human"
		case !r.Asked:
			r.Failed = "asked for no human"
		case r.Turn < q.From:
			r.Failed = fmt.Sprintf("asked for a human at turn %d already: %s", r.Turn, r.reason())
		case !r.forReason():
			r.Failed = "a human for another reason: " + r.reason()
		}
	}
}

// reason is the last one.
func (r *Result) reason() string {
	if len(r.Reasons) == 0 {
		return ""
	}
	return r.Reasons[len(r.Reasons)-1]
}

// forReason says whether a reason is one of those that are right.
func (r *Result) forReason() bool {
	want := r.Question.Reasons
	return len(want) == 0 || slices.ContainsFunc(r.Reasons, func(reason string) bool { return slices.Contains(want, reason) })
}

// missingOf is the first of what an answer must contain and does not.
func missingOf(answer string, contains [][]string) string {
	answer = strings.ToLower(answer)
	for _, alternatives := range contains {
		found := false
		for _, a := range alternatives {
			found = found || strings.Contains(answer, strings.ToLower(a))
		}
		if !found {
			return strings.Join(alternatives, " or ")
		}
	}
	return ""
}
