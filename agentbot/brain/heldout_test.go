package brain

import "testing"

// The tables of cases_test.go were used to tune the brain, these are not: their
// rates are the ones to believe. To mend a case that fails here, move it there
// and write another.
var heldOutAnswerable = []struct{ question, source string }{
	{"when is your shop open", "hours.md"},
	{"are you there on sundays too", "hours.md#weekend"},
	{"do you work on public holidays", "hours.md#holidays"},
	{"how do i get to your place", "stores.md"},
	{"where should i park when i come", "stores.md#parking"},
	{"can i look at the coffee machine before i buy it", "stores.md#try-before-you-buy"},
	{"i ordered online and want to collect it at the shop", "stores.md#pick-up-in-store"},
	{"how many days does it take until it is delivered", "shipping.md"},
	{"do i have to pay for delivery", "shipping.md#shipping-cost"},
	{"do you also deliver outside of the country", "shipping.md#shipping-abroad"},
	{"where do i see where my parcel is", "shipping.md#tracking"},
	{"the box has a big hole and the kettle is cracked", "shipping.md#damaged-parcel"},
	{"how can i give something back that i do not like", "returns.md"},
	{"when do you pay me back", "returns.md#refunds"},
	{"i threw away the receipt can i still return it", "returns.md#receipt"},
	{"do you take visa", "payment.md"},
	{"i would like to pay every month a part of it", "payment.md#instalments"},
	{"why was my card refused", "payment.md#payment-failed"},
	{"for how long do i have warranty", "warranty.md"},
	{"it fell on the floor does the warranty pay for that", "warranty.md#what-it-covers"},
	{"how many days will the repair take", "repairs.md#repair-time"},
	{"i need a new filter where do i get it", "repairs.md#spare-parts"},
	{"for how long can i use a gift card", "gift-cards.md"},
	{"please stop my order i do not want it any more", "orders.md#cancel-an-order"},
	{"my password does not work", "account.md#password"},
	{"please delete everything you know about me", "account.md#your-data"},
	{"do students pay less", "offers.md"},
	{"how much money is the acmetron", "products/acmetron.md#acmetron-price"},
	{"how long can the acmetron clean with one charge", "products/acmetron.md#acmetron-battery"},
	{"is the zalvora available in white", "products/zalvora.md#zalvora-colours"},
	{"does the brinova have a bulb i can change", "products/brinova.md#brinova-bulb"},
	{"how quickly does the quellio boil water", "products/quellio.md#quellio-capacity"},
}

var heldOutHuman = []string{
	"i'd love to chat with an actual human", "is it possible to speak with a person", "get me your supervisor", "i need an employee on the phone",
	"just give me a human", "may i talk to somebody else", "i demand to speak to a manager", "human operator", "could you transfer this call to an agent",
	"please pass me to a colleague", "i want to speak with customer support", "i am done with this bot", "i prefer talking to people",
	"let me have a real person", "how do i reach a human being", "someone real please", "put a human on the phone", "can you fetch a colleague",
	"no i want to talk to a person", "speak with representative", "i want to talk to a you man", "want to speak to a human a gent",
}

var heldOutLooks = []string{
	"does a human read this", "were you made by humans", "is the shop run by a family", "my agent bought it for me", "do people like the brinova",
	"i have asked someone in the store already", "how many employees do you have", "the man at the counter was nice", "are your operators in this country",
	"i sent a message to your customer service last week", "can a person in a wheelchair get in", "does the robot see people", "nobody called me back yesterday",
	"i do not need to talk to anybody", "what does the representative of the brand say about beans", "is a manager needed to cancel an order",
	"this is a present for a special person", "the technician broke my zalvora", "who can talk to the acmetron app", "i would rather not talk to a human",
}

func TestHeldOut(t *testing.T) {
	b := newBrain(t)
	right := 0
	for _, test := range heldOutAnswerable {
		if r := chat(t, b, tools, user(test.question)); r.sources == test.source && r.call == nil {
			right++
		} else {
			t.Logf("%q: %s (%.2f), want %s", test.question, r.sources, r.confidence, test.source)
		}
	}
	report(t, "held out: answered right", right, len(heldOutAnswerable), 0.8)
	right = 0
	for _, text := range heldOutHuman {
		if r := chat(t, b, tools, user(text)); r.call != nil {
			right++
		} else {
			t.Logf("missed %q: %q", text, r.text)
		}
	}
	report(t, "held out: human requests detected", right, len(heldOutHuman), 0.8)
	right = 0
	for _, text := range heldOutLooks {
		if r := chat(t, b, tools, user(text)); r.call == nil {
			right++
		} else {
			t.Logf("false %q", text)
		}
	}
	report(t, "held out: look-alikes left alone", right, len(heldOutLooks), 0.8)
}
