package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/turn"
)

var bargeRules = map[string]turn.BargeRule{"voice": turn.ByVoice, "words": turn.ByWords, "either": turn.ByVoiceOrWords}

// turns tells an agent how to take turns, as the flags say. What no flag says,
// as where there are none, is the agent's default.
func (c *config) turns(a *agentbot.Config) error {
	rule, known := bargeRules[c.BargeIn]
	if !known && c.BargeIn != "" {
		return fmt.Errorf("--barge-in %s: there are voice, words and either", c.BargeIn)
	}
	a.Turn.BargeInBy, a.Turn.BargeInWords = rule, c.BargeInWords
	a.Turn.Finished, a.Turn.Unfinished = c.MinSilence, c.MaxSilence
	if a.Preemptive = c.Preemptive; c.Preemptive == 0 && c.BargeIn != "" {
		a.Preemptive = -1
	}
	into := []*time.Duration{&a.SilenceQuestion, &a.SilenceAgain, &a.SilenceEnd}
	if len(c.Silences) > len(into) {
		return errors.New("--caller-silence wants three times at most")
	}
	for i, text := range c.Silences {
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			return fmt.Errorf("--caller-silence %s: want a time such as 10s", text)
		}
		if *into[i] = d; d == 0 {
			*into[i] = -1
		}
	}
	return nil
}

func (c *config) checkTurns() error {
	switch {
	case c.BargeIn == "": // no flags were registered
	case c.BargeInWords < 1:
		return errors.New("--barge-in-words must be 1 at least")
	case c.MinSilence < 100*time.Millisecond || c.MaxSilence < c.MinSilence || c.MaxSilence > 10*time.Second:
		return errors.New("--min-silence must be 100ms at least and --max-silence not less, 10s at most")
	case c.Preemptive < 0 || c.Preemptive > 10:
		return errors.New("--preemptive must be 0 to 10")
	}
	return c.turns(&agentbot.Config{})
}
