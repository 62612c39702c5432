package desk_test

import (
	"bytes"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/signaling/desk"
	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/wire"
)

// safely is a buffer for many.
type safely struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safely) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safely) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// What a call tells the agent has names in it; the log has them only where it
// may, and has the cause where something is broken.
func TestNoNamesInTheLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "relevo.db")
	synctest.Test(t, func(t *testing.T) {
		out := &safely{}
		w := &world{t: t, path: path, calls: &calls{state: map[string]string{}, heard: map[string]bool{}, of: map[string][]string{}, waits: map[string]desk.Wait{}}}
		w.out = slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) > 0 && groups[len(groups)-1] == "pii" {
				return slog.Attr{}
			}
			return a
		}}))
		w.start()
		defer w.close()
		dana := w.console("dana", desk.WatchOptions{})
		for _, fail := range []error{wire.Errorf(wire.KindConflict, "Mrs Secret already has this call"), wire.Wrap(wire.KindStorage, errors.New("disk on fire"), "Mrs Secret waits")} {
			w.calls.mu.Lock()
			w.calls.fail = fail
			w.calls.mu.Unlock()
			w.request("c1", desk.Request{})
			time.Sleep(time.Minute)
			w.do(queue.SetAvailable{Agent: "dana"})
			time.Sleep(time.Second)
			w.do(queue.Accept{Agent: "dana", Offer: uint64(last[wire.DeskOffer](dana, wire.NotifyDeskOffer).Offer)})
			time.Sleep(time.Second)
			w.desk.Ended("c1")
			time.Sleep(time.Second)
		}
		log := out.String()
		if strings.Count(log, "a call could not be taken over") != 2 || !strings.Contains(log, "kind=conflict") || !strings.Contains(log, "disk on fire") || strings.Contains(log, "Secret") {
			t.Errorf("%s", log)
		}
	})
}
