// Relevo is one binary: the server and what belongs to it.
//
//	relevo serve      the server; --dev needs nothing else
//	relevo simulate   load: callers, observers and humans over real UDP, measured
//	relevo bench      one part measured against its targets: agent, questions
//	relevo doctor     which engines can be used here, and why not
//	relevo token      a join token signed with a secret
//	relevo say        speech as a WAV file
//	relevo version
//
// # Where things are
//
//	main.go      ten lines
//	run.go       which subcommand
//	options.go   flags that are also RELEVO_… variables
//	config.go    the one configuration of the server, and what it refuses
//	wire.go      the one place where the parts meet
//	bot.go       the AI agent as a call knows it
//	escalation.go  --escalation: when it asks for a human, what it never says
//	serve.go     listeners, signals, shutdown
//	bench.go     which bench; bench_….go are one each
//	metrics.go   what Prometheus reads
//	logging/     the logger, which can drop what callers say
//	simulate/    the load and its measures
//
// # Start and stop
//
// wire builds from the bottom up (store, engines, sfu, calls, edge) and keeps
// what it has built, so that a failure half-way closes exactly that, and Close
// takes it down in the other order. The first SIGINT or SIGTERM drains: no new
// calls, those that live are told and end, the log is sealed. The second exits
// at once. A start after a kill goes on with the calls, before it serves.
//
// # Listeners
//
//	--listen        pages, REST, WebSocket            loopback unless TLS or a proxy
//	--rtc-udp       all media, one port
//	--rtc-tcp       media where UDP is blocked
//	--debug-listen  pprof, metrics                    loopback only
package main
