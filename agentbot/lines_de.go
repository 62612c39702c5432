package agentbot

func german() Tongue {
	return Tongue{Greeting: "Guten Tag, hier ist der virtuelle Assistent. Wie kann ich Ihnen helfen?", Lines: Lines{
		Somebody:  "jemandem aus dem Team",
		WillStart: "Ich verbinde Sie jetzt mit {name}. Bitte bleiben Sie dran.",
		StillWaiting: []string{
			"Es dauert nur noch einen Moment.",
			"Ich verbinde Sie weiterhin. Danke für Ihre Geduld.",
			"Danke fürs Warten. Ich bin noch für Sie da.",
		},
		Failed:           "Das hat leider nicht geklappt. Ich bin weiterhin für Sie da.",
		Lost:             "Die Verbindung zu {name} ist leider abgebrochen. Ich bin noch für Sie da.",
		Returned:         "Da bin ich wieder. Was kann ich noch für Sie tun?",
		Transferred:      "{name} verbindet Sie mit jemand anderem aus dem Team. Bitte bleiben Sie dran, ich bin so lange für Sie da.",
		Requested:        "Ich habe jemanden aus dem Team dazugebeten. Bis dahin helfe ich Ihnen gern weiter.",
		Fillers:          []string{"Einen Moment.", "Ich sehe mal nach."},
		Offer:            "Das weiß ich leider nicht. Soll ich jemanden aus dem Team dazuholen?",
		OfferUpset:       "Es tut mir leid, dass Sie Ärger haben. Soll ich jemanden aus dem Team dazuholen?",
		OfferUnheard:     "Ich verstehe Sie leider nicht gut. Soll ich jemanden aus dem Team dazuholen?",
		OfferPhrase:      "Dabei kann Ihnen jemand aus dem Team besser helfen. Soll ich jemanden dazuholen?",
		OfferAccepted:    "Gut, ich habe jemanden aus dem Team dazugebeten. Bis dahin helfe ich Ihnen gern weiter.",
		OfferDeclined:    "In Ordnung. Was kann ich noch für Sie tun?",
		RequestedUnknown: "Auch das weiß ich leider nicht. Ich habe jemanden aus dem Team dazugebeten.",
		UnknownWaiting:   "Das kann Ihnen jemand aus dem Team beantworten, der so bald wie möglich für Sie da ist.",
		Refusal:          "Darüber kann ich leider nicht sprechen. Was kann ich noch für Sie tun?",
		ConfirmTool:      "Nur zur Sicherheit: {what}. Soll ich das so machen?",
		ToolWaits:        []string{"Das dauert einen Moment. Danke für Ihre Geduld.", "Ich warte noch auf die Antwort.", "Es sollte gleich so weit sein."},
		SilenceQuestion:  "Sind Sie noch da?",
		SilenceAgain:     "Ich höre Sie nicht. Wenn Sie noch da sind, sagen Sie bitte etwas.",
		SilenceEnd:       "Ich höre Sie leider immer noch nicht und beende jetzt das Gespräch. Rufen Sie gern wieder an. Auf Wiederhören.",
		TroubleHearing:   "Entschuldigung, das habe ich nicht richtig verstanden. Können Sie es noch einmal sagen?",
		TroubleThinking:  "Entschuldigung, ich finde gerade keine Antwort. Können Sie mich noch einmal fragen?",
		TroubleSpeaking:  "Entschuldigung, ich habe gerade Schwierigkeiten zu sprechen.",
	}}
}
