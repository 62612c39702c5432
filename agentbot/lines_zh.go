package agentbot

func chinese() Tongue {
	return Tongue{Greeting: "您好，我是智能助理。请问有什么可以帮您？", Lines: Lines{
		Somebody:  "我的同事",
		WillStart: "现在为您转接{name}，请不要挂断。",
		StillWaiting: []string{
			"请稍等片刻。",
			"正在为您转接，感谢您的耐心等待。",
			"感谢您的等待，我还在线上。",
		},
		Failed:           "很抱歉，没有接通。我会继续为您服务。",
		Lost:             "很抱歉，与{name}的连接中断了。我还在线上。",
		Returned:         "我回来了。请问还有什么可以帮您？",
		Transferred:      "{name}正在为您转接另一位同事，请不要挂断，我先陪着您。",
		Requested:        "我已经联系同事了。在此期间，我可以继续帮您。",
		Fillers:          []string{"请稍等。", "我看一下。"},
		Offer:            "抱歉，这个我不清楚。要我为您找一位同事吗？",
		OfferUpset:       "给您带来不便，非常抱歉。要我为您找一位同事吗？",
		OfferUnheard:     "抱歉，我没能听懂您的意思。要我为您找一位同事吗？",
		OfferPhrase:      "这件事我的同事能更好地帮您。要我为您找一位吗？",
		OfferAccepted:    "好的，我已经联系同事了。在此期间，我可以继续帮您。",
		OfferDeclined:    "好的。请问还有什么可以帮您？",
		RequestedUnknown: "抱歉，这个我也不清楚。我已经联系同事了。",
		UnknownWaiting:   "这个问题请我的同事来回答，他会尽快为您服务。",
		Refusal:          "抱歉，这个我不方便谈。请问还有什么可以帮您？",
		ConfirmTool:      "跟您确认一下：{what}。可以吗？",
		ToolWaits:        []string{"这需要一点时间，感谢您的耐心。", "我还在等待结果。", "应该很快就好。"},
		SilenceQuestion:  "请问您还在吗？",
		SilenceAgain:     "我听不到您的声音。如果您还在，请说句话。",
		SilenceEnd:       "我还是听不到您的声音，先结束通话了。欢迎您随时再打来，再见。",
		TroubleHearing:   "抱歉，我没有听清楚。请您再说一遍好吗？",
		TroubleThinking:  "抱歉，我暂时找不到答案。请您再问一次好吗？",
		TroubleSpeaking:  "抱歉，我现在说话有些困难。",
	}}
}
