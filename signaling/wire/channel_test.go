package wire

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDecodeClientEnvelope(t *testing.T) {
	for _, tt := range []struct {
		in   string
		kind ErrorKind // "": fine
	}{
		{`{"type":1101,"seqId":1,"epoch":0}`, ""},
		{`{"type":1101}`, ""},
		{`{"type":1101,"data":{}}`, ""},
		{`{"type":1102,"data":{"enable":true}}`, ""},
		{`{"type":1102}`, KindBadRequest},
		{`{"type":1102,"data":null}`, KindBadRequest},
		{`{"type":1102,"data":{"enable":"yes"}}`, KindBadRequest},
		{`{"type":1111,"data":{"text":"hi","enableInterrupt":true}}`, ""},
		{`{"type":1111,"data":{"text":""}}`, KindBadRequest},
		{`{"type":1111,"data":{"text":"` + strings.Repeat("x", MaxText+1) + `"}}`, KindBadRequest},
		{`{"type":1112,"data":{"message":"m"}}`, ""},
		{`{"type":1112,"data":{"message":"` + strings.Repeat("x", MaxText+1) + `"}}`, KindBadRequest},
		{`{"type":1002,"data":{"text":"I am the agent"}}`, KindNotFound},
		{`{"type":9999}`, KindNotFound},
		{`{"type":"1101"}`, KindBadRequest},
		{`{"type":1101,"seqId":-1}`, KindBadRequest},
		{`{}`, KindNotFound},
		{`null`, KindBadRequest},
		{`[]`, KindBadRequest},
		{``, KindBadRequest},
		{"\xff", KindBadRequest},
		{`{"type":1101,"senderId":"` + strings.Repeat("x", 200) + `"}`, KindBadRequest},
		{strings.Repeat("[", 70_000), KindTooLarge},
		{strings.Repeat("[", 60_000), KindBadRequest},
	} {
		_, _, err := DecodeClientEnvelope([]byte(tt.in))
		var kind ErrorKind
		if err != nil {
			kind = AsError(err).Kind
		}
		if kind != tt.kind {
			t.Errorf("%.80s: %v, want kind %q", tt.in, err, tt.kind)
		}
	}
}

func TestEnvelopeRoundTrip(t *testing.T) {
	in := Envelope{Type: TypeUserSubtitle, SeqID: 7, SenderID: "a", ReceiverID: "b", Epoch: 3}
	sub := Subtitle{Text: "grüß", SentenceID: "s", End: true, Rev: 2, SpeakerID: "a", Time: 5, Seq: 9, Cut: true}
	b, err := in.Encode(sub)
	if err != nil {
		t.Fatal(err)
	}
	out, err := DecodeEnvelope(b)
	if err != nil {
		t.Fatal(err)
	}
	d, err := DataOf(out)
	if err != nil || !reflect.DeepEqual(*d.(*Subtitle), sub) || out.SeqID != 7 || out.Epoch != 3 || out.SenderID != "a" {
		t.Errorf("%s became %+v, %+v, %v", b, out, d, err)
	}
}

// delta is an agent's subtitle message; final when end.
func delta(id, text string, offset, rev int, end bool) Subtitle {
	return Subtitle{SentenceID: id, Text: text, Offset: offset, Rev: rev, End: end, SpeakerID: "ai"}
}

