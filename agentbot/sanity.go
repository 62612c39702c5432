package agentbot

import (
	"errors"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/relevo/relevo/agentbot/engine"
)

// An engine answers nonsense when nobody could make use of the answer; these
// limits are far from what any working engine does.
const (
	perCharacter  = 400 * time.Millisecond // longest speech of a character
	shortestLimit = 5 * time.Second
	longestReply  = 6000 // characters of a model's reply
)

// speechLimit is the longest that text may take to be spoken.
func speechLimit(text string) time.Duration {
	return max(shortestLimit, time.Duration(utf8.RuneCountInString(text))*perCharacter)
}

func nonsense(what string, cause string) error {
	return &engine.Error{Engine: what, Kind: engine.Nonsense, Cause: errors.New(cause)}
}

func checkRate(rate int) error {
	switch rate {
	case 8000, 12000, 16000, 24000, 48000:
		return nil
	}
	return nonsense("tts", "a sample rate that Opus has not")
}

func checkLength(text string, rate, samples int) error {
	if err := checkRate(rate); err != nil {
		return err
	}
	if time.Duration(samples)*time.Second/time.Duration(rate) > speechLimit(text) {
		return nonsense("tts", "speech that does not end")
	}
	return nil
}

// checkSpeech judges a whole clip.
func checkSpeech(text string, rate int, pcm []int16) error {
	if err := checkLength(text, rate, len(pcm)); err != nil {
		return err
	}
	if hasWords(text) && !engine.Audible(pcm) {
		return nonsense("tts", "silence instead of speech")
	}
	return nil
}

// hasWords says whether there is a letter or digit in text.
func hasWords(text string) bool {
	for _, r := range text {
		if r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r)) {
			return true
		}
	}
	return false
}
