package wire

// NewResult is a new, empty value of the result of a client's method, nil where
// there is no such method.
func NewResult(method string) any {
	switch method {
	case MethodJoin:
		return new(JoinResult)
	case MethodNegotiate:
		return new(NegotiateResult)
	case MethodMessage:
		return new(MessageResult)
	case MethodTakeover:
		return new(TakeoverResult)
	case MethodWatchDesk:
		return new(WatchDeskResult)
	case MethodWatchCalls:
		return new(WatchCallsResult)
	}
	if NewParams(method) == nil {
		return nil
	}
	return new(Empty)
}

// NewNotification is a new, empty value of the params of a server's
// notification, nil where there is no such notification.
func NewNotification(method string) any {
	switch method {
	case NotifyCandidate:
		return new(Candidate)
	case NotifyParticipantJoined:
		return new(ParticipantJoined)
	case NotifyParticipantSpeaksTo:
		return new(ParticipantSpeaksTo)
	case NotifyDeskChanged:
		return new(DeskChanged)
	case NotifyDeskOffer:
		return new(DeskOffer)
	case NotifyDeskOfferGone:
		return new(DeskOfferGone)
	case NotifyDeskClaim:
		return new(DeskClaim)
	case NotifyDeskConsult:
		return new(DeskConsult)
	case NotifyDeskPresence:
		return new(DeskPresence)
	case NotifyDeskAlert:
		return new(DeskAlert)
	case NotifyDeskSettings:
		return new(DeskSettings)
	case NotifyParticipantLeft:
		return new(ParticipantLeft)
	case NotifySlots:
		return new(Slots)
	case NotifyCallState:
		return new(CallState)
	case NotifyHandoff:
		return new(Handoff)
	case NotifyHumanTakeoverWillStart:
		return new(HumanTakeoverWillStart)
	case NotifyHumanTakeoverConnected:
		return new(HumanTakeoverConnected)
	case NotifyHumanTakeoverFailed:
		return new(HumanTakeoverFailed)
	case NotifyHumanTakeoverEnded:
		return new(HumanTakeoverEnded)
	case NotifyAgentWillLeave:
		return new(AgentWillLeave)
	case NotifyEntry:
		return new(Entry)
	case NotifyError:
		return new(Fault)
	case NotifyClosed:
		return new(Closed)
	case NotifyCallSummary:
		return new(CallSummary)
	case NotifyCallGone:
		return new(CallGone)
	}
	return nil
}