func TestSubtitleView(t *testing.T) {
	for _, tt := range []struct {
		name string
		t    Type
		in   []Subtitle
		want string
		end  bool
	}{
		{"deltas", TypeAgentSubtitle, []Subtitle{delta("s", "Grüß", 0, 1, false), delta("s", " Gott", 4, 2, false)}, "Grüß Gott", false},
		{"twice", TypeAgentSubtitle, []Subtitle{delta("s", "a", 0, 1, false), delta("s", "b", 1, 2, false), delta("s", "b", 1, 2, false)}, "ab", false},
		{"corrected", TypeAgentSubtitle, []Subtitle{delta("s", "one two", 0, 1, false), delta("s", "three", 4, 2, false)}, "one three", false},
		{"stale", TypeAgentSubtitle, []Subtitle{delta("s", "ab", 0, 1, false), delta("s", "cd", 2, 2, false), delta("s", "xx", 0, 1, false)}, "abcd", false},
		{"hole", TypeAgentSubtitle, []Subtitle{delta("s", "ab", 0, 1, false), delta("s", "ef", 4, 3, false)}, "ab", false},
		{"hole healed", TypeAgentSubtitle, []Subtitle{delta("s", "ab", 0, 1, false), delta("s", "ef", 4, 3, false), delta("s", "abcdef", 0, 4, true)}, "abcdef", true},
		{"beginning missing", TypeAgentSubtitle, []Subtitle{delta("s", "ef", 4, 3, false)}, "", false},
		{"final cuts", TypeAgentSubtitle, []Subtitle{delta("s", "ab cd", 0, 1, false), delta("s", "ab", 0, 2, true)}, "ab", true},
		{"after the final", TypeAgentSubtitle, []Subtitle{delta("s", "ab", 0, 2, true), delta("s", " more", 2, 3, false), delta("s", "other", 0, 4, true)}, "ab", true},
		{"final with rev 0", TypeAgentSubtitle, []Subtitle{delta("s", "ab", 0, 5, false), delta("s", "abc", 0, 0, true)}, "abc", true},
		{"negative offset", TypeAgentSubtitle, []Subtitle{delta("s", "ab", 0, 1, false), delta("s", "x", -1, 2, false)}, "ab", false},
		{"cumulative", TypeUserSubtitle, []Subtitle{delta("s", "wear", 0, 1, false), delta("s", "where is", 0, 2, false)}, "where is", false},
		{"cumulative stale", TypeHumanSubtitle, []Subtitle{delta("s", "where is", 0, 2, false), delta("s", "wear", 0, 1, false)}, "where is", false},
		{"cumulative ignores offset", TypeUserSubtitle, []Subtitle{delta("s", "where", 3, 1, false)}, "where", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var v SubtitleView
			for _, s := range tt.in {
				v.Apply(envelopeOf(t, tt.t, s))
			}
			if got := v.Text(tt.t, "s"); got != tt.want {
				t.Errorf("text %q, want %q", got, tt.want)
			}
			if list := v.Sentences(); tt.want != "" && (len(list) != 1 || list[0].End != tt.end) {
				t.Errorf("sentences %+v", list)
			}
		})
	}
}

func envelopeOf(t interface{ Fatal(...any) }, typ Type, s Subtitle) Envelope {
	b, err := Envelope{Type: typ}.Encode(s)
	if err != nil {
		t.Fatal(err)
	}
	e, err := DecodeEnvelope(b)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestSubtitleViewOrderAndLimit(t *testing.T) {
	var v SubtitleView
	v.ApplySubtitle(TypeUserSubtitle, Subtitle{SentenceID: "live", Text: "live", Rev: 1})
	for _, seq := range []int64{3, 1, 2} {
		v.ApplySubtitle(TypeUserSubtitle, Subtitle{SentenceID: fmt.Sprint(seq), Text: "x", End: true, Backlog: true, Seq: seq})
	}
	var order []string
	for _, s := range v.Sentences() {
		order = append(order, s.ID)
	}
	if want := []string{"1", "2", "3", "live"}; !reflect.DeepEqual(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
	if !v.ApplySubtitle(TypeUserSubtitle, Subtitle{SentenceID: "live", Text: "live!", End: true, Seq: 4}) {
		t.Error("the final one changed nothing")
	}
	v = SubtitleView{Limit: 2}
	for i := range 5 {
		v.ApplySubtitle(TypeUserSubtitle, Subtitle{SentenceID: fmt.Sprint(i), Text: "x"})
	}
	if list := v.Sentences(); len(list) != 2 || list[1].ID != "4" || len(v.byID) != 2 {
		t.Errorf("kept %+v", list)
	}
}

// Deltas of a growing sentence, with any of them repeated or late, always give
// the sentence, and a final one always heals what was lost.
func TestSubtitleViewProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		full := []rune(rapid.StringOfN(rapid.RuneFrom([]rune("aé漢😀 .")), 1, 60, -1).Draw(t, "text"))
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		var msgs []Subtitle
		for at, rev := 0, 1; at < len(full); rev++ {
			n := min(1+rng.IntN(8), len(full)-at)
			msgs = append(msgs, delta("s", string(full[at:at+n]), at, rev, false))
			at += n
		}
		var v SubtitleView
		for i, m := range msgs {
			v.ApplySubtitle(TypeAgentSubtitle, m)
			for range rng.IntN(3) { // something old again
				v.ApplySubtitle(TypeAgentSubtitle, msgs[rng.IntN(i+1)])
			}
		}
		if got := v.Text(TypeAgentSubtitle, "s"); got != string(full) {
			t.Fatalf("got %q, want %q", got, string(full))
		}
		var lossy SubtitleView
		for _, m := range msgs {
			if rng.IntN(3) > 0 {
				lossy.ApplySubtitle(TypeAgentSubtitle, m)
			}
			if got := lossy.Text(TypeAgentSubtitle, "s"); !strings.HasPrefix(string(full), got) {
				t.Fatalf("with losses %q, no beginning of %q", got, string(full))
			}
		}
		lossy.ApplySubtitle(TypeAgentSubtitle, delta("s", string(full), 0, len(msgs)+1, true))
		if got := lossy.Text(TypeAgentSubtitle, "s"); got != string(full) {
			t.Fatalf("final %q, want %q", got, string(full))
		}
	})
}

