// Package state keeps small facts that must survive a restart: which tokens have
// been used, and what repeated requests were answered.
//
//	join ──── UseToken(jti) ────► first: let in        again: unauthorized
//
//	POST ──── Remember(scope, key, hash)
//	            │ nil: mine            ──► do it ──► Complete(response), or Forget
//	            │ *Response            ──► send it again
//	            │ ErrInFlight          ──► 409, try later
//	            └ ErrKeyReused         ──► 422, the key was for another request
//
//	call ──── KeepPlace(call, id, data)      a server that was killed and starts
//	  │         DropPlace, ForgetPlaces  ──► again reads Places and goes on
//	  └─────── Beat each few seconds     ──► LastBeat: when it was last there
//
// Each decision is one INSERT … ON CONFLICT, so it holds for every process on
// the same database; it is committed before the answer. A request that was begun
// and never answered, because the server died over it, can be made again after
// InFlightFor.
//
// SQLite is the implementation on the database of transcripts/sqlite. That has
// one write connection, which its pool hands round: statements here take turns
// with the log's transactions instead of waiting for a lock. Waiting for the
// turn ends with the context; once begun, a statement runs to its end, since
// interrupting SQLite would throw the connection away.
//
// Goroutines: none. Locks: none. Failures: what the disk refuses is
// transcripts.ErrFull, a closed database transcripts.ErrClosed, each with its
// cause; nothing has been kept then.
package state
