package queue

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the tables into doc.go")

// wantHandoff says for each state what each happening leads to; what is not
// there is refused. A state followed by + is unasked, or has a colleague who has
// joined.
var wantHandoff = map[string]map[happening]string{
	"new":         {hEnter: "pending", hTake: "claimed", hClosed: "ended"},
	"pending":     {hOffer: "offered", hTake: "claimed", hCancel: "ended", hExpire: "ended", hClose: "ended", hEndCall: "ended"},
	"offered":     {hPass: "pending", hAccept: "claimed", hTake: "claimed", hCancel: "ended", hExpire: "ended", hClose: "ended", hEndCall: "ended"},
	"claimed":     {hConnect: "connected", hFail: "pending", hCancel: "claimed", hEndCall: "ended"},
	"claimed+":    {hConnect: "connected", hFail: "ended", hCancel: "claimed", hEndCall: "ended"},
	"connected":   {hConsult: "consulting", hLost: "pending", hTransfer: "pending", hFinish: "ended", hEndCall: "ended"},
	"consulting":  {hOffer: "consulting", hPass: "consulting", hJoin: "consulting", hEndConsult: "connected", hLost: "pending", hFinish: "ended", hEndCall: "ended"},
	"consulting+": {hHandOver: "connected", hEndConsult: "connected", hLost: "connected", hFinish: "ended", hEndCall: "ended"},
	"ended":       {},
}

func TestEveryPairOfStateAndHappening(t *testing.T) {
	for from, row := range wantHandoff {
		h := Handoff{}
		name, plus := strings.CutSuffix(from, "+")
		if err := h.State.UnmarshalText([]byte(name)); err != nil {
			t.Fatal(err)
		}
		if h.State == StateClaimed {
			h.Unasked = plus
		} else if h.State == StateConsulting {
			h.Consult = &Consult{Joined: plus}
		}
		for e := range numHappenings {
			to, ok := h.next(e)
			want, allowed := row[e]
			if ok != allowed || ok && to.String() != want || !ok && to != h.State {
				t.Errorf("%s -%s-> %v, %v; want %q", from, happeningNames[e], to, ok, want)
			}
		}
	}
}

// wantAgent likewise; a presence followed by c has calls after the event, by w a
// wrap-up to do.
var wantAgent = map[string]map[turn]string{
	"offline":     {aSignIn: "available", aSignInAway: "away"},
	"away":        {aBack: "available", aFinish: "away", aDrop: "away", aSignOut: "offline", aLost: "offline"},
	"away c":      {aBack: "busy", aTake: "away", aFinish: "away", aDrop: "away", aLost: "offline"},
	"available":   {aOffer: "ringing", aAway: "away", aSignOut: "offline", aLost: "offline"},
	"available c": {aTake: "busy", aLost: "offline"},
	"ringing":     {aPass: "available", aWithdraw: "available", aFinish: "ringing", aDrop: "ringing", aPassAgain: "away"},
	"ringing c":   {aAccept: "busy", aPass: "busy", aWithdraw: "busy", aFinish: "ringing", aDrop: "ringing", aPassAgain: "away"},
	"ringing w":   {aPass: "wrapUp", aWithdraw: "wrapUp", aFinish: "ringing", aDrop: "ringing", aPassAgain: "away"},
	"ringing cw":  {aAccept: "busy", aPass: "wrapUp", aWithdraw: "wrapUp", aFinish: "ringing", aDrop: "ringing", aPassAgain: "away"},
	"busy":        {aFinish: "available", aDrop: "available", aLost: "offline"},
	"busy c":      {aOffer: "ringing", aTake: "busy", aFinish: "busy", aDrop: "busy", aAway: "away", aLost: "offline"},
	"busy w":      {aFinish: "wrapUp", aDrop: "available", aLost: "offline"},
	"busy cw":     {aOffer: "ringing", aTake: "busy", aFinish: "wrapUp", aDrop: "busy", aAway: "away", aLost: "offline"},
	"wrapUp":      {aWrittenUp: "available", aFinish: "wrapUp", aDrop: "wrapUp", aAway: "away", aSignOut: "offline", aLost: "offline"},
	"wrapUp c":    {aWrittenUp: "busy", aTake: "busy", aFinish: "wrapUp", aDrop: "wrapUp", aAway: "away", aLost: "offline"},
}

func TestEveryPairOfPresenceAndTurn(t *testing.T) {
	for from, row := range wantAgent {
		name, flags, _ := strings.Cut(from, " ")
		a := Agent{}
		if err := a.Presence.UnmarshalText([]byte(name)); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(flags, "c") {
			a.Active = []string{"h"}
		}
		if strings.Contains(flags, "w") {
			a.WrapUp = "h"
		}
		for e := range numTurns {
			to, ok := a.next(e)
			want, allowed := row[e]
			if ok != allowed || ok && to.String() != want || !ok && to != a.Presence {
				t.Errorf("%s -%s-> %v, %v; want %q", from, turnNames[e], to, ok, want)
			}
		}
	}
}

