package bench

import (
	"context"
	"math"
	"time"

	"github.com/relevo/relevo/agentbot/bench/corpus"
	"github.com/relevo/relevo/agentbot/bench/score"
	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/sfu/opus"
)

const (
	frame        = 20 * time.Millisecond
	frameTicks   = 960
	greetingBy   = 5 * time.Second
	answerBy     = 4500 * time.Millisecond
	answerOver   = 15 * time.Second        // it lasts no longer
	resumeBy     = 2600 * time.Millisecond // who is silent for longer does not go on
	speaksWithin = 100 * time.Millisecond
)

// caller plays a conversation: one goroutine sends a frame every 20 ms and
// decides between two of them what comes next.
type caller struct {
	notes  *notes
	ear    *ear
	corpus *corpus.Corpus
	mic    *sfu.LocalSource
	enc    *opus.Encoder
	noise  []int16 // at corpus.Level
	gain   float64 // of noise
	epoch  uint64

	phase  time.Duration // of its clock against the agent's
	sent   int           // frames
	clip   []int16       // what is left of the one that is said
	packet []byte
	pcm    []int16
	record *score.Record
}

// tick sends a frame when it is due.
func (c *caller) tick(ctx context.Context) error {
	due := c.phase + time.Duration(c.sent)*frame
	if err := sleep(ctx, due-c.notes.since()); err != nil {
		return err
	}
	c.record.Late = append(c.record.Late, c.notes.since()-due)
	n := copy(c.pcm, c.clip)
	clear(c.pcm[n:])
	c.clip = c.clip[n:]
	if c.gain > 0 {
		at := c.sent * engine.FrameSamples
		for i := range c.pcm {
			x := float64(c.pcm[i]) + c.gain*float64(c.noise[(at+i)%len(c.noise)])
			c.pcm[i] = int16(min(max(math.Round(x), math.MinInt16), math.MaxInt16))
		}
	}
	size, err := c.enc.Encode(c.pcm, c.packet)
	if err != nil {
		return err
	}
	c.sent++
	return c.mic.Write(sfu.Frame{Epoch: c.epoch, Opus: c.packet[:size], Samples48k: frameTicks})
}

// until ticks until a condition holds, or for a time; whether it holds.
func (c *caller) until(ctx context.Context, most time.Duration, ok func() bool) (bool, error) {
	for end := c.notes.since() + most; !ok(); {
		if c.notes.since() >= end {
			return false, nil
		}
		if err := c.tick(ctx); err != nil {
			return false, err
		}
	}
	return true, nil
}

// rest ticks for a time.
func (c *caller) rest(ctx context.Context, d time.Duration) error {
	_, err := c.until(ctx, d, func() bool { return false })
	return err
}

// do says or makes an act, to its end.
func (c *caller) do(ctx context.Context, a corpus.Act) (score.Act, error) {
	clip := c.corpus.Clip(a)
	if err := sleep(ctx, c.phase+time.Duration(c.sent)*frame-c.notes.since()); err != nil {
		return score.Act{}, err
	}
	at := c.notes.since()
	c.notes.say(at, clip)
	c.clip = clip.PCM
	done := score.Act{
		Kind: a.Kind, From: at + sent(clip.Voiced[0].From), To: at + sent(clip.Voiced[len(clip.Voiced)-1].To-1),
		Into: c.ear.speaks(), Text: a.Text(),
	}
	if a.Kind == corpus.Sound {
		done.Text = a.ID
	}
	c.record.Acts = append(c.record.Acts, done)
	_, err := c.until(ctx, time.Minute, func() bool { return len(c.clip) == 0 })
	return done, err
}

// sent is when the frame with a sample is sent, after that of the first one.
func sent(sample time.Duration) time.Duration { return sample / frame * frame }

// converse plays the whole conversation.
func (c *caller) converse(ctx context.Context, call corpus.Call, gap func() time.Duration) error {
	if _, err := c.until(ctx, greetingBy, func() bool { return c.ear.quiet() > time.Second && c.ear.heard() > 0 }); err != nil {
		return err
	}
	barge := false
	for _, t := range call.Turns {
		if !barge {
			if err := c.rest(ctx, gap()); err != nil {
				return err
			}
		}
		c.notes.mu.Lock()
		c.notes.answer = t.Answer
		c.notes.mu.Unlock()
		said, err := c.do(ctx, t.Act)
		if err != nil {
			return err
		}
		if err := c.listen(ctx, t, said, call); err != nil {
			return err
		}
		barge = t.Barge
	}
	return nil
}

// listen waits through an answer and does what the caller does into it.
func (c *caller) listen(ctx context.Context, t corpus.Turn, said score.Act, call corpus.Call) error {
	before := c.ear.heard()
	onset := time.Duration(-1)
	answered, err := c.until(ctx, answerBy, func() bool {
		onset = c.ear.onsetAfter(said.To)
		return onset >= 0
	})
	if err != nil || !answered {
		return err
	}
	for _, a := range t.Into {
		if err := c.into(ctx, onset+a.At); err != nil {
			return err
		}
		if _, err := c.do(ctx, a); err != nil {
			return err
		}
	}
	if t.Barge {
		return c.into(ctx, onset+bargeAt(call, t))
	}
	expected := len(spoken(t.Answer))
	_, err = c.until(ctx, answerOver, func() bool {
		quiet := c.ear.quiet()
		return quiet > resumeBy || c.ear.heard()-before >= expected && quiet > 400*time.Millisecond
	})
	return err
}

// bargeAt is when the turn after t barges in.
func bargeAt(call corpus.Call, t corpus.Turn) time.Duration {
	for i, other := range call.Turns {
		if other.Act.ID == t.Act.ID && i+1 < len(call.Turns) {
			return call.Turns[i+1].Act.At
		}
	}
	return 0
}

// into waits for a time into an answer, and until the agent speaks, should it
// be pausing then.
func (c *caller) into(ctx context.Context, at time.Duration) error {
	if err := c.rest(ctx, at-c.notes.since()); err != nil {
		return err
	}
	_, err := c.until(ctx, resumeBy, c.ear.speaks)
	return err
}
