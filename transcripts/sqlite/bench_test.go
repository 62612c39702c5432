package sqlite_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/relevo/relevo/transcripts"
	"github.com/relevo/relevo/transcripts/sqlite"
)

// BenchmarkAppend: n callers, a call each, append sentences as fast as they are
// acknowledged. It reports entries a second, the 99th percentile of one append
// and how many entries shared a commit.
func BenchmarkAppend(b *testing.B) {
	for _, callers := range []int{1, 50, 500} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			s := open(b, file(b), sqlite.Options{})
			for c := range callers {
				if err := s.CreateCall(b.Context(), transcripts.Call{ID: fmt.Sprint(c), State: "ai"}); err != nil {
					b.Fatal(err)
				}
			}
			before := s.Stats()
			var left atomic.Int64
			left.Store(int64(b.N))
			var wg sync.WaitGroup
			var mu sync.Mutex
			var all []time.Duration
			b.ResetTimer()
			for c := range callers {
				wg.Go(func() {
					var own []time.Duration
					for i := 0; left.Add(-1) >= 0; i++ {
						begin := time.Now()
						_, err := s.Append(b.Context(), transcripts.Entry{
							CallID: fmt.Sprint(c), Kind: transcripts.KindSentence, Start: begin, End: begin.Add(time.Second),
							SpeakerID: "p-1", Role: "agent", Name: "Ada", SentenceID: fmt.Sprintf("s-%d", i),
							Text: "We are open from nine to six, and on Saturdays until noon.",
						})
						if err != nil {
							b.Error(err)
							return
						}
						own = append(own, time.Since(begin))
					}
					mu.Lock()
					all = append(all, own...)
					mu.Unlock()
				})
			}
			wg.Wait()
			b.StopTimer()
			slices.Sort(all)
			after := s.Stats()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "appends/s")
			b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(after.Requests-before.Requests)/float64(after.Commits-before.Commits), "appends/commit")
		})
	}
}

func BenchmarkEntries(b *testing.B) {
	s := open(b, file(b), sqlite.Options{})
	if err := s.CreateCall(b.Context(), transcripts.Call{ID: "c", State: "ai"}); err != nil {
		b.Fatal(err)
	}
	for range 500 {
		if _, err := s.Append(b.Context(), transcripts.Entry{CallID: "c", Kind: transcripts.KindSentence, Text: "We are open from nine to six."}); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("last10", func(b *testing.B) {
		for b.Loop() {
			if list, err := s.Entries(b.Context(), "c", 490, 0); err != nil || len(list) != 10 {
				b.Fatal(len(list), err)
			}
		}
	})
	b.Run("all500", func(b *testing.B) {
		for b.Loop() {
			if list, err := s.Entries(b.Context(), "c", 0, 0); err != nil || len(list) != 500 {
				b.Fatal(len(list), err)
			}
		}
	})
}
