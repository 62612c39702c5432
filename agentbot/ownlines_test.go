package agentbot

import "testing"

func TestOwnLines(t *testing.T) {
	own := OwnLines(Config{Greeting: "Welcome to the shop!", Lines: Lines{Requested: "Help is on its way."}})
	for text, want := range map[string]bool{
		"You are number 3 in line. It should take about 12 minutes.": true,
		"It should only take about a minute.":                        true,
		"I understood carla dot may at example dot com.":             true,
		"Is that right?": true,
		"I am connecting you to Bob Miller now. Please stay on the line.": true,
		"Sie sind an Stelle 1 in der Warteschlange.":                      true,
		"您好，我是智能助理。请问有什么可以帮您？":                                            true,
		"Welcome to the shop!":                                                       true,
		"Help is on its way.":                                                        true,
		"Then please hold its button for ten seconds.":                               false,
		"One moment. Your order was sent yesterday.":                                 false,
		"You are number 3 in line. It should take about 12 minutes. Or buy another.": false,
		"": false,
	} {
		if got := own(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
