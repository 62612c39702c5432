package engine

import (
	"errors"
	"strings"
	"unicode"
)

// Rejecter is a stream that wants to know when its user can make nothing of
// what it gave, although it failed at nothing: a page instead of a reply, silence
// instead of speech. Reject comes from the stream's user, before Close.
type Rejecter interface {
	Reject(err error)
}

// Reject tells a stream, where it wants to know, that its answer is err, an
// Error of kind Nonsense; other errors it has told itself.
func Reject(stream any, err error) {
	if r, ok := stream.(Rejecter); ok && err != nil && KindOf(err) == Nonsense {
		r.Reject(err)
	}
}

var errGarbled = errors.New("words that nobody says")

// CheckTranscript is an Error of kind Nonsense for a text that cannot be what
// somebody said.
func CheckTranscript(name string, t Transcript) error {
	if strings.ContainsFunc(t.Text, func(r rune) bool {
		return r == unicode.ReplacementChar || unicode.IsControl(r) && !unicode.IsSpace(r)
	}) {
		return &Error{Engine: name, Kind: Nonsense, Cause: errGarbled}
	}
	return nil
}

// pages are how what is no reply begins; never changed.
var pages = []string{"<html", "<!doctype", "<?xml", "<head", "<body", `{"error`}

var errPage = errors.New("a page instead of a reply")

// CheckReply is an Error of kind Nonsense for a reply that begins as none does.
// more says that its beginning is too short to tell.
func CheckReply(name, beginning string) (more bool, err error) {
	text := strings.ToLower(strings.TrimSpace(beginning))
	for _, page := range pages {
		if strings.HasPrefix(text, page) {
			return false, &Error{Engine: name, Kind: Nonsense, Cause: errPage}
		}
		more = more || text != "" && strings.HasPrefix(page, text)
	}
	return more, nil
}

// Audible says whether anybody would hear pcm: a voice is louder by far, and
// what codecs make of silence is not.
func Audible(pcm []int16) bool {
	const quietest = 40
	for _, x := range pcm {
		if x > quietest || x < -quietest {
			return true
		}
	}
	return false
}
