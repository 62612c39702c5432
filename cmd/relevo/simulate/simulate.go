package simulate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/relevo/relevo/sfu"
)

// Options are what to simulate.
type Options struct {
	URL         string // of the server, http:// or https://
	Key, Secret string // of an app
	PID         int    // of the server, where it runs on this machine; 0: its /metrics tell

	Calls     int
	Observers int // a call
	Takeovers int // a call; 0: no human joins
	Duration  time.Duration
	Joining   int // calls that join at the same time; 0: 4

	Progress io.Writer // nil: none
	Limits   Thresholds
}

// Run simulates and measures. It returns what it has when ctx ends early, and an
// error only where there is nothing to report.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Joining <= 0 {
		o.Joining = 4
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	s := &run{
		o:      o,
		rest:   &rest{base: strings.TrimSuffix(o.URL, "/"), key: o.Key, secret: o.Secret, client: &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{}}},
		dialer: &websocket.Dialer{HandshakeTimeout: 20 * time.Second},
		report: newReport(),
		start:  time.Now(),
	}
	defer s.rest.client.CloseIdleConnections()
	var err error
	if s.api, err = sfu.NewClientAPI(sfu.ClientConfig{Loopback: true, Log: silentFactory{}}); err != nil {
		return nil, err
	}
	if s.caller, err = newRecording(440); err != nil {
		return nil, err
	}
	if s.human, err = newRecording(660); err != nil {
		return nil, err
	}
	before, err := look(ctx, s.rest, o.PID)
	if err != nil {
		return nil, fmt.Errorf("the server cannot be looked at: %w", err)
	}
	r := s.report
	r.Calls, r.Participant = o.Calls, 2+o.Observers
	if o.Takeovers > 0 {
		r.Participant++
	}
	s.playAll(ctx, before)
	r.Interrupted = ctx.Err() != nil
	l, _, err := settle(context.WithoutCancel(ctx), s.rest, o.PID, before, 15*time.Second)
	if err != nil {
		r.fail("after the calls", err)
	}
	r.Left = &l
	r.finish(s.clock())
	r.check(o.Limits)
	return r, nil
}

// playAll runs the wheels and all calls, and joins them.
func (s *run) playAll(ctx context.Context, before usage) {
	turning, stop := context.WithCancel(context.WithoutCancel(ctx))
	var wheels sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		w := new(wheel)
		s.wheels = append(s.wheels, w)
		wheels.Go(func() { w.run(turning) })
	}
	defer func() {
		stop()
		wheels.Wait()
		for _, w := range s.wheels {
			s.report.Packets.LateTicks += w.late.Load()
		}
	}()

	calls := s.enterCalls(ctx)
	fmt.Fprintf(s.o.Progress, "%d of %d calls have joined after %.1f s\n", len(calls), s.o.Calls, s.clock().Seconds())
	joined, lookErr := look(ctx, s.rest, s.o.PID)
	begun, packets := s.clock(), s.received(calls)

	var completed atomic.Int64
	var scripts sync.WaitGroup
	for _, c := range calls {
		scripts.Go(func() {
			switch err := c.play(ctx); {
			case err == nil:
				completed.Add(1)
			case ctx.Err() == nil:
				s.report.fail("call", err)
			}
		})
	}
	done := make(chan struct{})
	go func() { scripts.Wait(); close(done) }()
	s.showProgress(done)

	after, err := look(context.WithoutCancel(ctx), s.rest, s.o.PID)
	s.report.Completed = int(completed.Load())
	if err = errors.Join(lookErr, err); err != nil {
		s.report.fail("server", err)
	} else {
		s.resources(before, joined, after, s.clock()-begun, s.received(calls)-packets, len(calls))
	}
	var leaving sync.WaitGroup
	for _, c := range calls {
		leaving.Go(c.leaveAll)
	}
	leaving.Wait()
}

// enterCalls brings the calls in, a few at a time.
func (s *run) enterCalls(ctx context.Context) []*conversation {
	var mu sync.Mutex
	var calls []*conversation
	var next atomic.Int64
	var joining sync.WaitGroup
	for range min(s.o.Joining, s.o.Calls) {
		joining.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= s.o.Calls {
					return
				}
				c, err := s.enterAll(ctx, i)
				if err != nil {
					s.report.fail("join", err)
					continue
				}
				mu.Lock()
				calls = append(calls, c)
				mu.Unlock()
			}
		})
	}
	joining.Wait()
	return calls
}

// received counts the packets that all clients have got so far.
func (s *run) received(calls []*conversation) (n uint64) {
	for _, c := range calls {
		for _, p := range append([]*party{c.caller, c.human}, c.observers...) {
			if p != nil {
				n += p.received.Load()
			}
		}
	}
	return n
}

func (s *run) resources(before, joined, after usage, elapsed time.Duration, packets uint64, calls int) {
	out := &s.report.Server
	if joined.cpu >= 0 && after.cpu >= 0 && packets > 0 {
		cpu := after.cpu - joined.cpu
		out.CPUCores = round(cpu.Seconds() / elapsed.Seconds())
		out.CPUPerPacketUs = round(float64(cpu.Microseconds()) / float64(packets))
	}
	if before.resident >= 0 && after.resident >= 0 && calls > 0 {
		out.MemoryPerCall = round(float64(after.resident-before.resident) / 1024 / float64(calls))
		out.ResidentMiB = round(float64(after.resident) / (1 << 20))
	}
}

func (s *run) showProgress(done <-chan struct{}) {
	t := time.NewTicker(5 * time.Second)
	defer t.Stop()
	for {
		select {
		case <-done:
			return
		case <-t.C:
			s.report.note(func(r *Report) {
				fmt.Fprintf(s.o.Progress, "%3.0f s: %d takeovers, %d replies, %d barge-ins, %d errors\n",
					s.clock().Seconds(), r.Takeovers, r.EndOfSpeechToAI.n, r.BargeInStop.n, len(r.Errors))
			})
		}
	}
}