func FuzzEnvelope(f *testing.F) {
	for _, s := range []string{`{"type":1111,"data":{"text":"hi","enableInterrupt":true},"seqId":1,"epoch":0}`, `{"type":1101}`, `{"type":1105,"data":{"enable":true}}`,
		`{"type":2000,"data":{"kind":"begin","from":1,"to":2}}`, `{"type":1112,"data":{"message":"\u0000"}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, d, err := DecodeClientEnvelope(b)
		if err != nil {
			if AsError(err).Kind == KindInternal {
				t.Fatalf("%v is our fault", err)
			}
			return
		}
		out, err := Envelope{Type: e.Type, SeqID: e.SeqID, Epoch: e.Epoch, SenderID: e.SenderID, ReceiverID: e.ReceiverID}.Encode(d)
		if err != nil {
			t.Fatal(err)
		}
		if _, d2, err := DecodeClientEnvelope(out); (err != nil || !reflect.DeepEqual(d, d2)) && len(out) <= MaxEnvelope {
			t.Fatalf("%s became %s: %v", b, out, err)
		}
	})
}

func FuzzSubtitleView(f *testing.F) {
	f.Add([]byte(`{"type":1002,"data":{"text":"ab","sentenceId":"s","offset":0,"rev":1}}`), []byte(`{"type":1002,"data":{"text":"c","sentenceId":"s","offset":2,"rev":2}}`))
	f.Add([]byte(`{"type":1003,"data":{"text":"ab","sentenceId":"s","rev":1,"end":true}}`), []byte(`{"type":1002,"data":{"text":"c","sentenceId":"s","offset":99999999,"rev":2}}`))
	f.Add([]byte(`{"type":2003,"data":{"text":"x","sentenceId":"a","seq":2,"backlog":true,"end":true}}`), []byte(`{"type":2003,"data":{"text":"y","sentenceId":"b","seq":1,"backlog":true,"end":true}}`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		v := SubtitleView{Limit: 4}
		for _, raw := range [][]byte{a, b, a, b, b} {
			e, err := DecodeEnvelope(raw)
			if err != nil {
				continue
			}
			v.Apply(e)
			before := v.Sentences()
			if v.Apply(e) || !reflect.DeepEqual(before, v.Sentences()) {
				t.Fatalf("%s twice changed the view", raw)
			}
		}
		for _, s := range v.Sentences() {
			if len([]rune(s.Text)) > MaxSentence {
				t.Fatalf("a sentence of %d bytes", len(s.Text))
			}
		}
	})
}
