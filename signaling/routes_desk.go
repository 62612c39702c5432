package signaling

import (
	"net/http"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/wire"
)

// deskRoutes are those of the line, the settings and what people write down.
func (s *Server) deskRoutes() []route {
	const get, post, del = http.MethodGet, http.MethodPost, http.MethodDelete
	found := []wire.ErrorKind{wire.KindNotFound}
	changing := []wire.ErrorKind{wire.KindNotFound, wire.KindConflict}
	return []route{
		{method: get, path: "/v1/desk/status", summary: "Whether a human can be had now", who: byAnyone,
			result: wire.DeskStatus{}, status: 200, example: exDeskStatus, serve: s.deskStatus},
		{method: get, path: "/v1/desk/handoffs", summary: "Requests for a human, the last first", who: byApp | byDesk,
			query: []param{{"state", "string", "live or ended"}, {"agent", "string", "who has it or had it last"}, {"reason", "string", "why a human was asked for"},
				{"outcome", "string", "resolved, cancelled, expired, outOfHours or callEnded"}, {"priority", "integer", "1 to 4"}, {"call", "string", "of this call"},
				{"from", "integer", "that came at or after this time, Unix milliseconds"}, {"to", "integer", "that came before this time"},
				{"before", "integer", "the next of the page before"}, {"limit", "integer", "1 to 1000, 100 when absent"}},
			result: wire.HandoffList{}, status: 200, errors: found, example: exHandoffList, serve: s.handoffs},
		{method: get, path: "/v1/desk/settings/{key}", summary: "A setting: hours, routing, rules, dispositions, tags, notifications or public", who: byApp | byDesk,
			result: wire.DeskSetting{}, status: 200, errors: found, example: exSetting, serve: s.getSetting},
		{method: post, path: "/v1/desk/settings/{key}", summary: "Change a setting; it is in force at once", who: byApp | byDesk, least: account.Admin,
			body: body[wire.PutSetting](), result: wire.DeskSetting{}, status: 200, errors: changing, bodyExample: exPutSetting, example: exSetting, serve: s.putSetting},
		{method: post, path: "/v1/desk/settings/{key}/check", summary: "What is wrong with a setting, field by field, without changing it", who: byApp | byDesk, once: true,
			body: body[wire.PutSetting](), result: wire.CheckResult{}, status: 200, errors: found, bodyExample: exPutSetting, example: exCheck, serve: s.checkSetting},
		{method: get, path: "/v1/desk/calls/{id}/notes", summary: "What people have written down about a call, the newest first", who: byApp | byDesk,
			result: wire.NoteList{}, status: 200, errors: found, example: `{"notes":[` + exNote + `]}`, serve: s.notes},
		{method: post, path: "/v1/desk/calls/{id}/notes", summary: "Write something down about a call", who: byApp | byDesk,
			body: body[wire.AddNote](), result: wire.Note{}, status: 201, errors: found, bodyExample: `{"text":"Promised a call on Monday."}`, example: exNote, serve: s.addNote},
		{method: get, path: "/v1/desk/handoffs/{id}/wrapup", summary: "What was written down after a call; version 0 where nothing was yet", who: byApp | byDesk,
			result: wire.WrapUpForm{}, status: 200, errors: found, example: exWrapUp, serve: s.getWrapUp},
		{method: post, path: "/v1/desk/handoffs/{id}/wrapup", summary: "Write it down", who: byApp | byDesk,
			body: body[wire.WrapUpForm](), result: wire.WrapUpForm{}, status: 200, errors: changing, bodyExample: exPutWrapUp, example: exWrapUp, serve: s.putWrapUp},
		{method: post, path: "/v1/calls/{id}/callback", summary: "Leave a number or an address to be called back", who: byApp | byMember,
			body: body[wire.LeaveCallBack](), result: wire.CallBack{}, status: 201, errors: changing, bodyExample: exLeaveCallBack, example: exCallBack, serve: s.leaveCallBack},
		{method: post, path: "/v1/public/{link}/calls", summary: "Create a call by the public link, where an admin has switched it on", who: byAnyone, once: true,
			body: body[wire.PublicCall](), result: wire.CreateCallResult{}, status: 201, errors: []wire.ErrorKind{wire.KindNotFound, wire.KindUnavailable},
			bodyExample: `{"name":"Kim"}`, example: exCreateCallResult, serve: s.publicCall},
		{method: get, path: "/v1/desk/callbacks", summary: "Who wants to be called back, the newest first", who: byApp | byDesk,
			result: wire.CallBackList{}, status: 200, errors: found, example: `{"callBacks":[` + exCallBack + `]}`, serve: s.callBacks},
		{method: post, path: "/v1/desk/callbacks/{id}", summary: "Say that a call-back is done, or is not", who: byApp | byDesk,
			body: body[wire.UpdateCallBack](), result: wire.CallBack{}, status: 200, errors: changing, bodyExample: `{"state":"done","version":1}`, example: exCallBack, serve: s.updateCallBack},
		{method: get, path: "/v1/desk/canned", summary: "Replies to be used again: one's own and the shared ones", who: byDesk,
			result: wire.CannedList{}, status: 200, errors: found, example: `{"replies":[` + exCanned + `]}`, serve: s.canned},
		{method: post, path: "/v1/desk/canned", summary: "Save one; shared ones are an admin's", who: byDesk,
			body: body[wire.CannedReply](), result: wire.CannedReply{}, status: 200, errors: changing, bodyExample: exSaveCanned, example: exCanned, serve: s.saveCanned},
		{method: del, path: "/v1/desk/canned/{id}", summary: "Remove one", who: byDesk, status: 204, errors: changing, serve: s.deleteCanned},
	}
}

