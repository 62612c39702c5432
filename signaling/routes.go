package signaling

import (
	"net/http"
	"strings"

	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts/export"
)

func body[T any, P interface {
	*T
	wire.Validator
}]() func() wire.Validator {
	return func() wire.Validator { return P(new(T)) }
}

// routes is the API as one table: what is served, and what openapi.json says.
func (s *Server) routes() []route {
	const get, post, del = http.MethodGet, http.MethodPost, http.MethodDelete
	live := []wire.ErrorKind{wire.KindNotFound, wire.KindGone}
	changing := append([]wire.ErrorKind{wire.KindConflict}, live...)
	rs := []route{
		{method: post, path: "/v1/calls", summary: "Create a call and a token for its caller", who: byApp,
			body: body[wire.CreateCall](), result: wire.CreateCallResult{}, status: 201,
			errors: []wire.ErrorKind{wire.KindConflict, wire.KindUnavailable}, bodyExample: exCreateCall, example: exCreateCallResult, serve: s.createCall},
		{method: get, path: "/v1/calls", summary: "List calls, newest first", who: byApp | byDesk,
			query: []param{{"live", "boolean", "only calls that have not ended"}, {"limit", "integer", "1 to 1000, 100 when absent"},
				{"before", "integer", "only calls created before this time, in Unix milliseconds"}},
			result: wire.CallList{}, status: 200, example: exCallList, serve: s.listCalls},
		{method: get, path: "/v1/calls/{id}", summary: "One call", who: byApp | byDesk,
			result: wire.CallRecord{}, status: 200, errors: []wire.ErrorKind{wire.KindNotFound}, example: exCallRecord, serve: s.getCall},
		{method: del, path: "/v1/calls/{id}", summary: "End a call for everybody", who: byApp,
			status: 204, errors: []wire.ErrorKind{wire.KindNotFound}, serve: s.endCall},
		{method: post, path: "/v1/calls/{id}/tokens", summary: "Make a token that admits one participant once", who: byApp,
			body: body[wire.CreateToken](), result: wire.CreateTokenResult{}, status: 201, errors: live,
			bodyExample: exCreateToken, example: exCreateTokenResult, serve: s.createToken},
		{method: get, path: "/v1/calls/{id}/entries", summary: "Read the call's log from a cursor; private entries only with an app's or a desk's credentials",
			who:   byApp | byDesk | byMember,
			query: []param{{"after", "integer", "the last seq you have, 0 when absent"}, {"limit", "integer", "1 to 1000, 1000 when absent"}}, result: wire.EntryList{},
			status: 200, errors: []wire.ErrorKind{wire.KindNotFound}, example: exEntryList, serve: s.entries},
		{method: post, path: "/v1/calls/{id}/takeover", summary: "Claim a call for a human, who joins within 30 s; a call that another human has answers 409 with their name",
			who: byApp | byDesk, body: body[wire.TakeoverCall](), result: wire.TakeoverCallResult{}, status: 200, errors: changing,
			bodyExample: exTakeoverCall, example: exTakeoverCallResult, serve: s.takeoverCall},
		{method: post, path: "/v1/calls/{id}/return", summary: "Give a call back to the AI", who: byApp | byDesk,
			body: body[wire.Empty](), result: wire.Empty{}, status: 200, errors: changing, bodyExample: "{}", example: "{}", serve: s.returnCall},
		{method: post, path: "/v1/calls/{id}/messages", summary: "Say something as the AI, or write as the human", who: byApp | byDesk,
			body: body[wire.PostMessage](), result: wire.MessageResult{}, status: 200, errors: changing,
			bodyExample: exPostMessage, example: exMessageResult, serve: s.postMessage},
		{method: post, path: "/v1/calls/{id}/handoff", summary: "Ask for a human", who: byApp | byDesk,
			body: body[wire.RequestHuman](), result: wire.Empty{}, status: 200, errors: changing,
			bodyExample: exRequestHuman, example: "{}", serve: s.handoff},
		{method: post, path: "/v1/desk/login", summary: "Log in to the console; its token is for many calls", who: byAnyone, once: true,
			body: body[wire.Login](), result: wire.LoginResult{}, status: 200, errors: []wire.ErrorKind{wire.KindUnauthorized},
			bodyExample: exLogin, example: exLoginResult, serve: s.login},
		{method: get, path: "/v1/desk/calls", summary: "The live calls as the console lists them", who: byApp | byDesk,
			result: wire.SummaryList{}, status: 200, example: exSummaryList, serve: s.deskCalls},
		{method: get, path: "/v1/desk/search", summary: "Calls by what was said in them and by whom; a word stands for all that begin with it", who: byApp | byDesk,
			query:  []param{{"q", "string", "words, all in one entry"}, {"limit", "integer", "1 to 200, 50 when absent"}},
			result: wire.SearchResult{}, status: 200, errors: []wire.ErrorKind{wire.KindNotFound}, example: exSearch, serve: s.search},
		{method: get, path: "/healthz", summary: "The process is alive", who: byAnyone,
			result: wire.Health{}, status: 200, example: exHealth, serve: s.healthz},
		{method: get, path: "/readyz", summary: "The server takes calls and its store can be written", who: byAnyone,
			result: wire.Health{}, status: 200, errors: []wire.ErrorKind{wire.KindUnavailable}, example: exHealth, serve: s.readyz},
	}
	for _, format := range []export.Format{export.FormatText, export.FormatJSON, export.FormatVTT, export.FormatSRT} {
		rs = append(rs, route{method: get, path: "/v1/calls/{id}/transcript." + string(format), summary: "The call's transcript as " + strings.ToUpper(string(format)),
			who: byApp | byDesk | byMember, media: format.ContentType(), status: 200, errors: []wire.ErrorKind{wire.KindNotFound}, serve: s.transcript(format)})
	}
	rs = append(append(append(rs, s.accountRoutes()...), s.deskRoutes()...), s.reportRoutes()...)
	if s.cfg.Dev {
		rs = append(rs, route{method: post, path: "/v1/demo/calls", summary: "Create a call without credentials (only with --dev)", who: byAnyone,
			body: body[wire.CreateCall](), result: wire.CreateCallResult{}, status: 201, errors: []wire.ErrorKind{wire.KindUnavailable},
			bodyExample: exCreateCall, example: exCreateCallResult, serve: s.createDemoCall})
	}
	return rs
}

