package agentbot

import (
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/playout"
)

var errNoEngine = errors.New("none configured")

type (
	// msgClip: a sentence has its first audio.
	msgClip struct {
		saying *saying
		clip   *playout.Clip
	}
	// msgSynthesised: a job has all its audio, or the TTS failed.
	msgSynthesised struct {
		job *job
		err error
	}
)

// synthesise speaks the sentences of a job one after the other, at most ahead
// of them before they are heard.
func (a *Agent) synthesise(j *job, sayings <-chan *saying) {
	for first := true; ; first = false {
		var s *saying
		select {
		case s = <-sayings:
		case <-j.ctx.Done():
			return
		}
		if s == nil {
			a.box.post(msgSynthesised{j, nil}, false)
			return
		}
		if !first && j.released != nil {
			select {
			case <-j.released:
			case <-j.ctx.Done():
				return
			}
		}
		select {
		case j.ahead <- struct{}{}:
		case <-j.ctx.Done():
			return
		}
		if err := a.speak(j, s, first); err != nil {
			if !errors.Is(err, errStalled) { // a stall is told by its timer
				a.box.post(msgSynthesised{j, err}, false)
			}
			return
		}
	}
}

// speak makes the audio of one sentence.
func (a *Agent) speak(j *job, s *saying, first bool) error {
	if a.engines.TTS == nil {
		return &engine.Error{Engine: "tts", Kind: engine.Unusable, Cause: errNoEngine}
	}
	stalled := msgSynthesised{j, &engine.Error{Engine: "tts", Kind: engine.Timeout, Cause: errStalled}}
	limit := a.cfg.FirstAudio
	if first {
		limit = a.budget(j, limit)
	}
	ctx, patience := wait(j.ctx, limit, func() { a.box.post(stalled, false) })
	defer patience.end()
	err := a.stream(ctx, j, s, patience)
	if err != nil && errors.Is(context.Cause(ctx), errStalled) {
		return errStalled
	}
	return err
}

func (a *Agent) stream(ctx context.Context, j *job, s *saying, patience *patience) (failed error) {
	stream, err := a.engines.TTS.Speak(ctx, s.say.Say, j.voice)
	if err != nil {
		return err
	}
	defer func() {
		engine.Reject(stream, failed)
		stream.Close()
	}()
	rate := stream.SampleRate()
	if err := checkRate(rate); err != nil {
		return err
	}
	var clip *playout.Clip
	pcm := make([]int16, rate/10)
	samples, loud := 0, false
	for {
		n, err := stream.Read(pcm)
		samples += n
		loud = loud || engine.Audible(pcm[:n])
		if n > 0 {
			patience.renew(a.cfg.AudioGap)
			if clip == nil && loud {
				clip = playout.NewClip(s.say.Say, rate)
				if lead := samples - n; lead > 0 { // silence that was held back until it proved to be speech
					clip.Append(make([]int16, lead), nil)
				}
				a.box.post(msgClip{s, clip}, false)
			}
			if clip != nil {
				clip.Append(pcm[:n], stream.Words())
			}
		}
		if err == nil {
			err = checkLength(s.say.Say, rate, samples)
		}
		switch {
		case err == nil:
		case !errors.Is(err, io.EOF):
			if clip != nil {
				clip.Finish(nil, true)
			}
			return err
		case clip == nil:
			return nonsense("tts", "silence instead of speech")
		default:
			clip.Finish(stream.Words(), false)
			return nil
		}
	}
}

// voicedClip hands a sentence's audio to the player.
func (a *Agent) voicedClip(m msgClip) {
	j := m.saying.job
	switch {
	case j.dead:
		return
	case j.held || slices.Contains(a.queue, j):
		m.saying.clip = m.clip // for its turn
		return
	case j != a.current && j != a.aside:
		return
	}
	if j == a.aside && a.current != nil && len(a.clips) > 0 {
		a.dropAside() // the reply was quicker
		return
	}
	a.play(m.saying, m.clip)
}

// synthesised takes the end of a job's audio.
func (a *Agent) synthesised(m msgSynthesised) {
	j := m.job
	if j.synthesised {
		return
	}
	j.synthesised = true
	if m.err != nil {
		j.cancel() // the model need not go on
		j.wrote = j.wrote || j.kind != jobReply
	}
	if j.dead {
		return
	}
	if m.err != nil {
		j.breakOff()
		a.ttsDown = true
		a.trouble(j, "tts", m.err)
	}
	a.finish(j)
}

// breakOff ends a clip whose audio will not go on.
func (j *job) breakOff() {
	for _, s := range j.sayings {
		if s.clip != nil {
			s.clip.Finish(nil, true)
		}
	}
}

// voiceless says with two tones that there is something to be said and no
// voice for it.
func (a *Agent) voiceless(j *job) {
	const rate = 16000
	pcm := make([]int16, rate*4/10)
	for i := range pcm {
		hertz := 660.0
		if i >= len(pcm)/2 {
			hertz = 440
		}
		fade := math.Sin(math.Pi * float64(i%(len(pcm)/2)) / float64(len(pcm)/2))
		pcm[i] = int16(6000 * fade * math.Sin(2*math.Pi*hertz*float64(i)/rate))
	}
	clip := playout.Ready("", rate, pcm, nil)
	s := &saying{job: j, clip: clip, final: false}
	j.sayings = append(j.sayings, s)
	a.play(s, clip)
}

type msgRendered struct{ lines *Rendered }

// renderUrgent makes the lines that are needed when the TTS is down.
func (a *Agent) renderUrgent(cfg Config) {
	ctx, cancel := context.WithTimeout(a.ctx, time.Minute)
	defer cancel()
	lines, err := renderLines(ctx, a.engines.TTS, cfg, cfg.Lines.urgent())
	if err != nil && ctx.Err() == nil {
		a.cfg.Log.Warn("agent's lines are not rendered", "error", err)
	}
	a.box.post(msgRendered{lines}, false)
}