const (
	exDeskStatus    = `{"service":"unavailable","reason":"closed","reply":"We are back at nine.","opensAt":1793080800000,"waiting":0}`
	exHandoffLine   = `{"id":"h_1","call":"c_4f0c2a","state":"connected","priority":2,"rank":2,"seq":17,"reason":"callerAsked","brief":"wants a refund","caller":"Kim","skills":[{"name":"billing","level":2}],"agent":"ann","name":"Ann","enteredAt":1793059200000,"firstResponse":{"startAt":1793059200000,"riskAt":1793059248000,"deadlineAt":1793059260000,"outcome":"met"}}`
	exHandoffList   = `{"handoffs":[` + exHandoffLine + `],"next":0}`
	exSetting       = `{"key":"hours","value":{"timeZone":"Europe/Berlin","periods":[{"kind":"weekly","days":["mon","tue"],"from":"09:00","to":"17:00"}],"reply":""},"version":2,"by":"root","at":1793059200000}`
	exPutSetting    = `{"value":{"timeZone":"Europe/Berlin","periods":[{"kind":"weekly","days":["mon","tue"],"from":"09:00","to":"17:00"}],"reply":""},"version":0}`
	exCheck         = `{"problems":[{"field":"periods[0].to","code":"time","message":"a time such as 17:00"}]}`
	exNote          = `{"id":"n_1","by":"ann","text":"Promised a call on Monday.","createdAt":1793059200000}`
	exPutWrapUp     = `{"disposition":"refund","tags":["parcel"],"note":"Sent the label again.","version":0}`
	exWrapUp        = `{"disposition":"refund","tags":["parcel"],"note":"Sent the label again.","version":1,"by":"ann","updatedAt":1793059200000}`
	exLeaveCallBack = `{"phone":"+49 30 1234567","note":"after four"}`
	exCallBack      = `{"id":"cb_c_4f0c2a","call":"c_4f0c2a","phone":"+49 30 1234567","note":"after four","state":"open","createdAt":1793059200000,"updatedAt":1793059200000,"version":1}`
	exSaveCanned    = `{"title":"Label","text":"I have sent you a new label.","version":0}`
	exCanned        = `{"id":"cr_1","title":"Label","text":"I have sent you a new label.","version":1}`
)
