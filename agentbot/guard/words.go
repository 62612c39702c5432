package guard

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode"
)

// Bounds of what people say, in characters.
const (
	maxName  = 40
	maxWords = 4000
)

// Name is a participant's name as a model may see it: letters, marks, digits
// and what stands between them in names, 40 characters at most.
func Name(name string) string {
	kept := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsDigit(r), r == '\'', r == '’', r == '-', r == '.':
			return r
		}
		return ' '
	}, name)
	return strings.TrimSpace(clip(strings.Join(strings.Fields(kept), " "), maxName))
}

// Words are a person's words as a model may see them: one line of what they
// said, without anything that a template or a reader could take for the end of
// their message or for somebody else's.
func Words(text string) string {
	text = clip(oneLine(text), maxWords)
	text = templates.ReplaceAllString(text, " ")
	text = strings.NewReplacer("[", "(", "]", ")", "【", "(", "】", ")", "［", "(", "］", ")").Replace(text)
	// Taking one away may leave another, so until there is none.
	for range maxWords {
		next := roles.ReplaceAllString(text, "$1$2, ")
		if next == text {
			break
		}
		text = next
	}
	return strings.Join(strings.Fields(text), " ")
}

// Data is what a service answered as a model may see it inside of a quotation:
// one line without what nobody sees and the marks by which templates part
// messages. JSON stays JSON.
func Data(text string) string { return templates.ReplaceAllString(oneLine(text), " ") }

// Detail is free text for people, one line of n characters at most.
func Detail(text string, n int) string {
	return strings.TrimSpace(clip(strings.Join(strings.Fields(oneLine(text)), " "), n))
}

// Quote is text as JSON, n characters of it at most, that stands in a message of
// ours: it cannot end its quotation nor its line.
func Quote(text string, n int) string {
	b, err := json.Marshal(clip(oneLine(text), n))
	if err != nil {
		return `""` // strings always marshal
	}
	return string(b)
}

// templates are marks by which templates of chats part messages.
var templates = regexp.MustCompile(`(?i)<\|[^|<>]{0,40}\|?>|\[/?(?:INST|SYS|SYSTEM|USER|ASSISTANT)\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>|</?(?:system|assistant|user|developer|tool|reference|instructions?|im_start|im_end)\b[^<>]{0,40}>|#{2,}|` + "```")

// roles are names of roles with a colon, where a message or a sentence begins.
var roles = regexp.MustCompile(`(?i)(^|[.!?。！？;,)\]"'»\-–—*#>|]\s*|\s)((?:system|assistant|developer|user|caller|tool|operator|admin|administrator|human(?: agent)?|agent|ai|sistema|asistente|usuario|benutzer|assistent|betreiber|系统|助手|用户|システム|管理员)(?:\s?(?:message|prompt|note|override|instructions?|nachricht|mensaje|提示|消息))?)\s?[:：︰﹕]`)

// oneLine makes line ends and controls spaces and drops what nobody sees.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text)
}

// clip is at most n characters of text.
func clip(text string, n int) string {
	runes := 0
	for i := range text {
		if runes == n {
			return text[:i]
		}
		runes++
	}
	return text
}
