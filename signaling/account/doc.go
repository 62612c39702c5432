// Package account knows the people of the desk: who they are, what they may do,
// where they are logged in, and who has changed what.
//
//	identity, password ──► Book.Login ──► auth.Desk (argon2id, throttled)
//	                           │ right
//	                           ▼
//	                        Session ──► its id is the jti of the desk token
//	                           │
//	every request, every join ─┴─► Book.Check(session) ──► Account as it is now
//
//	a change of an account ──► one transaction: the row (if its version is the
//	                           one that was read) and its line of the audit log
//
// A token is only as good as its session: logging out, an administrator, a new
// password or a disabled account ends sessions at once, and OnEnd lets the edge
// close what they have open. What a role may do is asked of the account as it
// is now, not of the token, so that a demotion does not wait for a new login.
//
// # Roles
//
//	agent       takes calls, sees the inbox, has a profile
//	supervisor  that, and the wallboard, assigning, reports
//	admin       that, and settings, accounts, the audit log
//
// There is always one who can administer: the last enabled admin can neither be
// demoted nor disabled.
//
// # Goroutines and locks
//
// None of its own. Book.mu guards the sessions and accounts that are kept in
// memory; it is held for map accesses, never across the database or OnEnd.
// Writers hold Book.writing while they change database and memory, so that both
// change in the same order.
//
// # Failures
//
// What the disk refuses is wire.KindStorage and nothing has changed. Reads of
// sessions and accounts are from memory and go on without the disk.
package account
