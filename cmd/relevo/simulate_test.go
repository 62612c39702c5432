package main

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/relevo/relevo/cmd/relevo/simulate"
)

// The whole story over real UDP, small: what is counted must be right, how long
// it took is for relevo simulate to say.
func TestSimulate(t *testing.T) {
	r := start(t)
	defer r.stop(t)
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	report, err := simulate.Run(ctx, simulate.Options{
		URL: r.url, Key: "devkey", Secret: "devsecret", PID: os.Getpid(),
		Calls: 2, Observers: 1, Takeovers: 1, Duration: 6 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	if report.Completed != 2 || report.Takeovers != 2 || len(report.Errors) > 0 {
		t.Errorf("%d calls completed, %d takeovers, errors %v", report.Completed, report.Takeovers, report.Errors)
	}
	if report.AIPacketsAfterCut != 0 {
		t.Errorf("%d AI packets after a cut", report.AIPacketsAfterCut)
	}
	if p := report.Packets; p.Received < 2*4*50 || p.SendFailed > 0 {
		t.Errorf("packets %+v", p)
	}
	// Unknown is -1, and nothing but 0 will do.
	if l := report.Left; l == nil || l.Goroutines != 0 || l.FDs != 0 || l.Ports != 0 {
		t.Errorf("left after the calls: %+v", l)
	}
}

func TestSimulateWithWrongSecret(t *testing.T) {
	r := start(t)
	defer r.stop(t)
	report, err := simulate.Run(t.Context(), simulate.Options{URL: r.url, Key: "devkey", Secret: "wrong", Calls: 1, Duration: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if report.Completed != 0 || len(report.Errors) == 0 {
		t.Errorf("completed %d, errors %v", report.Completed, report.Errors)
	}
}
