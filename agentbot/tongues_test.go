package agentbot

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
	"github.com/relevo/relevo/agentbot/spoken"
)

// Every language that is built in says everything, in its own words.
func TestBuiltinTongues(t *testing.T) {
	tongues := BuiltinTongues()
	first := map[string][]string{}
	tongues["en"].Lines.each(func(name string, lines []string) { first[name] = lines })
	for tag, tongue := range tongues {
		if err := tongue.Lines.check(); err != nil {
			t.Errorf("%s: %v", tag, err)
		}
		if tongue.Greeting == "" {
			t.Errorf("%s: no greeting", tag)
		}
		tongue.Lines.each(func(name string, lines []string) {
			for i, line := range lines {
				if tag != "en" && slices.Contains(first[name], line) {
					t.Errorf("%s: %s is English", tag, name)
				}
				if slices.Contains(lines[:i], line) {
					t.Errorf("%s: %s says the same twice", tag, name)
				}
				for _, hole := range lineHole.FindAllString(strings.Join(first[name], " "), -1) {
					if !strings.Contains(line, hole) {
						t.Errorf("%s: %s lacks %s", tag, name, hole)
					}
				}
				if said := spoken.Of(line, tag, spoken.Full).Say; said != line {
					t.Errorf("%s: %s is not said as it is written: %q", tag, name, said)
				}
			}
			if len(lines) != len(first[name]) {
				t.Errorf("%s: %s has %d lines, English %d", tag, name, len(lines), len(first[name]))
			}
		})
	}
}

func TestReadTongues(t *testing.T) {
	got, err := ReadTongues(strings.NewReader(`{"de":{"greeting":"Moin!","voice":"onyx","fillers":["Sekunde."],"willStart":"Ich hole {name}."},"en":{"greeting":""}}`))
	if err != nil {
		t.Fatal(err)
	}
	de := got["de"]
	if de.Greeting != "Moin!" || de.Voice != "onyx" || len(de.Fillers) != 1 || de.WillStart != "Ich hole {name}." || de.TroubleHearing != german().TroubleHearing || got["en"].Greeting != "" {
		t.Errorf("%+v", de)
	}
	if len(BuiltinTongues()["de"].Fillers) != 2 {
		t.Error("what is built in was changed")
	}
	for want, file := range map[string]string{
		"object of languages":      `[]`,
		`unknown field "wilStart"`: `{"de":{"wilStart":"x"}}`,
		`"de-AT" is no language`:   `{"de-AT":{}}`,
		"fillers is missing":       `{"de":{"fillers":[]}}`,
		"silenceEnd is missing":    `{"de":{"silenceEnd":" "}}`,
		"has {nmae}":               `{"de":{"willStart":"{nmae} kommt."}}`,
		"has {what}":               `{"de":{"willStart":"{what} kommt."}}`,
		"fr: somebody is missing":  `{"fr":{"greeting":"Bonjour"}}`,
		"cannot unmarshal":         `{"de":{"willStart":3}}`,
	} {
		if _, err := ReadTongues(strings.NewReader(file)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", file, err, want)
		}
	}
}

func TestSpokenBy(t *testing.T) {
	for _, test := range []struct{ recognised, text, want string }{
		{"", "What are your opening hours?", "en"}, {"", "Wann haben Sie geöffnet?", "de"}, {"", "Ich möchte meine Bestellung zurückgeben.", "de"},
		{"", "¿A qué hora abren?", "es"}, {"", "Quiero devolver mi pedido, por favor.", "es"}, {"", "Bonjour, je voudrais un renseignement.", "fr"},
		{"", "你们几点开门？", "zh"}, {"", "営業時間を教えてください。", "ja"}, {"", "영업시간이 어떻게 되나요?", "ko"}, {"", "Когда вы работаете?", "ru"},
		{"", "Hola", "es"}, {"", "Guten Tag", "de"}, {"", "Hallo", "de"}, {"", "Okay", ""}, {"", "12345", ""}, {"", "Relevo", ""}, {"", "", ""},
		{"german", "Zalvora Mini Ladegerät kaputt", "de"}, {"de-DE", "Zalvora Mini Ladegerät kaputt", "de"}, {"german", "Okay", ""}, {"german", "I would like to return my order", "en"},
		{"klingon", "Zalvora Mini kaputt", ""}, {"Chinese", "Zalvora Mini Relevo", "zh"},
	} {
		if got := spokenBy(test.recognised, test.text); got != test.want {
			t.Errorf("%q %q: %q, want %q", test.recognised, test.text, got, test.want)
		}
	}
}

// A call in a language has its lines, its voice, its numbers, and the model is
// told.
func TestConfiguredLanguage(t *testing.T) {
	inBubble(t, func(w *world) {
		w.cfg.Language = "de-AT"
		tongues := BuiltinTongues()
		de := tongues["de"]
		de.Voice = "low"
		tongues["de"] = de
		w.cfg.Tongues = tongues
		w.tts.Voices = map[string]float64{"low": 440}
		w.cfg.SpeakLike("")
		voices := recordVoices(w)
		w.llm.FirstToken = 1500 * ms
		w.llm.Reply = func(engine.Request) scripted.Reply { return scripted.Reply{Text: "Das kostet 29,99 €, bitte sehr."} }
		w.begin()
		w.pass(5 * time.Second)
		w.asked400()
		w.pass(8 * time.Second)
		w.wantSaid(0, "Guten Tag, hier ist der virtuelle Assistent.", "Wie kann ich Ihnen helfen?", "Einen Moment.", "Das kostet 29,99 €, bitte sehr.")
		if said := voices(); !slices.Contains(said, "low: Das kostet neunundzwanzig Euro neunundneunzig, bitte sehr.") {
			t.Errorf("the voice was given %q", said)
		}
		if asked := w.asked(); !slices.Contains(asked, "system: Answer in German.") {
			t.Errorf("asked %q", asked)
		}
	})
}

