package agentbot

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
	"github.com/relevo/relevo/agentbot/knowledge"
	"github.com/relevo/relevo/agentbot/rag"
)

// answers are what models say about the shop that ships: in their own words and
// right, or made up.
var answers = []struct {
	asked, reply string
	right        bool
}{
	{"How long do I have to return something?", "You have 30 days to return it, and it won't cost you anything.", true},
	{"When do I get my money back?", "You'll get your money back within 5 working days after we receive the parcel.", true},
	{"Can I return an opened box?", "Yes, you can open the box and try the machine for a few days. Just clean it before you send it back.", true},
	{"How much is shipping?", "Standard shipping is $4.90, and it's free for orders from $50.", true},
	{"What does express cost?", "Express delivery costs $12.", true},
	{"Do you ship to France?", "Yes, we ship to all of Europe. It takes 4 to 6 working days and costs $14.", true},
	{"My parcel arrived damaged, what do I do?", "I'm sorry to hear that. Please keep the box, take a picture and send it to help@marlowfinch.example within 7 days.", true},
	{"When are you open on Saturday?", "On Saturday we're open from 10 to 4.", true},
	{"When do you open on weekdays?", "We're open Monday to Friday from 9 am to 6 pm.", true},
	{"Are you open on Sunday?", "No, I'm afraid we are closed on Sunday.", true},
	{"How can I pay?", "You can pay with a credit card, PayPal, by bank transfer or with a gift card.", true},
	{"Can I pay in instalments?", "Sure, from 200 dollars you can pay in three monthly instalments without interest.", true},
	{"How long is the warranty?", "The warranty is two years, and five years for the motors of the robot vacuums.", true},
	{"Does the warranty cover water damage?", "No, water damage isn't covered.", true},
	{"How long are gift cards valid?", "Gift cards are valid for 3 years.", true},
	{"How much does the Acmetron cost?", "The Acmetron costs $349, including the charging station.", true},
	{"How long does the battery of the Acmetron last?", "The battery lasts two and a half hours and charges in 3 hours.", true},
	{"What colours does the Acmetron come in?", "It's available in white and dark grey.", true},
	{"Is the Acmetron loud?", "In quiet mode it makes about 55 decibels.", true},
	{"Can I cancel my order?", "You can cancel it under My orders until it leaves our warehouse.", true},
	{"Hello, how are you?", "Hi! I'm doing great, thank you. How can I help you today?", true},
	{"Thank you very much", "You're welcome! Is there anything else I can help you with?", true},
	{"who won the football game last night", "I'm sorry, I don't know that. Would you like me to connect you with a colleague?", true},

	{"How long do I have to return something?", "You have 60 days to return it.", false},
	{"When do I get my money back?", "Refunds arrive within 24 hours.", false},
	{"How much is shipping?", "Shipping is $7.50 for every order.", false},
	{"What does express cost?", "Express delivery costs $25.", false},
	{"Do you ship to France?", "Yes, our carrier DHL brings it to Lyon within 48 hours.", false},
	{"My parcel arrived damaged, what do I do?", "Please write to complaints@marlowfinch.example about it.", false},
	{"When are you open on Saturday?", "On Saturday we are open from 8 to 8.", false},
	{"When do you open on weekdays?", "Our store opens at 7:30 in the morning.", false},
	{"How can I pay?", "We happily accept Bitcoin, Klarna and Revolut.", false},
	{"How long is the warranty?", "The warranty is seven years on everything.", false},
	{"How much does the Acmetron cost?", "It is on sale for $199 this week.", false},
	{"How long does the battery of the Acmetron last?", "The battery lasts nine hours.", false},
	{"Is the Acmetron loud?", "It only makes 30 decibels.", false},
	{"who won the football game last night", "The Eagles won by three points.", false},
	{"can you book me a flight to london", "Yes, I have booked your flight for tomorrow.", false},
	{"what is the weather in paris", "It is sunny and 24 degrees.", false},
	{"who is the president of france", "The president is Emmanuel Macron.", false},
	{"can you lend me some money", "Of course, we can lend you money.", false},
	{"do you sell horses", "Yes, we do.", false},
}

// What a model says about the shop is said when it is right, in whatever words,
// and not when it is made up; but for a few that are made of the right words,
// which only a second model sees.
func TestGroundedAnswers(t *testing.T) {
	base, err := knowledge.Load(knowledge.Shop())
	if err != nil {
		t.Fatal(err)
	}
	all, wrong := map[bool]int{}, map[bool]int{}
	for _, a := range answers {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.tts = &scripted.TTS{FirstSample: 20 * ms, PerWord: 20 * ms}
			w.llm = &scripted.LLM{FirstToken: 20 * ms, Reply: func(engine.Request) scripted.Reply { return scripted.Reply{Text: a.reply} }}
			w.behind = func(e Engines) Engines {
				l, err := rag.New(rag.Config{LLM: e.LLM, Knowledge: base})
				if err != nil {
					t.Fatal(err)
				}
				e.LLM = l
				return e
			}
			w.begin()
			w.agent.Typed(w.caller, a.asked, false)
			w.pass(4 * time.Second)
			said := strings.Join(w.said(0), " ")
			all[a.right]++
			if (said == a.reply) != a.right {
				wrong[a.right]++
				t.Logf("%q: wrote %q, said %q", a.asked, a.reply, said)
			}
		})
	}
	t.Logf("%d of %d right answers were not said, %d of %d made-up ones were", wrong[true], all[true], wrong[false], all[false])
	if 20*wrong[true] > all[true] || 7*wrong[false] > all[false] {
		t.Error("the check is not what it was")
	}
}
