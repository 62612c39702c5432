package agentbot

import (
	"errors"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
)

// noiseHertz is a voice that the recogniser makes nothing of.
const noiseHertz = 6500

var modes = map[string]Mode{"answer": Answer, "company": Company, "silent": Silent, "revoice": Revoice}

var reasons = map[string]int{"voice": ReasonVoice, "api": ReasonAPI, "query": ReasonNewQuery, "words": ReasonWords, "broadcast": ReasonBroadcast}

func onOff(v value) bool { return v.Text == "on" }

// steps happen at their times.
var steps = []rule{
	{Pattern: "caller says TEXT for SECONDS", Do: func(s *stage, v []value) error {
		s.speak(s.ear, s.tones[v[0].Text], v[1].Time)
		return nil
	}},
	{Pattern: "caller goes on with TEXT for SECONDS", Do: func(s *stage, v []value) error {
		if s.tones[v[0].Text] == 0 {
			return errors.New("nobody has said that before")
		}
		s.speak(s.ear, s.tones[v[0].Text], v[1].Time)
		return nil
	}},
	{Pattern: "caller makes a noise for SECONDS", Do: func(s *stage, v []value) error { s.speak(s.ear, noiseHertz, v[0].Time); return nil }},
	{Pattern: "caller types TEXT", Do: func(s *stage, v []value) error { s.agent.Typed(s.caller, v[0].Text, false); return nil }},
	{Pattern: "caller leaves", Do: func(s *stage, _ []value) error { s.ear.end(); return nil }},
	{Pattern: "caller presses", Do: control(ControlPushStart, false)},
	{Pattern: "caller releases", Do: control(ControlPushFinish, false)},
	{Pattern: "caller cancels", Do: control(ControlPushCancel, false)},
	{Pattern: "push-to-talk on|off", Do: func(s *stage, v []value) error { return control(ControlPushToTalk, onOff(v[0]))(s, nil) }},
	{Pattern: "voice interrupt on|off", Do: func(s *stage, v []value) error { return control(ControlVoiceInterrupt, onOff(v[0]))(s, nil) }},
	{Pattern: "echo after SECONDS COUNT dB softer", Do: func(s *stage, v []value) error {
		s.echo(v[0].Time, v[1].Count)
		return nil
	}},
	{Pattern: "human joins", Do: func(s *stage, _ []value) error {
		if s.humans != nil {
			return errors.New("the human is there")
		}
		s.humans = &tape{start: s.start.Add(s.at + humanOffset)}
		s.agent.Hear(s.human, s.humans)
		return nil
	}},
	{Pattern: "human leaves", Do: func(s *stage, _ []value) error {
		ear, err := s.joined()
		if err == nil {
			ear.end()
			s.humans = nil
		}
		return err
	}},
	{Pattern: "human says TEXT for SECONDS", Do: func(s *stage, v []value) error {
		ear, err := s.joined()
		if err == nil {
			s.speak(ear, s.tones[v[0].Text], v[1].Time)
		}
		return err
	}},
	{Pattern: "human types TEXT", Do: func(s *stage, v []value) error { s.agent.Typed(s.human, v[0].Text, false); return nil }},
	{Pattern: "human guides TEXT", Do: func(s *stage, v []value) error { s.agent.Typed(s.human, v[0].Text, true); return nil }},
	{Pattern: "mode answer|company|silent|revoice epoch COUNT", Do: func(s *stage, v []value) error {
		s.agent.SetMode(modes[v[0].Text], uint64(v[1].Count), nil)
		return nil
	}},
	{Pattern: "company NAME", Do: func(s *stage, v []value) error { s.agent.Company(v[0].Text, ""); return nil }},
	{Pattern: "company NAME by TEXT", Do: func(s *stage, v []value) error { s.agent.Company(v[0].Text, v[1].Text); return nil }},
	{Pattern: "speak TEXT", Do: func(s *stage, v []value) error { s.agent.Speak(v[0].Text); return nil }},
	{Pattern: "interrupt api|query|broadcast", Do: func(s *stage, v []value) error { s.agent.Interrupt(reasons[v[0].Text]); return nil }},
	{Pattern: "floor to epoch COUNT", Do: func(s *stage, v []value) error { s.voice.give(uint64(v[0].Count)); return nil }},
	{Pattern: "asr|llm|tts stalls", Do: trouble(-1, func([]value) scripted.Fault { return scripted.Fault{Stall: true} })},
	{Pattern: "asr|llm|tts stalls once", Do: trouble(1, func([]value) scripted.Fault { return scripted.Fault{Stall: true} })},
	{Pattern: "asr|llm|tts fails NAME", Do: trouble(-1, failing)},
	{Pattern: "asr|llm|tts fails NAME once", Do: trouble(1, failing)},
	{Pattern: "asr|llm|tts answers nonsense once", Do: trouble(1, func([]value) scripted.Fault { return scripted.Fault{Nonsense: true} })},
	{Pattern: "llm stalls after COUNT words", Do: func(s *stage, v []value) error {
		return s.disturb("llm", disorder{scripted.Fault{Stall: true}, v[0].Count, 1})
	}},
	{Pattern: "asr|llm|tts works", Do: func(s *stage, v []value) error { return s.mend(v[0].Text) }},
}

func control(kind int, enable bool) func(*stage, []value) error {
	return func(s *stage, _ []value) error {
		s.agent.Control(s.caller, kind, enable)
		return nil
	}
}

func failing(v []value) scripted.Fault { return scripted.Fail(engine.Kind(v[1].Text)) }

func trouble(times int, fault func([]value) scripted.Fault) func(*stage, []value) error {
	return func(s *stage, v []value) error { return s.disturb(v[0].Text, disorder{fault(v), 0, times}) }
}
