package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/relevo/relevo/signaling/wire"
)

func TestMain(m *testing.M) {
	commandMain()
	goleak.VerifyTestMain(m)
}

// running is a server on free loopback ports.
type running struct {
	url     string
	output  string
	signals chan os.Signal
	ended   chan error
}

func start(t *testing.T, args ...string) *running {
	t.Helper()
	args = append([]string{"--dev", "--engines", "scripted", "--listen", "127.0.0.1:0", "--rtc-udp", "127.0.0.1:0", "--data", t.TempDir()}, args...)
	c, err := fresh(t, args, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &running{signals: make(chan os.Signal, 2), ended: make(chan error, 1)}
	read, write := io.Pipe()
	var wg sync.WaitGroup
	wg.Go(func() {
		r.ended <- serve(context.Background(), c, slog.New(slog.DiscardHandler), write, r.signals)
		_ = write.Close()
	})
	t.Cleanup(wg.Wait)
	lines := bufio.NewReader(read)
	for range 3 {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("the server ended: %v", <-r.ended)
		}
		r.output += line
	}
	first, _, _ := strings.Cut(r.output, "\n")
	r.url = strings.TrimPrefix(first, "listening on ")
	return r
}

func (r *running) stop(t *testing.T) {
	t.Helper()
	r.signals <- syscall.SIGTERM
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestServe(t *testing.T) {
	r := start(t)
	if !strings.HasPrefix(r.output, "listening on http://127.0.0.1:") || !strings.Contains(r.output, r.url+"/console") || !strings.Contains(r.output, "dana with dev") {
		t.Errorf("announced %q", r.output)
	}
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ok", "/metrics": "relevo_sfu_packets_in_total", "/openapi.json": `"3.1`} {
		if status, body := get(t, r.url+path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("GET %s: %d %.200s", path, status, body)
		}
	}
	if status, _ := get(t, r.url+"/debug/pprof/"); status == http.StatusOK {
		t.Error("profiles are served to everybody")
	}
	req, err := http.NewRequest(http.MethodPost, r.url+"/v1/calls", bytes.NewReader([]byte("{}")))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("devkey", "devsecret")
	req.Header.Set("Content-Type", "application/json")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var created wire.CreateCallResult
	if err := json.NewDecoder(resp.Body).Decode(&created); err != nil || resp.StatusCode != http.StatusCreated || created.Token == "" {
		t.Errorf("create: %s %+v %v", resp.Status, created, err)
	}
	r.stop(t)
	l, err := net.Listen("tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		t.Fatalf("the port is still taken: %v", err)
	}
	_ = l.Close()
}

func TestServeWithoutMetricsInPublic(t *testing.T) {
	r := start(t, "--dev=false", "--key", "app", "--secret", goodSecret, "--rtc-tcp", "127.0.0.1:0", "--debug-listen", "-")
	if status, _ := get(t, r.url+"/metrics"); status == http.StatusOK {
		t.Error("metrics are served to everybody")
	}
	r.stop(t)
}

func TestServeSaysWhyItCannot(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	file := t.TempDir() + "/file"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--listen", l.Addr().String()}, "--listen"},
		{[]string{"--debug-listen", l.Addr().String()}, "--debug-listen"},
		{[]string{"--rtc-tcp", l.Addr().String()}, "--rtc-tcp"},
		{[]string{"--rtc-udp", "nowhere"}, "--rtc-udp"},
		{[]string{"--data", file}, "--data"},
		{[]string{"--knowledge", file}, "--knowledge"},
		{[]string{"--prompt", file + "x"}, "--prompt"},
	} {
		args := append([]string{"--dev", "--engines", "scripted", "--listen", "127.0.0.1:0", "--rtc-udp", "127.0.0.1:0", "--data", t.TempDir()}, tt.args...)
		c, err := fresh(t, args, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = serve(t.Context(), c, slog.New(slog.DiscardHandler), io.Discard, nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: error %v, want one with %q", tt.args, err, tt.want)
		}
	}
}

func TestSnake(t *testing.T) {
	for in, want := range map[string]string{"PLIsIn": "plis_in", "NACKsIn": "nacks_in", "PacketsOut": "packets_out", "BytesIn": "bytes_in",
		"DroppedUnbound": "dropped_unbound", "Rooms": "rooms", "RTPIn": "rtp_in"} {
		if got := snake(in); got != want {
			t.Errorf("snake(%s) = %s, want %s", in, got, want)
		}
	}
}

// A second signal ends the wait, but not one that belongs to the first.
func TestSecondSignal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		signals := make(chan os.Signal, 1)
		signals <- syscall.SIGTERM
		go func() {
			time.Sleep(time.Minute)
			signals <- syscall.SIGTERM
		}()
		begun := time.Now()
		if err := drain(make(chan error), signals); !errors.Is(err, errForced) {
			t.Errorf("drained with %v", err)
		}
		if d := time.Since(begun); d != time.Minute {
			t.Errorf("ended after %v", d)
		}
		done := make(chan error, 1)
		done <- nil
		if err := drain(done, signals); err != nil {
			t.Error(err)
		}
	})
}
