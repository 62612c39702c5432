// Package sqlite keeps calls and their logs in one SQLite file, in pure Go.
//
//	call 1 ─ Append ─────┐  bounded    ┌───────────── writer (one goroutine) ─────────────┐
//	call 2 ─ Append ─────┤  queue      │ BEGIN IMMEDIATE                                  │
//	call 3 ─ Transition ─┼─►▢▢▢▢▢▢──►──┤  SAVEPOINT, request 1, RELEASE                   │
//	  …                  │             │  SAVEPOINT, request 2, ROLLBACK TO (a conflict)  │
//	call n ─ CreateCall ─┘             │  …                                               │
//	  ▲                                │ COMMIT: one sync of the disk for all             │
//	  └────── answers, after COMMIT ───┤                                                  │
//	                                   └──────────────── one connection ──────────────────┘
//	                                                            ▲ takes turns
//	signaling/state and others ── DB() ── short transactions ───┘
//
//	Entries, Call, Calls ─► read pool (query-only connections, WAL: never waits for the writer)
//
// # Group commit
//
// A sync takes a millisecond or ten, a write microseconds. While one commit
// syncs, what others write waits in the queue and shares the next: the busier
// the server, the more writes share a sync (BenchmarkAppend reports how many).
// Nobody waits for company: a single write is committed at once. The journal is
// a WAL with synchronous=FULL, so COMMIT returns after the sync.
//
// # Goroutines
//
// The writer is started by Open and joined by Close, which lets it finish what
// is queued. database/sql keeps one goroutine a pool until Close. Nothing runs
// at package initialisation, so that a store can live in a synctest bubble,
// opened and closed within it; waiting, for the queue or for the connection, is
// on channels. Only waiting for another process (busy_timeout) is real time.
//
// # Locks
//
// There are none of ours. Within the process everything that writes has the one
// write connection, so that nobody meets SQLITE_BUSY; database/sql hands it
// round. Who has it through DB must not wait for an Append.
//
// # Failures
//
// A request that is refused (conflict, sealed, no such call) is rolled back to
// its savepoint and the batch goes on. Where SQLite gives up the transaction (a
// full disk), each request of the batch is tried once more in a transaction of
// its own: one that does not fit costs the others nothing. What the disk refuses
// is transcripts.ErrFull with its cause, whether it is full, broken, read-only
// or locked by another process; nothing is kept in memory for later and the
// next write tries the disk again, so the store recovers by itself. The first
// failure of a row and its end are logged, once each; Stats counts them.
//
// A caller whose context ends while its request is queued leaves it behind: the
// writer drops it if it has not begun it, else it is made and nobody is told.
package sqlite