// recordVoices remembers what the TTS is given, with the voice's name.
func recordVoices(w *world) func() []string {
	r := &recorder{world: w}
	w.behind = func(e Engines) Engines { r.TTS, e.TTS = e.TTS, r; return e }
	return func() []string {
		w.mu.Lock()
		defer w.mu.Unlock()
		return append([]string(nil), r.said...)
	}
}

type recorder struct {
	engine.TTS
	world *world
	said  []string
}

func (r *recorder) Speak(ctx context.Context, text, voice string) (engine.SpeechStream, error) {
	r.world.mu.Lock()
	r.said = append(r.said, voice+": "+text)
	r.world.mu.Unlock()
	return r.TTS.Speak(ctx, text, voice)
}

// A caller who changes the language is followed, in mid-call, and back.
func TestLanguageSwitch(t *testing.T) {
	inBubble(t, func(w *world) {
		w.cfg.Language = "auto"
		w.asr.Phrases[500] = "Wann haben Sie denn geöffnet?"
		w.asr.Phrases[600] = "Okay"
		w.llm.FirstToken = 1500 * ms
		w.llm.Reply = func(r engine.Request) scripted.Reply {
			if strings.Contains(r.Messages[len(r.Messages)-1].Text, "geöffnet") {
				return scripted.Reply{Text: "Wir haben bis 18:30 Uhr geöffnet."}
			}
			return scripted.Reply{Text: "We are open until 6:30 p.m. today."}
		}
		voices := recordVoices(w)
		w.begin()
		turn := func(hertz float64, d time.Duration) (said, asked []string) {
			from := w.ear.say(hertz, d)
			w.pass(from - w.now() + 7*time.Second)
			return w.said(from), w.asked()
		}
		said, asked := turn(400, 1500*ms)
		if strings.Join(said, "|") != "One moment.|We are open until 6:30 p.m. today." || !strings.Contains(strings.Join(asked, "\n"), "Answer in English, unless") {
			t.Errorf("said %q, asked %q", said, asked)
		}
		said, asked = turn(500, 1500*ms)
		if strings.Join(said, "|") != "Einen Moment.|Wir haben bis 18:30 Uhr geöffnet." || !strings.Contains(strings.Join(asked, "\n"), "The caller speaks German. Answer in German") {
			t.Errorf("said %q, asked %q", said, asked)
		}
		if all := voices(); !slices.Contains(all, ": Wir haben bis achtzehn Uhr dreißig geöffnet.") || !slices.Contains(all, ": We are open until six thirty in the evening today.") {
			t.Errorf("the voice was given %q", all)
		}
		if _, asked = turn(600, 900*ms); !strings.Contains(strings.Join(asked, "\n"), "Answer in German") {
			t.Errorf("one word changed the language: %q", asked)
		}
		if said, _ = turn(400, 1500*ms); said[0] != "Let me see." && said[0] != "One moment." {
			t.Errorf("said %q", said)
		}
		if told := of[LanguageHeard](w, 0); len(told) != 3 || told[0].Language != "en" || told[1].Language != "de" || told[2].Language != "en" {
			t.Errorf("told of %+v", told)
		}
	})
}

// The recogniser's language counts where the text does not tell.
func TestLanguageOfTheASR(t *testing.T) {
	inBubble(t, func(w *world) {
		w.cfg.Language = "auto"
		w.asr.Phrases[400] = "Zalvora Mini kaputt, Ladegerät defekt"
		w.behind = func(e Engines) Engines { e.ASR = tells{e.ASR}; return e }
		w.begin()
		w.asked400()
		w.pass(3 * time.Second)
		if asked := strings.Join(w.asked(), "\n"); !strings.Contains(asked, "Answer in German") {
			t.Errorf("asked %q", asked)
		}
	})
}

// tells is an ASR that says the language, and must not be told any.
type tells struct{ engine.ASR }

func (a tells) OpenASR(ctx context.Context, lang string) (engine.ASRStream, error) {
	if lang != "" {
		panic("told " + lang)
	}
	s, err := a.ASR.OpenASR(ctx, lang)
	return tellsStream{s}, err
}

type tellsStream struct{ engine.ASRStream }

func (s tellsStream) Finish(ctx context.Context) (engine.Transcript, error) {
	t, err := s.ASRStream.Finish(ctx)
	t.Language = "german"
	return t, err
}

// What is cut of a form that is said in other words than written is cut in the
// written ones.
func TestCutInSpokenForm(t *testing.T) {
	inBubble(t, func(w *world) {
		w.llm.Reply = func(engine.Request) scripted.Reply {
			return scripted.Reply{Text: "It costs **$29.99** with [shipping](https://x.example) and all."}
		}
		w.begin()
		w.asked400()
		begun := 350 * ms // TurnEnd, ASR, model, TTS
		w.pass(begun + 300*ms)
		for len(of[Spoken](w, 0)) == 0 {
			w.pass(20 * ms)
		}
		w.pass(1000 * ms) // "It costs twenty-nine dollars"
		w.agent.Interrupt(ReasonAPI)
		w.pass(100 * ms)
		s := of[Spoken](w, 0)
		last := s[len(s)-1]
		if last.Text != "It costs" || !last.Cut || last.Unspoken != "**$29.99** with [shipping](https://x.example) and all." {
			t.Errorf("%+v", last)
		}
	})
}
