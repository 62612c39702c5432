package desk_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/desk"
	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/desk/store"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts/sqlite"
)

// childVariable names the database of a child that works until it is killed.
const childVariable = "RELEVO_DESK_CHILD"

// steady are calls that all go on, whatever happens to the server.
type steady struct{ desk *desk.Desk }

func (s *steady) Claim(_ context.Context, call string, by desk.Person) error {
	s.desk.Claimed(call, by)
	s.desk.Connected(call)
	go s.talk(call, by.Identity)
	return nil
}
func (s *steady) HandOver(context.Context, string, desk.Person) error   { return nil }
func (s *steady) Requeue(context.Context, string, string, string) error { return nil }
func (s *steady) Drop(context.Context, string, string, desk.Wait) error { return nil }
func (s *steady) Wait(string, desk.Wait)                                {}
func (s *steady) Live(string) (string, bool)                            { return "human", true }
func (s *steady) Heard(string, string) bool                             { return true }
func (s *steady) CallerSilence(time.Duration)                           {}

// talk is a call that ends after a while.
func (s *steady) talk(call, agent string) {
	time.Sleep(talk)
	if last := call[len(call)-1]; last < '5' {
		time.Sleep(longer)
	}
	s.desk.Returned(call, "returned")
	_ = s.desk.Do(context.Background(), queue.WrapUpDone{Agent: agent}) // refused where it is not the agent's any more
}

// The length of a call: half of them are over before a console has heard of
// them, half are likely to be going on when the server is killed.
const (
	patient = 100 // callers after whom one gives up
	talk    = 20 * time.Millisecond
	longer  = 700 * time.Millisecond
)

// openDesk opens the desk of a database with calls that go on.
func openDesk(ctx context.Context, path string) (*sqlite.Store, *store.SQLite, *desk.Desk, *steady, error) {
	log, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return nil, nil, nil, nil, err
	}
	book, err := account.Open(ctx, log.DB(), account.Options{})
	if err != nil {
		return nil, nil, nil, nil, err
	}
	s, err := store.NewSQLite(ctx, log.DB())
	if err != nil {
		return nil, nil, nil, nil, err
	}
	d := desk.New(desk.Config{Store: s, People: book})
	return log, s, d, &steady{d}, nil
}

// childMain is the child: callers come, five agents take them, talk and give
// them back, and each record is printed once the desk has told it, never before.
func childMain() (isChild bool) {
	path := os.Getenv(childVariable)
	if path == "" {
		return false
	}
	ctx := context.Background()
	_, _, d, calls, err := openDesk(ctx, path)
	if err == nil {
		err = d.Start(ctx, calls)
	}
	lines := make(chan []byte, 10_000)
	r := rand.New(rand.NewPCG(uint64(os.Getpid()), 1))
	for a := range 5 {
		agent := fmt.Sprint("a", a)
		post := func(method string, params any) {
			switch p := params.(type) {
			case wire.DeskOffer:
				go func() { _ = d.Do(ctx, queue.Accept{Agent: agent, Offer: uint64(p.Offer)}) }()
			case wire.DeskChanged:
				if a > 0 {
					return
				}
				for _, h := range p.Handoffs {
					if b, err := json.Marshal(h); err == nil {
						lines <- b
					}
				}
			}
		}
		var view wire.WatchDeskResult
		if err == nil {
			view, _, err = d.Watch(ctx, agent, desk.WatchOptions{}, post)
		}
		for i, h := range view.Handoffs { // of the life before
			switch {
			case h.Agent == agent:
				go calls.talk(h.Call, agent)
			case a == 0 && h.Agent == "" && i > patient:
				d.Cancelled(h.Call, "cancelled")
			}
		}
	}
	go func() {
		for i := 0; ; i++ {
			id := func(i int) string { return fmt.Sprint("c", os.Getpid(), "-", i) }
			d.Request(id(i), desk.Request{Reason: "callerAsked", Priority: r.IntN(4) + 1})
			if i >= patient {
				d.Cancelled(id(i-patient), "cancelled") // of no effect where somebody has it
			}
			time.Sleep(2 * time.Millisecond)
		}
	}()
	for err == nil {
		_, err = os.Stdout.Write(append(<-lines, '\n'))
	}
	panic(err)
}

