package enginetest

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/relevo/relevo/agentbot/engine"
)

// Soon is how long a method may take to return once its ctx has ended, on a
// busy machine under the race detector. It bounds hangs; it is no figure of
// speed.
const Soon = 5 * time.Second

// Patience is how long an engine may take for a whole short answer.
const Patience = 60 * time.Second

// parallel is the number of goroutines of the concurrency tests.
const parallel = 4

var kinds = []engine.Kind{
	engine.Unavailable, engine.Unauthorized, engine.RateLimited,
	engine.Timeout, engine.Nonsense, engine.Unusable,
}

// CheckError fails the test unless err is what an engine may return when its
// ctx has not ended: an *engine.Error of a known kind, with a name and a cause.
func CheckError(t testing.TB, err error) {
	t.Helper()
	var e *engine.Error
	if !errors.As(err, &e) {
		t.Errorf("error is %T (%v), want *engine.Error", err, err)
		return
	}
	if !slices.Contains(kinds, e.Kind) {
		t.Errorf("error kind %q is unknown", e.Kind)
	}
	if e.Engine == "" {
		t.Errorf("error %v does not name its engine", e)
	}
	if e.Cause == nil {
		t.Errorf("error of kind %q has no cause", e.Kind)
	}
}

// checkLeaks fails the test when goroutines that did not exist now are left at
// its end. It is called first, so that its check runs after all other cleanup.
func checkLeaks(t *testing.T) {
	t.Helper()
	now := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		if err := goleak.Find(now); err != nil {
			t.Errorf("goroutines left: %v", err)
		}
	})
}

// within fails the test when f has not returned after d.
func within(t testing.TB, d time.Duration, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		t.Fatalf("%s has not returned after %v", what, d)
	}
}

// patient is a ctx that ends at the test's end, or when patience does.
func patient(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	t.Cleanup(cancel)
	return ctx
}

// cancelled is a ctx that has ended.
func cancelled(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// together runs f on several goroutines and waits for all.
func together(f func(i int)) {
	var wg sync.WaitGroup
	for i := range parallel {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// silence is d of digital silence at engine.SampleRate.
func silence(d time.Duration) []int16 {
	return make([]int16, int(d.Seconds()*engine.SampleRate))
}

// tone is d of a sine at engine.SampleRate.
func tone(d time.Duration, hertz float64) []int16 {
	pcm := silence(d)
	for i := range pcm {
		pcm[i] = int16(8000 * math.Sin(2*math.Pi*hertz*float64(i)/engine.SampleRate))
	}
	return pcm
}