// No row hides another, and each can be reached.
func TestRowsDoNotOverlap(t *testing.T) {
	for i, r := range handoffTable {
		for _, o := range handoffTable[:i] {
			if r.from == o.from && r.event == o.event && overlap(r.unasked, o.unasked) && overlap(r.joined, o.joined) {
				t.Errorf("two rows for %v -%s->", r.from, happeningNames[r.event])
			}
		}
	}
	for i, r := range agentTable {
		for _, o := range agentTable[:i] {
			if r.from == o.from && r.event == o.event && overlap(r.calls, o.calls) && overlap(r.wrapUp, o.wrapUp) {
				t.Errorf("two rows for %v -%s->", r.from, turnNames[r.event])
			}
		}
	}
}

func overlap(a, b guard) bool { return a == either || b == either || a == b }

func TestNames(t *testing.T) {
	for s := range numStates {
		var back State
		b, err := s.MarshalText()
		if err != nil || back.UnmarshalText(b) != nil || back != s || s.String() != string(b) {
			t.Errorf("state %d: %q, %v", s, b, err)
		}
	}
	for p := range numPresences {
		var back Presence
		b, err := p.MarshalText()
		if err != nil || back.UnmarshalText(b) != nil || back != p || p.String() != string(b) {
			t.Errorf("presence %d: %q, %v", p, b, err)
		}
	}
	var s State
	if s.UnmarshalText([]byte("lost")) == nil || numStates.String() != "invalid" {
		t.Error("a name that is none")
	}
	if _, err := numPresences.MarshalText(); err == nil {
		t.Error("a presence that is none has a name")
	}
	if slices.Contains(happeningNames[:], "") || slices.Contains(turnNames[:], "") {
		t.Error("something has no name")
	}
}

// The tables in the package documentation are these. go test -update writes
// them.
func TestDocumentationHasTheTables(t *testing.T) {
	b, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for title, table := range map[string]string{"// The life of a handoff:\n": HandoffText(), "// The day of an agent:\n": AgentText()} {
		want := "//\n//\t" + strings.TrimSuffix(strings.ReplaceAll(table, "\n", "\n//\t"), "//\t")
		head, rest, ok := strings.Cut(text, title)
		old, tail, ok2 := strings.Cut(rest, "//\n// Generated")
		if !ok || !ok2 {
			t.Fatalf("doc.go has no place for %q", title)
		}
		if old != want && !*update {
			t.Errorf("doc.go has another table than the code; run go test ./signaling/desk/queue -update\n%s", want)
		}
		text = head + title + want + "//\n// Generated" + tail
	}
	if *update {
		if err := os.WriteFile("doc.go", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if m := Mermaid(); strings.Count(m, "stateDiagram-v2") != 2 || !strings.Contains(m, "connected --> consulting: consult") {
		t.Errorf("%s", m)
	}
}

func TestConfig(t *testing.T) {
	if p := (Config{}).Check(); len(p) > 0 {
		t.Errorf("nothing said is wrong: %v", p)
	}
	if p := (Config{}).WithDefaults().Check(); len(p) > 0 {
		t.Errorf("the defaults are wrong: %v", p)
	}
	for want, c := range map[string]Config{
		"mode mode":             {Mode: "both"},
		"ring range":            {Ring: time.Millisecond},
		"misses range":          {Misses: -1},
		"retryAfter range":      {RetryAfter: -1},
		"targetFor range":       {TargetFor: 2 * time.Hour},
		"preferredFor range":    {PreferredFor: 25 * time.Hour},
		"levelsFor range":       {LevelsFor: 1},
		"skillsFor range":       {SkillsFor: 1},
		"ageEvery range":        {AgeEvery: time.Millisecond},
		"askEvery range":        {AskEvery: time.Millisecond},
		"expireIn range":        {ExpireIn: time.Millisecond},
		"wrapUp range":          {WrapUp: 2 * time.Hour},
		"heartbeatWithin range": {HeartbeatWithin: time.Second},
		"noticeEvery range":     {NoticeEvery: time.Millisecond},
		"handling range":        {Handling: 5 * time.Hour},
		"maxWaiting range":      {MaxWaiting: 1 << 20},
		"maxAgents range":       {MaxAgents: -1},
		"maxCapacity range":     {MaxCapacity: 1001},
	} {
		p := c.Check()
		if len(p) != 1 || fmt.Sprintf("%s %s", p[0].Field, p[0].Code) != want || p[0].Message == "" {
			t.Errorf("%s: %v", want, p)
		}
	}
	bad := Config{}
	bad.SLA.RiskAt = 100
	if p := bad.Check(); len(p) != 1 || p[0].Field != "sla.riskAt" {
		t.Errorf("%v", p)
	}
}
