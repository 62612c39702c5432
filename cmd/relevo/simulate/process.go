package simulate

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// usage is what a server has taken of its machine at one moment. What cannot be
// known is negative.
type usage struct {
	cpu        time.Duration
	resident   int64 // bytes
	goroutines int
	fds        int
	sockets    int
}

// look reads a process from /proc where pid is given and from the server's
// /metrics otherwise; goroutines come from /metrics in both cases.
func look(ctx context.Context, r *rest, pid int) (usage, error) {
	u := usage{cpu: -1, resident: -1, goroutines: -1, fds: -1, sockets: -1}
	m, err := r.metrics(ctx)
	if err == nil {
		number := func(name string) int64 {
			v, ok := m[name]
			if !ok {
				return -1
			}
			return int64(v)
		}
		u.goroutines = int(number("go_goroutines"))
		u.fds = int(number("process_open_fds"))
		u.resident = number("process_resident_memory_bytes")
		if v, ok := m["process_cpu_seconds_total"]; ok {
			u.cpu = time.Duration(v * float64(time.Second))
		}
	}
	r.client.CloseIdleConnections()
	if pid <= 0 {
		return u, err
	}
	return u, u.proc(pid)
}

func (u *usage) proc(pid int) error {
	dir := fmt.Sprintf("/proc/%d", pid)
	stat, err := os.ReadFile(dir + "/stat")
	if err != nil {
		return err
	}
	// The second field is the name in brackets; utime and stime are fields 14 and
	// 15, in ticks of 10 ms.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 22 {
		return fmt.Errorf("%s/stat: %d fields", dir, len(fields))
	}
	ticks := func(i int) int64 { n, _ := strconv.ParseInt(fields[i], 10, 64); return n }
	u.cpu = time.Duration(ticks(11)+ticks(12)) * 10 * time.Millisecond
	u.resident = ticks(21) * int64(os.Getpagesize())
	fds, err := os.ReadDir(dir + "/fd")
	if err != nil {
		return err
	}
	u.fds, u.sockets = len(fds), 0
	for _, fd := range fds {
		if to, err := os.Readlink(dir + "/fd/" + fd.Name()); err == nil && strings.HasPrefix(to, "socket:") {
			u.sockets++
		}
	}
	return nil
}

// left is what a server has more than before; -1 where it is not known.
type left struct {
	Goroutines int `json:"goroutines"`
	FDs        int `json:"fds"`
	Ports      int `json:"ports"`
}

func more(before, after usage) left {
	diff := func(b, a int) int {
		if b < 0 || a < 0 {
			return -1
		}
		return max(0, a-b)
	}
	return left{diff(before.goroutines, after.goroutines), diff(before.fds, after.fds), diff(before.sockets, after.sockets)}
}

func (l left) none() bool { return l.Goroutines <= 0 && l.FDs <= 0 && l.Ports <= 0 }

// settle waits until the server has no more than before, for within at most.
func settle(ctx context.Context, r *rest, pid int, before usage, within time.Duration) (left, usage, error) {
	end := time.Now().Add(within)
	for {
		after, err := look(ctx, r, pid)
		l := more(before, after)
		if err != nil || l.none() || time.Now().After(end) {
			return l, after, err
		}
		select {
		case <-ctx.Done():
			return l, after, context.Cause(ctx)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
