package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/relevo/relevo/transcripts"
)

// together runs n functions from one starting gun and returns when all have.
func together(n int, f func(i int)) {
	gun := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-gun
			f(i)
		})
	}
	close(gun)
	wg.Wait()
}

func testClaims(t *testing.T, s transcripts.Store) {
	const humans = 50
	create(t, s, "c")
	var mu sync.Mutex
	var winners []string
	losers := map[string]int{} // by the name of the winner they were told
	together(humans, func(i int) {
		name := fmt.Sprintf("human %d", i)
		_, err := s.Transition(t.Context(), transcripts.Transition{
			CallID: "c", FromState: "ai", ToState: "willStart", Claim: transcripts.Claim{Name: name}, Entry: transcripts.Entry{Name: name},
		})
		mu.Lock()
		defer mu.Unlock()
		var conflict *transcripts.ConflictError
		switch {
		case err == nil:
			winners = append(winners, name)
		case errors.As(err, &conflict):
			losers[conflict.Current.Claim.Name]++
		default:
			t.Errorf("%s: %v", name, err)
		}
	})
	if len(winners) != 1 || losers[winners[0]] != humans-1 {
		t.Fatalf("winners %v, losers by the name they were told %v", winners, losers)
	}
	list, err := s.Entries(t.Context(), "c", 0, 0)
	if err != nil || len(list) != 1 || list[0].Name != winners[0] {
		t.Fatalf("log after the claims: %+v, %v", list, err)
	}
}

// testConcurrentAppends has writers on three calls, and on each call a reader
// that follows the log by its cursor and must meet neither hole nor duplicate.
func testConcurrentAppends(t *testing.T, s transcripts.Store) {
	const calls, writers, each = 3, 10, 15
	for c := range calls {
		create(t, s, fmt.Sprint(c))
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var readers sync.WaitGroup
	for c := range calls {
		readers.Go(func() {
			seen := map[string]bool{}
			for cursor := int64(0); cursor < writers*each; {
				list, err := s.Entries(ctx, fmt.Sprint(c), cursor, 7)
				if err != nil {
					t.Errorf("call %d: %v", c, err)
					return
				}
				for _, e := range list {
					if cursor++; e.Seq != cursor || seen[e.Text] {
						t.Errorf("call %d: after %d came %d %q (seen: %v)", c, cursor-1, e.Seq, e.Text, seen[e.Text])
						return
					}
					seen[e.Text] = true
				}
			}
		})
	}
	var mu sync.Mutex
	numbers := map[string]map[int64]bool{}
	together(calls*writers, func(i int) {
		call := fmt.Sprint(i % calls)
		last := int64(0)
		for n := range each {
			e, err := s.Append(ctx, say(call, fmt.Sprintf("%d/%d", i, n)))
			if err != nil {
				t.Error(err)
				cancel()
				return
			}
			mu.Lock()
			if numbers[call] == nil {
				numbers[call] = map[int64]bool{}
			}
			if numbers[call][e.Seq] || e.Seq <= last {
				t.Errorf("call %s: seq %d given twice or out of order", call, e.Seq)
			}
			numbers[call][e.Seq] = true
			mu.Unlock()
			last = e.Seq
		}
	})
	readers.Wait()
	for call, n := range numbers {
		if len(n) != writers*each || !n[1] || !n[writers*each] {
			t.Errorf("call %s: %d numbers", call, len(n))
		}
	}
}

func testConcurrentRepetition(t *testing.T, s transcripts.Store) {
	create(t, s, "c")
	var mu sync.Mutex
	texts := map[string]int{}
	together(50, func(i int) {
		e := say("c", fmt.Sprint(i))
		e.SentenceID = "s"
		got, err := s.Append(t.Context(), e)
		if err != nil || got.Seq != 1 {
			t.Errorf("%+v, %v", got, err)
		}
		mu.Lock()
		defer mu.Unlock()
		texts[got.Text]++
	})
	if len(texts) != 1 {
		t.Fatalf("different answers: %v", texts)
	}
}

// testBadAmongGood sends writes that fail together with writes that must not.
func testBadAmongGood(t *testing.T, s transcripts.Store) {
	create(t, s, "c")
	create(t, s, "ended")
	if _, err := s.Transition(t.Context(), transcripts.Transition{CallID: "ended", FromState: "ai", ToState: transcripts.StateEnded}); err != nil {
		t.Fatal(err)
	}
	const n = 60
	together(n, func(i int) {
		var err, want error
		switch i % 6 {
		case 0:
			_, err = s.Append(t.Context(), say("nobody", "x"))
			want = transcripts.ErrNotFound
		case 1:
			_, err = s.Append(t.Context(), say("ended", "x"))
			want = transcripts.ErrSealed
		case 2:
			err = s.CreateCall(t.Context(), transcripts.Call{ID: "c", State: "ai"})
			want = transcripts.ErrExists
		case 3:
			e := say("c", "x")
			e.Data = json.RawMessage("nonsense")
			_, err = s.Append(t.Context(), e)
			want = transcripts.ErrInvalid
		default:
			_, err = s.Append(t.Context(), say("c", "good"))
		}
		if !errors.Is(err, want) {
			t.Errorf("%d: got %v, want %v", i, err, want)
		}
	})
	list, err := s.Entries(t.Context(), "c", 0, 0)
	if err != nil || len(list) != n/3 || list[n/3-1].Seq != n/3 {
		t.Fatalf("%d entries, %v; want %d", len(list), err, n/3)
	}
}
