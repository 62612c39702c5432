package simulate

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// RunSelf starts this program as a server with scripted engines on free loopback
// ports, simulates against it and stops it. The report then also knows whether
// the server ended in good order and whether this process is as it was before.
// data is the folder of its database, "" a temporary one.
func RunSelf(ctx context.Context, o Options, data string) (*Report, error) {
	if data == "" {
		dir, err := os.MkdirTemp("", "relevo-simulate-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		data = dir
	}
	goroutines := runtime.NumGoroutine()
	child, err := startChild(ctx, data, o.Progress)
	if err != nil {
		return nil, err
	}
	o.URL, o.Key, o.Secret, o.PID = child.url, "devkey", "devsecret", child.cmd.Process.Pid
	limits := o.Limits
	o.Limits = Thresholds{}
	r, err := Run(ctx, o)
	if stopErr := child.stop(); stopErr != nil {
		if r == nil {
			return nil, errors.Join(err, stopErr)
		}
		r.fail("stop", stopErr)
	}
	if err != nil {
		return nil, err
	}
	r.ClientGoroutinesLeft = goroutinesLeft(goroutines)
	r.check(limits)
	return r, nil
}

// goroutinesLeft counts those above before, once they have had a while to end.
func goroutinesLeft(before int) int {
	for range 50 {
		if runtime.NumGoroutine() <= before {
			return 0
		}
		time.Sleep(20 * time.Millisecond)
	}
	return runtime.NumGoroutine() - before
}

type child struct {
	cmd  *exec.Cmd
	url  string
	done chan struct{} // closed when its output has ended
}

const startWithin = 30 * time.Second

func startChild(ctx context.Context, data string, log io.Writer) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{done: make(chan struct{})}
	// Not bound to ctx: it is to end in good order when ctx does.
	c.cmd = exec.Command(self, "serve", "--dev", "--engines", "scripted", "--listen", "127.0.0.1:0", "--rtc-udp", "127.0.0.1:0",
		"--data", data, "--log-level", "warn")
	c.cmd.Stderr = log
	// A Ctrl-C in the terminal is for this process, which then stops the child.
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	// Pdeathsig is tied to the thread that starts the child, which must live on.
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		started <- c.cmd.Start()
		<-c.done
	}()
	if err := <-started; err != nil {
		close(c.done)
		return nil, err
	}
	url := make(chan string, 1)
	go func() {
		defer close(c.done)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if u, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
				url <- u
			}
		}
	}()
	t := time.NewTimer(startWithin)
	defer t.Stop()
	select {
	case c.url = <-url:
		return c, nil
	case <-c.done:
		err = errors.New("the server ended before it listened")
	case <-t.C:
		err = fmt.Errorf("the server did not listen within %v", startWithin)
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	return nil, errors.Join(err, c.stop())
}

// stop asks the child to drain and waits for its end; then its port must be
// free.
func (c *child) stop() error {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(20*time.Second, func() { _ = c.cmd.Process.Kill() })
	defer kill.Stop()
	<-c.done
	if err := c.cmd.Wait(); err != nil {
		return fmt.Errorf("the server ended badly: %w", err)
	}
	if c.url == "" {
		return nil
	}
	l, err := net.Listen("tcp", strings.TrimPrefix(c.url, "http://"))
	if err != nil {
		return fmt.Errorf("the server's port is still taken: %w", err)
	}
	return l.Close()
}
