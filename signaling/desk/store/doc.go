// Package store keeps the desk: handoffs, agents, SLA events, settings and what
// people write down, so that all of it survives a restart.
//
//	desk (one goroutine) ── Write(Changes) ──► one transaction: all of a step or nothing
//	                     ◄─ Load ────────────  what was going on, at the start
//	edge ── Handoffs, SLAEvents ─────────────► history, for inbox and reports
//	     ── PutSetting ──────────────────────► the value if its version is the one that was
//	                                           read, and its line of the audit log
//	     ── Put, Document, Documents ────────► notes, wrap-ups, call-backs, canned replies
//
// Handoffs and agents are whole records, so that only the last of several
// versions must be written and a write can be repeated. What reports and filters
// need of a record is in columns beside it.
//
// Two things are decided here, for every process on the same database: a call
// has one handoff that has not ended (a unique index), and an SLA event is kept
// once, whoever tells it, also when a server died between writing and telling.
//
// Goroutines: none. Locks: none; statements take turns on the one write
// connection of transcripts/sqlite. Failures: what the disk refuses is
// transcripts.ErrFull, a closed database transcripts.ErrClosed, and nothing has
// been kept then.
package store
