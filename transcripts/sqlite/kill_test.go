package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/relevo/relevo/transcripts"
	"github.com/relevo/relevo/transcripts/sqlite"
)

// childVariable names the database of a child that appends until it is killed.
const childVariable = "RELEVO_SQLITE_CHILD"

// childMain is the child: four callers append to one call, and each entry is
// printed once the store has acknowledged it, never before.
func childMain() (isChild bool) {
	path := os.Getenv(childVariable)
	if path == "" {
		return false
	}
	ctx := context.Background()
	s, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err == nil {
		err = s.CreateCall(ctx, transcripts.Call{ID: "c", State: "ai"})
	}
	lines := make(chan string)
	for worker := range 4 {
		go func() {
			for i := 0; ; i++ {
				e, err := s.Append(ctx, transcripts.Entry{CallID: "c", Kind: transcripts.KindMessage, Text: fmt.Sprintf("%d/%d", worker, i)})
				if err != nil {
					panic(err)
				}
				lines <- fmt.Sprintln(e.Seq, e.Text)
			}
		}()
	}
	for err == nil {
		_, err = os.Stdout.WriteString(<-lines)
	}
	panic(err)
}

// What was acknowledged is there after kill -9, and the log goes on from it.
func TestKill(t *testing.T) {
	path := file(t)
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childVariable+"="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	acknowledged := map[int64]string{}
	for scan := bufio.NewScanner(out); scan.Scan(); {
		seq, text, _ := strings.Cut(scan.Text(), " ")
		n, err := strconv.ParseInt(seq, 10, 64)
		if err != nil {
			continue // the line on which it was killed
		}
		acknowledged[n] = text
		if len(acknowledged) == 200 {
			if err := child.Process.Signal(syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil || child.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the child ended by itself: %v", err)
	}

	s := open(t, path, sqlite.Options{})
	list, err := s.Entries(t.Context(), "c", 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if len(acknowledged) < 200 || len(list) < len(acknowledged) {
		t.Fatalf("%d acknowledged, %d found", len(acknowledged), len(list))
	}
	for i, e := range list {
		if e.Seq != int64(i+1) {
			t.Fatalf("hole before %d", e.Seq)
		}
		if want, ok := acknowledged[e.Seq]; ok && want != e.Text {
			t.Fatalf("entry %d is %q, acknowledged was %q", e.Seq, e.Text, want)
		}
		delete(acknowledged, e.Seq)
	}
	if len(acknowledged) > 0 {
		t.Fatalf("acknowledged and lost: %v", acknowledged)
	}
	e, err := s.Append(t.Context(), transcripts.Entry{CallID: "c", Kind: transcripts.KindMessage})
	if err != nil || e.Seq != int64(len(list)+1) {
		t.Fatalf("next entry %d, %v; want %d", e.Seq, err, len(list)+1)
	}
}
