package signaling

import (
	"net/http"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/wire"
)

// accountRoutes are those of the desk's people.
func (s *Server) accountRoutes() []route {
	const get, post, del = http.MethodGet, http.MethodPost, http.MethodDelete
	found := []wire.ErrorKind{wire.KindNotFound}
	return []route{
		{method: post, path: "/v1/desk/logout", summary: "Log out: the token's session ends, and what it has open", who: byDesk, once: true, status: 204, serve: s.logout},
		{method: get, path: "/v1/desk/me", summary: "Who is logged in", who: byDesk, result: wire.Me{}, status: 200, example: exMe, serve: s.me},
		{method: post, path: "/v1/desk/me", summary: "Change one's own profile", who: byDesk, body: body[wire.UpdateProfile](), result: wire.Account{}, status: 200,
			errors: found, bodyExample: exUpdateProfile, example: exAccount, serve: s.updateMe},
		{method: post, path: "/v1/desk/me/password", summary: "Change one's own password; all other sessions end", who: byDesk, once: true,
			body: body[wire.SetPassword](), status: 204, errors: found, bodyExample: exSetMyPassword, serve: s.setMyPassword},
		{method: post, path: "/v1/desk/me/avatar", summary: "Upload one's own picture", who: byDesk, body: body[wire.UploadAvatar](), most: 6 << 20,
			result: wire.UploadAvatarResult{}, status: 200, errors: found, bodyExample: `{"image":"iVBORw0KGgo="}`, example: `{"account":` + exAccount + `}`, serve: s.uploadAvatar},
		{method: get, path: "/v1/desk/sessions", summary: "One's own logins, or everybody's for an admin", who: byApp | byDesk,
			query: []param{{"all", "boolean", "everybody's"}}, result: wire.SessionList{}, status: 200, example: exSessionList, serve: s.listSessions},
		{method: del, path: "/v1/desk/sessions/{id}", summary: "End a login and what it has open", who: byApp | byDesk, status: 204, errors: found, serve: s.endSession},
		{method: get, path: "/v1/desk/accounts", summary: "The desk's people, by name", who: byApp | byDesk, least: account.Supervisor,
			result: wire.AccountList{}, status: 200, example: exAccountList, serve: s.listAccounts},
		{method: post, path: "/v1/desk/accounts", summary: "Make an account", who: byApp | byDesk, least: account.Admin, once: true,
			body: body[wire.CreateAccount](), result: wire.Account{}, status: 201, errors: []wire.ErrorKind{wire.KindConflict},
			bodyExample: exCreateAccount, example: exAccount, serve: s.createAccount},
		{method: post, path: "/v1/desk/accounts/{id}", summary: "Change an account; one that is disabled is logged out", who: byApp | byDesk, least: account.Admin,
			body: body[wire.UpdateAccount](), result: wire.Account{}, status: 200, errors: found, bodyExample: exUpdateAccount, example: exAccount, serve: s.updateAccount},
		{method: post, path: "/v1/desk/accounts/{id}/password", summary: "Give an account a new password; its sessions end", who: byApp | byDesk, least: account.Admin, once: true,
			body: body[wire.SetPassword](), status: 204, errors: found, bodyExample: `{"password":"correct horse battery"}`, serve: s.setPassword},
		{method: get, path: "/v1/desk/audit", summary: "Who has changed what, newest first", who: byApp | byDesk, least: account.Admin,
			query:  []param{{"before", "integer", "only lines before this seq"}, {"limit", "integer", "1 to 500, 100 when absent"}},
			result: wire.ChangeList{}, status: 200, example: exChangeList, serve: s.audit},
		{method: get, path: "/v1/avatars/{file}", summary: "An uploaded picture", who: byAnyone, media: "image/jpeg", status: 200, errors: found, serve: s.avatar},
	}
}

const (
	exAccount       = `{"identity":"ann","name":"Ann","email":"ann@example.org","avatar":"/v1/avatars/5d41402abc4b2a76b9719d911017c592.jpg","role":"agent","skills":{"billing":3},"languages":{"en":5,"es":2},"capacity":1,"version":3,"createdAt":1793059200000,"updatedAt":1793059260000}`
	exMe            = `{"account":` + exAccount + `,"expiresAt":1793102400000}`
	exUpdateProfile = `{"name":"Ann","email":"ann@example.org","version":2}`
	exSetMyPassword = `{"current":"correct horse","password":"correct horse battery"}`
	exSessionList   = `{"sessions":[{"id":"MZXW6YTBOI","identity":"ann","createdAt":1793059200000,"expiresAt":1793102400000,"address":"192.0.2.7","client":"Mozilla/5.0","current":true}]}`
	exAccountList   = `{"accounts":[` + exAccount + `]}`
	exCreateAccount = `{"identity":"ann","password":"correct horse battery","name":"Ann","role":"agent","skills":{"billing":3},"languages":{"en":5},"capacity":1}`
	exUpdateAccount = `{"name":"Ann","role":"supervisor","skills":{"billing":3},"languages":{"en":5,"es":2},"capacity":2,"version":3}`
	exChangeList    = `{"changes":[{"seq":12,"time":1793059260000,"by":"root","address":"192.0.2.1","action":"account.changed","object":"ann","before":{"capacity":1},"after":{"capacity":2}}],"next":12}`
)
