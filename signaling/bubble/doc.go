// Package bubble is a network in memory and people in it, for tests of whole
// servers in a testing/synctest bubble: an hour of call takes seconds, and time
// is exact.
//
//	Party ── gorilla over net.Pipe ──► World.Listener ── the server under test
//	Party ── Pion over vnet ─────────► World.Host("10.0.0.1"), loses what it is told to
//
// Everyone speaks a tone of their own, made once as Opus ([Reel]), and keeps
// every frame that their ear got and everything that they were told, so that a
// test listens: whose frame was it, when, and is the stream one stream.
//
// It is imported by tests only. A World and its parties belong to one bubble;
// reels are shared by all, as what is encoded never changes. Party.speak is a
// party's one goroutine, joined by Leave; the callbacks of its client append to
// its log under its mutex.
package bubble
