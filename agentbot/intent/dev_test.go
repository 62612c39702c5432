package intent

import "testing"

func TestSome(t *testing.T) {
	for text, want := range map[string]bool{
		"my husband is an operator": false, "eres humano": false, "hay alguna persona que me pueda atender": true, "transfiérame con servicio al cliente": true,
		"me pones con un humano": true, "is anybody there who can help me in person": true, "I'd like to be a sales representative at your store one day": false,
		"you're a robot, I want someone who understands me": true, "this is not a human": false, "yes i want a human": true, "Je voudrais parler à un conseiller": true,
		"Passez-moi un humain s'il vous plaît": true, "Vous êtes un robot ?": false, "担当者に代わってください": true, "人間と話したいです": true, "オペレーターにつないで": true, "あなたは人間ですか": false,
	} {
		if s := Human(text); (s >= Sure) != want {
			t.Errorf("%q %.2f want %v", text, s, want)
		}
	}
}

func BenchmarkHuman(b *testing.B) {
	for b.Loop() {
		Human("uh hello so my order has not arrived yet and i would really like to speak to one of your colleagues about that please")
	}
}

func BenchmarkDistress(b *testing.B) {
	for b.Loop() {
		Distress("uh hello so my order has not arrived yet and this is really ridiculous, I have been waiting for three weeks now!")
	}
}
