package playout

import "time"

func (p *Player) run() {
	defer close(p.done)
	defer p.release()
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	defer timer.Stop()
	var due time.Time // zero: no schedule
	for {
		switch {
		case !p.on:
			due = time.Time{}
			timer.Stop()
		case due.IsZero():
			due = time.Now()
			timer.Reset(0)
		}
		select {
		case <-p.stop:
			return
		case f := <-p.commands:
			f()
		case <-timer.C:
			if !p.on {
				continue
			}
			p.tick()
			due = due.Add(frameLength)
			late := -time.Until(due)
			if late > latest {
				p.stats.Slips++
				due, late = due.Add(late), 0
			}
			timer.Reset(-late)
		}
	}
}

// tick sends one frame.
func (p *Player) tick() {
	if p.paused {
		p.sendSilence()
		return
	}
	for len(p.queue) > 0 {
		clip := p.queue[0]
		pcm := p.pcm[:clip.rate/50]
		switch clip.frame(p.at, pcm) {
		case ready:
			p.sendSpeech(clip, pcm)
			return
		case awaiting:
			p.stats.Starved++
			p.release()
			p.sendSilence()
			return
		case over:
			p.next(Ended, clip)
		case brokeOff:
			p.next(Broke, clip)
		}
	}
	p.release()
	p.sendSilence()
}

// next takes the first clip off the queue.
func (p *Player) next(what What, clip *Clip) {
	if what == Ended {
		p.pacing.learn(clip)
	}
	p.tell(what, clip, clip.heard(p.at))
	p.queue = p.queue[1:]
	p.at, p.told = 0, 0
}

func (p *Player) tell(what What, clip *Clip, heard int) {
	p.report(Report{What: what, Clip: clip, Epoch: p.epoch, Heard: heard, At: time.Now()})
}

func (p *Player) sendSpeech(clip *Clip, pcm []int16) {
	if err := p.useEncoder(clip.rate); err != nil {
		p.next(Broke, clip)
		return
	}
	n, err := p.encoder.Encode(pcm, p.packet)
	if err != nil {
		p.next(Broke, clip)
		return
	}
	p.silent = 0
	if !p.write(p.packet[:n]) {
		return
	}
	if p.played != nil {
		p.played(time.Now(), pcm, clip.rate)
	}
	p.stats.Speech++
	p.at++
	if p.at == 1 {
		p.pacing.use(clip)
		p.tell(Began, clip, 0)
	}
	if heard := clip.heard(p.at); heard > p.told {
		p.told = heard
		p.tell(Progress, clip, heard)
	}
	if len(p.waiters) > 0 && clip.boundary(p.at) {
		p.release()
	}
}

func (p *Player) sendSilence() {
	if p.silent < tailFrames {
		if p.useEncoder(max(p.rate, 16000)) != nil {
			return
		}
		pcm := p.pcm[:p.rate/50]
		clear(pcm)
		n, err := p.encoder.Encode(pcm, p.packet)
		if err != nil {
			return
		}
		p.silence = append(p.silence[:0], p.packet[:n]...)
		p.silent++
	}
	p.write(p.silence)
}

func (p *Player) useEncoder(rate int) error {
	if p.encoder != nil && p.rate == rate {
		return nil
	}
	encoder, ok := p.encoders[rate]
	if !ok {
		var err error
		if encoder, err = p.newEncoder(rate); err != nil {
			return err
		}
		p.encoders[rate] = encoder
	}
	p.encoder, p.rate = encoder, rate
	return nil
}

// write offers a frame; it was heard when true. A refusal after acceptance is
// the end of the epoch.
func (p *Player) write(packet []byte) bool {
	if p.out.WriteFrame(p.epoch, packet, perFrame) == nil {
		p.accepted = true
		p.stats.Frames++
		return true
	}
	p.stats.Refused++
	if p.accepted {
		var playing *Clip
		heard := 0
		if len(p.queue) > 0 && p.at > 0 {
			playing, heard = p.queue[0], p.queue[0].heard(p.at)
		}
		p.clear()
		p.on, p.accepted = false, false
		p.tell(Refused, playing, heard)
	}
	return false
}

// clear stops all clips.
func (p *Player) clear() []Result {
	var stopped []Result
	now := time.Now()
	for i, clip := range p.queue {
		r := Result{Clip: clip, At: now}
		if i == 0 && p.at > 0 {
			r.Begun, r.Heard = true, clip.heard(p.at)
		}
		stopped = append(stopped, r)
	}
	p.queue, p.at, p.told = nil, 0, 0
	p.release()
	return stopped
}

// release lets all go that wait for a boundary.
func (p *Player) release() {
	for _, w := range p.waiters {
		close(w)
	}
	p.waiters = nil
}
