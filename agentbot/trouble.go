package agentbot

import (
	"slices"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/escalation"
)

// report tells of an engine's failure and nothing more.
func (a *Agent) report(engineName string, err error) {
	a.counters.failed(engineName)
	a.cfg.Log.Warn("agent's engine failed", "engine", engineName, "kind", engine.KindOf(err), "error", err)
	a.emit(Failed{Epoch: a.epoch, Engine: engineName, Kind: string(engine.KindOf(err)), Cause: err})
}

// deaf is an utterance that the recogniser failed at.
func (a *Agent) deaf(u *utterance, err error) {
	if !a.mode.thinks() || u.voiced < a.backchannel()/4 || a.speaking() && u.voiced < a.backchannel() {
		a.report("asr", err)
		a.wordless()
		return
	}
	a.interrupt(ReasonVoice)
	a.turnEnd = u.ended
	a.trouble(nil, "asr", err)
}

// trouble lets the agent say in its own words that an engine failed. What has
// begun of j is said to its end; the rest of it is given up.
func (a *Agent) trouble(j *job, engineName string, err error) {
	a.report(engineName, err)
	if j != nil {
		j.failed = err
		if engineName != "llm" { // what the model wrote before is still spoken
			j.cancel()
		}
		switch {
		case j == a.aside:
			a.dropAside()
			return // the reply is still awaited, with its own limits
		case j.kind == jobTrouble || !a.mode.thinks():
			a.voicelessAfter(j)
			return
		}
	}
	if !a.mode.thinks() {
		return
	}
	a.escalate(escalation.EngineFailed{Engine: engineName, Kind: string(engine.KindOf(err))}, "")
	line := a.cfg.Lines.TroubleThinking
	switch engineName {
	case "asr":
		line = a.cfg.Lines.TroubleHearing
	case "tts":
		line = a.cfg.Lines.TroubleSpeaking
	}
	a.unset(alarmFiller)
	a.queue = slices.DeleteFunc(a.queue, func(q *job) bool { return q.kind == jobTrouble })
	a.say(line, jobTrouble)
}

// voicelessAfter replaces words that could not be said by tones.
func (a *Agent) voicelessAfter(j *job) {
	for _, s := range j.sayings {
		if s.begun {
			return
		}
	}
	a.voiceless(j)
}

// filler says that the answer takes a while, where nothing was heard yet.
func (a *Agent) filler() {
	if a.aside != nil || a.paused || a.over || len(a.clips) > 0 || !a.mode.thinks() {
		return
	}
	line := a.nextFiller()
	if line == "" {
		return
	}
	j := a.newJob(jobFiller, line, "")
	if _, ok := a.rendered(line); !ok && (a.ttsDown || a.engines.TTS == nil) {
		j.cancel()
		return
	}
	a.aside = j
	a.start(j)
}

// nextFiller is the next in turn that is not the one that was heard last, ""
// when there is no other. One that was begun and never heard has not been said.
func (a *Agent) nextFiller() string {
	lines := a.cfg.Lines.Fillers
	if a.toolsRun() && a.filled != "" {
		lines = a.cfg.Lines.ToolWaits
	}
	for range lines {
		line := lines[a.fillers%len(lines)]
		a.fillers++
		if line != a.filled {
			return line
		}
	}
	return ""
}

// dropAside gives the filler up, unless it is being said.
func (a *Agent) dropAside() {
	j := a.aside
	if j == nil {
		return
	}
	for _, s := range j.sayings {
		if s.begun && !s.final {
			return
		}
	}
	j.dead = true
	j.cancel()
	a.aside = nil
}