// What the desk has told is there after kill -9, at any moment: the line, who
// has what, and the clocks are as they were.
func TestKill(t *testing.T) {
	rounds := 10
	if n, err := strconv.Atoi(os.Getenv("RELEVO_KILLS")); err == nil {
		rounds = n
	}
	path := filepath.Join(t.TempDir(), "relevo.db")
	told, talked := map[string]wire.HandoffLine{}, map[string]bool{}
	r := rand.New(rand.NewPCG(1, 2))
	for round := range rounds {
		child(t, path, time.Duration(r.IntN(600))*time.Millisecond, told)
		for id, h := range told {
			if h.State != "ended" && h.Agent != "" {
				talked[id] = true
			}
		}
		afterwards(t, path, told)
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
	}
	waiting, ended := 0, 0
	for _, h := range told {
		switch {
		case h.State == "ended":
			ended++
		case h.Agent == "":
			waiting++
		}
	}
	t.Logf("%d kills: %d told as waiting, %d as ended; %d were held when the server was killed", rounds, waiting, ended, len(talked))
	if waiting == 0 || len(talked) == 0 || ended == 0 {
		t.Error("too little happened")
	}
}

// child runs a child, kills it some time after the first that it tells, however
// slow the machine is, and keeps what it has told.
func child(t *testing.T, path string, lives time.Duration, told map[string]wire.HandoffLine) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childVariable+"="+path)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(time.Minute, func() { _ = c.Process.Signal(syscall.SIGKILL) })
	defer timer.Stop()
	first := true
	scan := bufio.NewScanner(out)
	scan.Buffer(nil, 1<<20)
	for scan.Scan() {
		var h wire.HandoffLine
		if json.Unmarshal(scan.Bytes(), &h) == nil && h.ID != "" { // else the line on which it was killed
			told[h.ID] = h
		}
		if first {
			first = false
			timer.Reset(lives)
		}
	}
	if err := c.Wait(); err == nil || c.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the child ended by itself: %v", err)
	}
}

// afterwards compares what was told with what is there, before and after the
// desk has started again.
func afterwards(t *testing.T, path string, told map[string]wire.HandoffLine) {
	t.Helper()
	log, s, d, calls, err := openDesk(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	for id, was := range told {
		h, err := s.Handoff(t.Context(), id)
		if err != nil {
			t.Errorf("%s was told and is lost: %v", id, err)
			continue
		}
		is := desk.Line(&h, "")
		switch {
		case was.State == "ended" && (is.State != "ended" || is.Outcome != was.Outcome):
			t.Errorf("%s was told to have ended as %s, is %s %s", id, was.Outcome, is.State, is.Outcome)
		case is.Seq != was.Seq || is.Call != was.Call || is.EnteredAt != was.EnteredAt || is.Priority != was.Priority:
			t.Errorf("%s was %+v, is %+v", id, was, is)
		}
		for _, c := range [][2]*wire.SLAClock{{was.FirstResponse, is.FirstResponse}, {was.Resolution, is.Resolution}} {
			if c[0].StartAt != c[1].StartAt || c[0].RiskAt != c[1].RiskAt || c[0].DeadlineAt != c[1].DeadlineAt || c[0].Outcome != "" && c[0].Outcome != c[1].Outcome {
				t.Errorf("%s: a clock was %+v, is %+v", id, c[0], c[1])
			}
		}
	}
	before, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Start(t.Context(), calls); err != nil {
		t.Fatal(err)
	}
	view, stop, err := d.Watch(t.Context(), "root", desk.WatchOptions{Observe: true}, func(string, any) {})
	if err != nil {
		t.Fatal(err)
	}
	stop()
	is := map[string]wire.HandoffLine{}
	for _, h := range view.Handoffs {
		is[h.ID] = h
	}
	if len(is) != len(before.Handoffs) {
		t.Errorf("%d handoffs were going on, %d are", len(before.Handoffs), len(is))
	}
	for _, h := range before.Handoffs {
		was, now := desk.Line(&h, ""), is[h.ID]
		if h.State.Held() && (now.Agent != was.Agent || now.State != was.State) {
			t.Errorf("%s was %s with %q, is %s with %q", h.ID, was.State, was.Agent, now.State, now.Agent)
		}
		if h.State.InLine() && (now.Agent != "" || now.Rank > was.Rank || now.Seq != was.Seq) {
			t.Errorf("%s waited as %+v, is %+v", h.ID, was, now)
		}
	}
	if err := d.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
