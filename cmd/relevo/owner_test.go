package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/relevo/relevo/signaling/wire"
)

// A second server on a data directory does not start, says who has it, and leaves
// the calls of the first alone; after a kill -9 the directory is free at once.
func TestTwoServersOnOneDirectory(t *testing.T) {
	data := t.TempDir()
	w := &town{t: t, port: freePort(t), http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	first := startProcess(t, w.port, data)
	defer first.kill()
	var made wire.CreateCallResult
	if err := w.rest(http.MethodPost, "/v1/calls", `{}`, &made); err != nil {
		t.Fatal(err)
	}
	at, err := w.socket(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer at.close()
	if err := at.ask(wire.MethodJoin, wire.Join{Token: made.Token}, nil); err != nil {
		t.Fatal(err)
	}

	var out, said bytes.Buffer
	code := run(t.Context(), []string{"serve", "--dev", "--engines", "scripted", "--listen", "127.0.0.1:0", "--rtc-udp", "127.0.0.1:0",
		"--debug-listen", "-", "--data", data}, env{nil, nil, &out, &said})
	if want := fmt.Sprintf("another server (process %d) has this directory", first.cmd.Process.Pid); code == 0 || !strings.Contains(said.String(), want) {
		t.Errorf("it ended with %d and said %q, want %q", code, said.String(), want)
	}
	if err := at.ask(wire.MethodMessage, wire.Message{Text: "still here"}, nil); err != nil {
		t.Error(err)
	}
	var log wire.EntryList
	if err := w.rest(http.MethodGet, "/v1/calls/"+made.CallID+"/entries", "", &log); err != nil {
		t.Fatal(err)
	}
	for _, e := range log.Entries {
		if e.Event == "restarted" || e.Event == "ended" {
			t.Errorf("the second server has taken the call: %s", jsonOf(e))
		}
	}

	first.kill()
	release, err := ownData(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
}
