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

func onOff(v value) bool { return v.text == "on" }

// steps happen at their times.
var steps = []rule{
	{pattern: "caller says TEXT for SECONDS", do: func(s *stage, v []value) error {
		s.speak(s.ear, s.tones[v[0].text], v[1].time)
		return nil
	}},
	{pattern: "caller goes on with TEXT for SECONDS", do: func(s *stage, v []value) error {
		if s.tones[v[0].text] == 0 {
			return errors.New("nobody has said that before")
		}
		s.speak(s.ear, s.tones[v[0].text], v[1].time)
		return nil
	}},
	{pattern: "caller makes a noise for SECONDS", do: func(s *stage, v []value) error { s.speak(s.ear, noiseHertz, v[0].time); return nil }},
	{pattern: "caller types TEXT", do: func(s *stage, v []value) error { s.agent.Typed(s.caller, v[0].text, false); return nil }},
	{pattern: "caller leaves", do: func(s *stage, _ []value) error { s.ear.end(); return nil }},
	{pattern: "caller presses", do: control(ControlPushStart, false)},
	{pattern: "caller releases", do: control(ControlPushFinish, false)},
	{pattern: "caller cancels", do: control(ControlPushCancel, false)},
	{pattern: "push-to-talk on|off", do: func(s *stage, v []value) error { return control(ControlPushToTalk, onOff(v[0]))(s, nil) }},
	{pattern: "voice interrupt on|off", do: func(s *stage, v []value) error { return control(ControlVoiceInterrupt, onOff(v[0]))(s, nil) }},
	{pattern: "echo after SECONDS COUNT dB softer", do: func(s *stage, v []value) error {
		s.echo(v[0].time, v[1].count)
		return nil
	}},
	{pattern: "human joins", do: func(s *stage, _ []value) error {
		if s.humans != nil {
			return errors.New("the human is there")
		}
		s.humans = &tape{start: s.start.Add(s.at + humanOffset)}
		s.agent.Hear(s.human, s.humans)
		return nil
	}},
	{pattern: "human leaves", do: func(s *stage, _ []value) error {
		ear, err := s.joined()
		if err == nil {
			ear.end()
			s.humans = nil
		}
		return err
	}},
	{pattern: "human says TEXT for SECONDS", do: func(s *stage, v []value) error {
		ear, err := s.joined()
		if err == nil {
			s.speak(ear, s.tones[v[0].text], v[1].time)
		}
		return err
	}},
	{pattern: "human types TEXT", do: func(s *stage, v []value) error { s.agent.Typed(s.human, v[0].text, false); return nil }},
	{pattern: "human guides TEXT", do: func(s *stage, v []value) error { s.agent.Typed(s.human, v[0].text, true); return nil }},
	{pattern: "mode answer|company|silent|revoice epoch COUNT", do: func(s *stage, v []value) error {
		s.agent.SetMode(modes[v[0].text], uint64(v[1].count), nil)
		return nil
	}},
	{pattern: "company NAME", do: func(s *stage, v []value) error { s.agent.Company(v[0].text, ""); return nil }},
	{pattern: "company NAME by TEXT", do: func(s *stage, v []value) error { s.agent.Company(v[0].text, v[1].text); return nil }},
	{pattern: "speak TEXT", do: func(s *stage, v []value) error { s.agent.Speak(v[0].text); return nil }},
	{pattern: "interrupt api|query|broadcast", do: func(s *stage, v []value) error { s.agent.Interrupt(reasons[v[0].text]); return nil }},
	{pattern: "floor to epoch COUNT", do: func(s *stage, v []value) error { s.voice.give(uint64(v[0].count)); return nil }},
	{pattern: "asr|llm|tts stalls", do: trouble(-1, func([]value) scripted.Fault { return scripted.Fault{Stall: true} })},
	{pattern: "asr|llm|tts stalls once", do: trouble(1, func([]value) scripted.Fault { return scripted.Fault{Stall: true} })},
	{pattern: "asr|llm|tts fails NAME", do: trouble(-1, failing)},
	{pattern: "asr|llm|tts fails NAME once", do: trouble(1, failing)},
	{pattern: "asr|llm|tts answers nonsense once", do: trouble(1, func([]value) scripted.Fault { return scripted.Fault{Nonsense: true} })},
	{pattern: "llm stalls after COUNT words", do: func(s *stage, v []value) error {
		return s.disturb("llm", disorder{scripted.Fault{Stall: true}, v[0].count, 1})
	}},
	{pattern: "asr|llm|tts works", do: func(s *stage, v []value) error { return s.mend(v[0].text) }},
}

func control(kind int, enable bool) func(*stage, []value) error {
	return func(s *stage, _ []value) error {
		s.agent.Control(s.caller, kind, enable)
		return nil
	}
}

func failing(v []value) scripted.Fault { return scripted.Fail(engine.Kind(v[1].text)) }

func trouble(times int, fault func([]value) scripted.Fault) func(*stage, []value) error {
	return func(s *stage, v []value) error { return s.disturb(v[0].text, disorder{fault(v), 0, times}) }
}