// The examples of the API's document. PROTOCOL.md shows the same bodies.
const (
	exCreateCall        = `{"identity":"customer-7","name":"Kim","language":"en","meta":{"order":"A-1001"}}`
	exCreateCallResult  = `{"callId":"c_4f0c2a","participantId":"p_9ad13b","token":"eyJhbGciOiJIUzI1NiJ9.e30.c2ln","wsUrl":"wss://calls.example.org/v1/ws","iceServers":[{"urls":["stun:stun.example.org:3478"]}]}`
	exCallRecord        = `{"id":"c_4f0c2a","state":"human","epoch":2,"holder":"p_77be01","human":{"identity":"ann","name":"Ann"},"reason":"wants a refund","createdAt":1793059200000,"stateAt":1793059260000,"lastSeq":14,"meta":{"order":"A-1001"}}`
	exCallList          = `{"calls":[` + exCallRecord + `]}`
	exCreateToken       = `{"identity":"ann","role":"human","name":"Ann","avatar":"https://example.org/ann.png"}`
	exCreateTokenResult = `{"token":"eyJhbGciOiJIUzI1NiJ9.e30.c2ln","participantId":"p_77be01","wsUrl":"wss://calls.example.org/v1/ws","iceServers":[],"expiresAt":1793060100000}`
	exEntryList         = `{"entries":[{"seq":3,"time":1793059203000,"endTime":1793059204200,"kind":"sentence","role":"caller","speakerId":"p_9ad13b","name":"Kim","sentenceId":"s3","text":"Where is my parcel?","epoch":1},{"seq":4,"time":1793059230000,"kind":"event","event":"willStart","epoch":1,"data":{"takeoverUid":"tk_1"}}],"next":4}`
	exTakeoverCall      = `{"humanAgentUserId":"ann","requireToken":true,"takeoverMode":1,"name":"Ann"}`

	exTakeoverCallResult = `{"requestId":"5KQ2M6Y7","channelId":"c_4f0c2a","humanAgentUserId":"ann","takeoverUid":"tk_1","token":"eyJhbGciOiJIUzI1NiJ9.e30.c2ln"}`

	exPostMessage   = `{"text":"Your parcel arrives tomorrow.","as":"agent"}`
	exMessageResult = `{"seq":15}`
	exRequestHuman  = `{"reason":"wants a refund","email":"kim@example.org","priority":2,"skill":"billing"}`
	exLogin         = `{"identity":"ann","password":"correct horse"}`
	exLoginResult   = `{"token":"eyJhbGciOiJIUzI1NiJ9.e30.c2ln","identity":"ann","name":"Ann","role":"agent","expiresAt":1793102400000}`
	exSummaryList   = `{"calls":[{"id":"c_4f0c2a","state":"pending","epoch":1,"createdAt":1793059200000,"stateAt":1793059230000,"caller":"Kim","holder":"AI assistant","reason":"wants a refund","lastLine":{"role":"caller","name":"Kim","text":"A human, please.","end":true}}]}`
	exSearch        = `{"hits":[{"callId":"c_4f0c2a","entry":{"seq":3,"time":1793059203000,"kind":"sentence","role":"caller","name":"Kim","text":"Where is my parcel?","epoch":1}}]}`
	exHealth        = `{"status":"ok"}`
	exProblem       = `{"type":"about:blank","title":"Conflict","status":409,"detail":"Ann already has this call","kind":"conflict","name":"Ann","state":"human"}`
)
