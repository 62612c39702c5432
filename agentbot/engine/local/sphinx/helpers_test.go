package sphinx

import (
	"context"
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/local/flite"
	"github.com/relevo/relevo/agentbot/engine/local/speech"
)

// knowledge is a small shop's knowledge base.
var knowledge = []string{
	"You can return any item within 30 days.",
	"Refunds are paid to the card you paid with within five working days.",
	"Our opening hours are Monday to Friday from nine to six.",
	"The shop is closed on Sunday.",
	"Delivery takes two to three days and costs five dollars.",
	"To cancel an order, tell me your order number.",
	"You can track your order on our web site.",
	"Your parcel is sent with a tracking number.",
	"The Acmetron has a warranty of two years.",
	"Broken items are repaired or replaced free of charge.",
	"You can change your delivery address before the parcel is sent.",
	"We take credit cards and bank transfer.",
	"To reset your password, open the account page.",
	"Gift cards are valid for three years.",
	"I would like to speak to a person.",
	"Can I talk to a human agent please?",
	"I want to talk to someone.",
	"Where is my order?",
	"How do I return an item?",
	"What are your opening hours?",
}

var names = []string{"Acmetron", "Zalvora"}

// callers' sentences: few of them are in the knowledge base word for word.
var sentences = []string{
	"i want to talk to a human agent",
	"what are your opening hours",
	"where is my order",
	"my order has not arrived yet",
	"i would like to return an item",
	"how long does the delivery take",
	"can i pay with a credit card",
	"my acmetron is broken",
	"please cancel my order",
	"i have lost my password",
	"how do i change my delivery address",
	"are you open on sunday",
	"do you have a gift card",
	"thank you very much for your help",
	"when will i get my money back",
}

func newEngine(t testing.TB, o Options) *Engine {
	t.Helper()
	tts, err := flite.New("")
	if err != nil {
		t.Fatal(err)
	}
	o.Phones = tts.Phones
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func shop(t testing.TB) *Engine {
	return newEngine(t, Options{Sentences: knowledge, Names: names})
}

func open(t testing.TB, e *Engine) engine.ASRStream {
	t.Helper()
	s, err := e.OpenASR(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// spoken is text as a caller's utterance, between pauses.
func spoken(t testing.TB, text, voice string) []int16 {
	t.Helper()
	pcm, err := speech.Say(t.Context(), text, voice)
	if err != nil {
		t.Fatal(err)
	}
	return speech.Pad(pcm, 300*time.Millisecond, 300*time.Millisecond)
}

// recognise writes an utterance in frames and finishes it.
func recognise(ctx context.Context, s engine.ASRStream, pcm []int16) (engine.Transcript, error) {
	for len(pcm) > 0 {
		n := min(engine.FrameSamples, len(pcm))
		if _, _, err := s.Write(ctx, pcm[:n]); err != nil {
			return engine.Transcript{}, err
		}
		pcm = pcm[n:]
	}
	return s.Finish(ctx)
}
