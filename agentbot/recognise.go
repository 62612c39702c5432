package agentbot

import (
	"context"
	"errors"
	"sync"

	"github.com/relevo/relevo/agentbot/engine"
)

const asrDepth = 500 // frames that wait for a recogniser at most, 10 s

type asrWhat int

const (
	asrAudio   asrWhat = iota
	asrPreview         // it is likely to be over
	asrWentOn          // it is not
	asrFinish
	asrReset
)

type asrItem struct {
	what   asrWhat
	serial int // of the utterance
	pcm    []int16
}

// asrQueue is between listen and recognise. Audio is bounded; the rest is at
// most two items a pause of the speaker and is never dropped.
type asrQueue struct {
	wake chan struct{}

	mu        sync.Mutex
	items     []asrItem
	audio     int
	abandoned int                // utterances up to this one are given up
	serial    int                // the one being recognised
	cancel    context.CancelFunc // of it
}

func (q *asrQueue) put(item asrItem) bool {
	q.mu.Lock()
	if item.what == asrAudio {
		if q.audio >= asrDepth {
			q.mu.Unlock()
			return false
		}
		q.audio++
	}
	q.items = append(q.items, item)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
	return true
}

// take returns all items, the audio of an utterance that lies together as one.
func (q *asrQueue) take() []asrItem {
	q.mu.Lock()
	defer q.mu.Unlock()
	var items []asrItem
	for _, item := range q.items {
		if n := len(items); n > 0 && item.what == asrAudio && items[n-1].what == asrAudio && items[n-1].serial == item.serial {
			items[n-1].pcm = append(items[n-1].pcm, item.pcm...)
			continue
		}
		items = append(items, item)
	}
	q.items, q.audio = nil, 0
	return items
}

// enter makes the ctx of an utterance; false when it was given up.
func (q *asrQueue) enter(ctx context.Context, serial int) (context.Context, context.CancelFunc, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if serial <= q.abandoned {
		return nil, nil, false
	}
	ctx, cancel := context.WithCancel(ctx)
	q.serial, q.cancel = serial, cancel
	return ctx, cancel, true
}

// abandon gives utterances up to serial up.
func (q *asrQueue) abandon(serial int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.abandoned = max(q.abandoned, serial)
	if q.cancel != nil && q.serial <= serial {
		q.cancel()
	}
}

type msgPartial struct {
	leg    *leg
	serial int
	text   string
}

type msgFinal struct {
	leg        *leg
	serial     int
	transcript engine.Transcript
	err        error
}

// recogniser is the state of recognise.
type recogniser struct {
	leg    *leg
	ctx    context.Context
	stream engine.ASRStream

	serial int // the utterance of uttCtx
	uttCtx context.Context
	cancel context.CancelFunc
	err    error // what the utterance failed with

	preview *engine.Transcript // its text, if it is over
	held    []int16            // audio since, silence if it is over
}

// recognise runs until ctx ends.
func (l *leg) recognise(ctx context.Context) {
	r := &recogniser{leg: l, ctx: ctx}
	defer r.close()
	r.open(ctx) // a failure shows again with the first utterance
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.work.wake:
		}
		for _, item := range l.work.take() {
			if ctx.Err() != nil {
				return
			}
			r.do(item)
		}
	}
}

func (r *recogniser) do(item asrItem) {
	if item.serial != r.serial || r.uttCtx == nil {
		r.leave()
		ctx, cancel, ok := r.leg.work.enter(r.ctx, item.serial)
		if !ok {
			return
		}
		r.serial, r.uttCtx, r.cancel = item.serial, ctx, cancel
	}
	switch item.what {
	case asrAudio:
		if r.preview != nil {
			r.held = append(r.held, item.pcm...)
			return
		}
		r.write(item.pcm)
	case asrPreview:
		r.look()
	case asrWentOn:
		if r.preview != nil {
			held := r.held
			r.preview, r.held = nil, nil
			r.write(held)
		}
	case asrFinish:
		r.finish()
	case asrReset:
		if r.stream != nil {
			r.stream.Reset()
		}
		r.leave()
	}
}

func (r *recogniser) write(pcm []int16) {
	if r.err != nil || !r.ready() {
		return
	}
	partial, changed, err := r.stream.Write(r.uttCtx, pcm)
	if err != nil {
		r.fail(err)
		return
	}
	if changed {
		r.leg.setPartial(r.serial, partial)
		r.leg.agent.box.post(msgPartial{r.leg, r.serial, partial}, true)
	}
}

// look asks for the text of an utterance that is likely to be over. What is
// told is a partial like others; it stands when nothing but silence follows.
func (r *recogniser) look() {
	if r.err != nil || !r.ready() {
		return
	}
	previewer, ok := r.stream.(engine.Previewer)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(r.uttCtx, r.leg.agent.cfg.ASRFinish/2) // Finish must still have its time
	defer cancel()
	t, err := previewer.Preview(ctx)
	if err != nil || t.Text == "" {
		return
	}
	r.preview = &t
	r.leg.setPartial(r.serial, t.Text)
	r.leg.agent.box.post(msgPartial{r.leg, r.serial, t.Text}, true)
}

func (r *recogniser) finish() {
	var t engine.Transcript
	if r.preview != nil && r.err == nil {
		t = *r.preview
		r.stream.Reset()
	} else if r.err == nil && r.ready() {
		var err error
		if t, err = r.stream.Finish(r.uttCtx); err != nil {
			r.fail(err)
		}
	}
	r.leg.agent.box.post(msgFinal{r.leg, r.serial, t, r.err}, false)
	r.leave()
}

// ready opens the recogniser if it is not.
func (r *recogniser) ready() bool {
	if r.stream == nil {
		if err := r.open(r.uttCtx); err != nil {
			r.err = err
		}
	}
	return r.stream != nil
}

func (r *recogniser) open(ctx context.Context) error {
	asr := r.leg.agent.engines.ASR
	if asr == nil {
		return &engine.Error{Engine: "asr", Kind: engine.Unusable, Cause: errors.New("none configured")}
	}
	stream, err := asr.OpenASR(ctx, r.leg.agent.cfg.tellASR())
	if err != nil {
		return err
	}
	r.stream = stream
	return nil
}

// fail closes the recogniser: what state it is in nobody knows.
func (r *recogniser) fail(err error) {
	r.err = err
	r.close()
}

func (r *recogniser) leave() {
	if r.cancel != nil {
		r.cancel()
	}
	r.uttCtx, r.cancel, r.err = nil, nil, nil
	r.preview, r.held = nil, nil
}

func (r *recogniser) close() {
	if r.stream != nil {
		r.stream.Close()
		r.stream = nil
	}
	if r.ctx.Err() != nil {
		r.leave()
	}
}
