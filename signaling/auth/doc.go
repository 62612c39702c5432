// Package auth knows who may do what: apps by key and secret, clients by token,
// people at the console by password.
//
//	app ── Basic key:secret ──► Keyring.Basic
//	 │ asks for, or signs itself
//	 ▼
//	token (JWT, HS256 by the app's secret: iss key, sub identity, jti, exp,
//	 │     relevo {call, role, name, avatar, email, desk})
//	 ▼
//	client ── join ──► Keyring.Verify ──► Claims ──► state.Store.UseToken (single use)
//
//	person ── identity, password ──► Desk.Login ──► User ──► Keyring.Sign{Desk: true, Session}
//	person ── the app's own login  ──► the app signs      ──► {Desk: true, DeskRole}
//
// A token is refused unless it is signed with HS256 by the key it names, has
// exp, jti and sub, and names a call or is a console's. Two clocks may differ by
// five seconds. A foreign key and a wrong signature read the same to the peer,
// so that keys cannot be guessed one by one; the causes are in the error for
// the log. A token has one form only (strict base64), and its jti is what makes
// it usable once.
//
// Login takes as long for a name nobody has as for a wrong password, by
// computing a hash all the same. Tries are counted before the outcome is known
// and taken back when the password was right. After these in a minute it
// refuses:
//
//	 5  for an identity from an address (a /64 of IPv6)
//	20  from an address       } but not for an identity that has logged in
//	30  for an identity       } from that address within the last 30 days
//
// So nobody is shut out by others: neither by who fails in their name from
// elsewhere, nor by who shares their office. Somebody who is under attack and
// comes from an address that is new has to wait. What it remembers is bounded:
// 4096 of each, the oldest forgotten first. Whoever can spend 4096 addresses can
// make it forget an address, not the identity's own tries, unless they also try
// 4096 identities within the minute. Two hashes are computed at a time (19 MiB
// each), others wait as long as their context.
//
// Goroutines: none. Locks: one a throttle, and one of the familiar places, each
// held for a map access, never two.
package auth
