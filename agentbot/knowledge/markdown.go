package knowledge

import (
	"path"
	"regexp"
	"strings"
	"unicode"
)

// Passage is a piece of knowledge that answers a question.
type Passage struct {
	ID        string   // file and heading, e.g. "returns.md#refunds"
	Topic     string   // the file's title
	Title     string   // the passage's own; the topic's for its first
	Language  string   // BCP 47; "": to be told by the text
	Names     []string // of the file's front matter
	Spoken    string   // the first paragraph, to be said as it is
	Text      string   // all paragraphs, the first too
	Questions []string // what callers ask
}

// questionTitles are "Questions" in the languages of the search; never changed.
var questionTitles = set("questions fragen preguntas 问题 常见问题 質問 よくある質問 질문")

var (
	image    = regexp.MustCompile(`!\[[^\]]*\]\([^)]*\)`)
	link     = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	listItem = regexp.MustCompile(`^\s*(?:[-*+]|\d+[.)])\s+(.*)$`)
	heading  = regexp.MustCompile(`^(#{1,6})\s+(.+?)\s*#*$`)
	emphasis = strings.NewReplacer("**", "", "__", "", "`", "", "*", "")
)

// plain is a line of Markdown as it is read aloud.
func plain(line string) string {
	line = link.ReplaceAllString(image.ReplaceAllString(line, ""), "$1")
	return strings.TrimSpace(emphasis.Replace(line))
}

// parser collects the passages of one file.
type parser struct {
	file      string
	names     []string
	language  string // of the front matter
	topic     string
	passages  []*Passage
	questions bool     // under a heading "Questions"
	paragraph []string // lines
	fenced    bool
}

// parse reads one file.
func parse(file, text string) []*Passage {
	p := &parser{file: file}
	lines := strings.Split(strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n"), "\n")
	for _, line := range p.frontMatter(lines) {
		p.line(line)
	}
	p.endParagraph()
	if p.language == "" {
		// A whole file tells its language better than one of its passages.
		p.language = tell(text)
	}
	var kept []*Passage
	for _, passage := range p.passages {
		if passage.Language = p.language; passage.Text != "" {
			kept = append(kept, passage)
		}
	}
	return kept
}

func (p *parser) frontMatter(lines []string) []string {
	if len(lines) == 0 || strings.TrimSpace(lines[0]) != "---" {
		return lines
	}
	for i, line := range lines[1:] {
		if strings.TrimSpace(line) == "---" {
			return lines[i+2:]
		}
		key, value, _ := strings.Cut(line, ":")
		switch strings.TrimSpace(key) {
		case "language":
			p.language = languageOf(strings.Trim(strings.TrimSpace(value), `"'`)).tag
		case "names":
			for name := range strings.SplitSeq(value, ",") {
				if name = strings.TrimSpace(name); name != "" {
					p.names = append(p.names, name)
				}
			}
		}
	}
	return lines // a rule and no front matter
}

func (p *parser) line(line string) {
	if strings.HasPrefix(strings.TrimSpace(line), "```") {
		p.fenced = !p.fenced
		p.endParagraph()
		return
	}
	if p.fenced || strings.HasPrefix(line, "|") || strings.Trim(line, "-* ") == "" && line != "" {
		p.endParagraph()
		return
	}
	if m := heading.FindStringSubmatch(line); m != nil {
		p.endParagraph()
		p.heading(plain(m[2]))
		return
	}
	if m := listItem.FindStringSubmatch(line); m != nil {
		p.endParagraph()
		if item := plain(m[1]); p.questions && len(p.passages) > 0 {
			last := p.passages[len(p.passages)-1]
			last.Questions = append(last.Questions, item)
		} else {
			p.paragraph = append(p.paragraph, item)
		}
		return
	}
	if line = plain(strings.TrimPrefix(line, ">")); line == "" {
		p.endParagraph()
	} else if !p.questions {
		p.paragraph = append(p.paragraph, line)
	}
}

func (p *parser) heading(title string) {
	p.questions = questionTitles[strings.ToLower(title)]
	if p.questions {
		return
	}
	p.open(title)
}

func (p *parser) open(title string) *Passage {
	id := p.file
	if p.topic == "" {
		p.topic = title
	} else {
		id += "#" + slug(title)
	}
	passage := &Passage{ID: id, Topic: p.topic, Title: title, Names: p.names}
	p.passages = append(p.passages, passage)
	return passage
}

func (p *parser) endParagraph() {
	if len(p.paragraph) == 0 {
		return
	}
	text := strings.Join(p.paragraph, " ")
	p.paragraph = nil
	var passage *Passage
	if len(p.passages) == 0 {
		passage = p.open(strings.TrimSuffix(path.Base(p.file), ".md"))
	} else {
		passage = p.passages[len(p.passages)-1]
	}
	if passage.Text == "" {
		passage.Spoken, passage.Text = text, text
	} else {
		passage.Text += "\n" + text
	}
}

func slug(title string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		case unicode.IsSpace(r) || r == '-':
			b.WriteByte('-')
		}
	}
	return b.String()
}
