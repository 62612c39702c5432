package agentbot

func spanish() Tongue {
	return Tongue{Greeting: "Hola, soy el asistente virtual. ¿En qué puedo ayudarle?", Lines: Lines{
		Somebody:  "un compañero",
		WillStart: "Ahora le paso con {name}. No cuelgue, por favor.",
		StillWaiting: []string{
			"Será solo un momento.",
			"Sigo intentando pasarle. Gracias por su paciencia.",
			"Gracias por esperar. Sigo aquí con usted.",
		},
		Failed:           "Lo siento, no ha funcionado. Sigo aquí para ayudarle.",
		Lost:             "Lo siento, hemos perdido la conexión con {name}. Sigo aquí con usted.",
		Returned:         "Ya estoy de vuelta con usted. ¿En qué más puedo ayudarle?",
		Transferred:      "{name} le pasa con otra persona del equipo. No cuelgue, por favor; mientras tanto sigo aquí con usted.",
		Requested:        "He avisado a un compañero. Mientras tanto puedo seguir ayudándole.",
		Fillers:          []string{"Un momento.", "Déjeme ver."},
		Offer:            "Lo siento, eso no lo sé. ¿Quiere que avise a un compañero?",
		OfferUpset:       "Lamento las molestias. ¿Quiere que avise a un compañero?",
		OfferUnheard:     "Lo siento, no le entiendo bien. ¿Quiere que avise a un compañero?",
		OfferPhrase:      "Un compañero puede ayudarle mejor con eso. ¿Quiere que avise a uno?",
		OfferAccepted:    "De acuerdo, he avisado a un compañero. Mientras tanto puedo seguir ayudándole.",
		OfferDeclined:    "De acuerdo. ¿En qué más puedo ayudarle?",
		RequestedUnknown: "Lo siento, eso tampoco lo sé. He avisado a un compañero.",
		UnknownWaiting:   "Eso se lo podrá decir mi compañero, que le atenderá en cuanto pueda.",
		Refusal:          "Lo siento, de eso no puedo hablar. ¿En qué más puedo ayudarle?",
		ConfirmTool:      "Solo para confirmar: {what}. ¿Lo hago?",
		ToolWaits:        []string{"Esto tarda un momento. Gracias por su paciencia.", "Sigo esperando la respuesta.", "Ya no debería tardar mucho."},
		SilenceQuestion:  "¿Sigue ahí?",
		SilenceAgain:     "No le oigo. Si sigue ahí, diga algo, por favor.",
		SilenceEnd:       "Sigo sin oírle, así que voy a terminar la llamada. Llámenos de nuevo cuando quiera. Adiós.",
		TroubleHearing:   "Perdone, no le he oído bien. ¿Puede repetirlo?",
		TroubleThinking:  "Perdone, me cuesta encontrar una respuesta. ¿Puede preguntármelo otra vez?",
		TroubleSpeaking:  "Perdone, ahora mismo tengo problemas para hablar.",
	}}
}
