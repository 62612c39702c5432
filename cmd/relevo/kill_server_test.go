package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/wire"
)

// serveVariable makes this test's binary the relevo command.
const serveVariable = "RELEVO_COMMAND_CHILD"

// commandMain is the process where it is to be relevo.
func commandMain() {
	if os.Getenv(serveVariable) != "" {
		os.Exit(run(context.Background(), os.Args[1:], env{nil, os.Stdin, os.Stdout, os.Stderr}))
	}
}

// process is relevo serve as a process of its own, on a fixed port.
type process struct {
	cmd    *exec.Cmd
	stderr bytes.Buffer
	gone   chan struct{}
}

func startProcess(t *testing.T, port int, data string) *process {
	t.Helper()
	p := &process{gone: make(chan struct{})}
	p.cmd = exec.Command(os.Args[0], "serve", "--dev", "--engines", "scripted", "--caller-silence", "0,0,0", "--log-level", "warn",
		"--listen", fmt.Sprintf("127.0.0.1:%d", port), "--rtc-udp", "127.0.0.1:0", "--debug-listen", "-", "--data", data)
	p.cmd.Env = append(os.Environ(), serveVariable+"=1")
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	go func() {
		defer close(p.gone)
		_, _ = io.Copy(io.Discard, lines)
		_ = p.cmd.Wait()
	}()
	if err != nil || !strings.HasPrefix(first, "listening on ") {
		p.kill()
		t.Fatalf("the server does not start: %q %v\n%s", first, err, p.stderr.String())
	}
	return p
}

// kill is kill -9, and waits until nothing of it is left.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.gone
}

// dead says whether it is not there any more.
func (p *process) dead() bool {
	select {
	case <-p.gone:
		return true
	default:
		return false
	}
}

// dies waits a moment for one that was just killed, and says whether it was.
func (p *process) dies() bool {
	t := time.NewTimer(10 * time.Second)
	defer t.Stop()
	select {
	case <-p.gone:
		return true
	case <-t.C:
		return false
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// town is where callers and agents live; servers come and go.
type town struct {
	t    *testing.T
	port int
	api  *webrtc.API
	http *http.Client
}

func (w *town) url(scheme string) string { return fmt.Sprintf("%s://127.0.0.1:%d", scheme, w.port) }

// rest is one request as the app; the error is also what the server refuses.
func (w *town) rest(method, path, body string, result any) error {
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, w.url("http")+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.SetBasicAuth("devkey", "devsecret")
	req.Header.Set("Content-Type", "application/json")
	resp, err := w.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %d %s", method, path, resp.StatusCode, b)
	}
	if result == nil || len(b) == 0 {
		return nil
	}
	return json.Unmarshal(b, result)
}

// voice is a client in a call that sends and counts.
type voice struct {
	*client.Client
	stop chan struct{}
	wg   sync.WaitGroup

	cursor atomic.Int64 // newest seq by the socket
	heard  atomic.Int64 // packets of the floor
	words  atomic.Int64 // live subtitles of the AI
}

// join brings somebody into a call, with a microphone.
func (w *town) join(cfg client.Config) (*voice, error) {
	v := &voice{stop: make(chan struct{})}
	cfg.URL, cfg.API = w.url("ws")+"/v1/ws", w.api
	cfg.AudioSlots, cfg.Publish = 1, []wire.Source{wire.SourceMicrophone}
	v.cursor.Store(cfg.Cursor)
	cfg.OnNotify = func(_ string, params json.RawMessage) {
		var d struct{ Seq int64 }
		if json.Unmarshal(params, &d) == nil && d.Seq > v.cursor.Load() {
			v.cursor.Store(d.Seq)
		}
	}
	cfg.OnRTP = func(string, *rtp.Packet, time.Time) { v.heard.Add(1) }
	cfg.OnEnvelope = func(e wire.Envelope) {
		var s wire.Subtitle
		if e.Type == wire.TypeAgentSubtitle && json.Unmarshal(e.Data, &s) == nil && !s.Backlog {
			v.words.Add(1)
		}
	}
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	c, err := client.Dial(ctx, cfg)
	if err != nil {
		return nil, err
	}
	v.Client = c
	v.wg.Go(v.speak)
	return v, nil
}

// speak sends a frame of silence every 20 ms.
func (v *voice) speak() {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-v.stop:
			return
		case <-tick.C:
			_ = v.WriteAudio([]byte{0xf8, 0xff, 0xfe}, 960) // a peer that is going away takes none
		}
	}
}

func (v *voice) close() {
	close(v.stop)
	v.wg.Wait()
	v.Client.Close()
}

func (v *voice) ask(ctx context.Context, method string, params, result any) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	return v.Call(ctx, method, params, result)
}

// post is a console's socket to a server that may be killed at any moment.
type post struct {
	c    *websocket.Conn
	gone chan struct{}

	mu      sync.Mutex
	id      int
	answers map[wire.ID]chan wire.Frame
	offer   int64                    // the newest
	rings   string                   // the handoff that it is of
	changed func([]wire.HandoffLine) // of the one who looks; else nil
}

func (w *town) post(token string, look bool, changed func([]wire.HandoffLine)) (*post, wire.WatchDeskResult, error) {
	var view wire.WatchDeskResult
	p, err := w.socket(changed)
	if err != nil {
		return nil, view, err
	}
	if err := p.ask(wire.MethodWatchDesk, wire.WatchDesk{Token: token, Observe: look}, &view); err != nil {
		p.close()
		return nil, view, err
	}
	if view.Offer != nil {
		p.mu.Lock()
		if view.Offer.Offer > p.offer {
			p.offer, p.rings = view.Offer.Offer, view.Offer.Handoff.ID
		}
		p.mu.Unlock()
	}
	return p, view, nil
}

// socket is one that has asked nothing yet.
func (w *town) socket(changed func([]wire.HandoffLine)) (*post, error) {
	d := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}, HandshakeTimeout: 20 * time.Second}
	c, resp, err := d.Dial(w.url("ws")+"/v1/ws", nil)
	if err != nil {
		return nil, err
	}
	_ = resp.Body.Close()
	p := &post{c: c, gone: make(chan struct{}), answers: map[wire.ID]chan wire.Frame{}, changed: changed}
	go p.read()
	return p, nil
}

func (p *post) read() {
	defer close(p.gone)
	for {
		_, b, err := p.c.ReadMessage()
		if err != nil {
			return
		}
		f, err := wire.DecodeFrame(b)
		if err != nil {
			continue
		}
		p.mu.Lock()
		if answer := p.answers[f.ID]; f.ID != "" && answer != nil {
			answer <- f // has room
		}
		switch f.Method {
		case wire.NotifyDeskOffer:
			var o wire.DeskOffer
			if json.Unmarshal(f.Params, &o) == nil {
				p.offer, p.rings = o.Offer, o.Handoff.ID
			}
		case wire.NotifyDeskChanged:
			var d wire.DeskChanged
			if p.changed != nil && json.Unmarshal(f.Params, &d) == nil {
				p.changed(d.Handoffs)
			}
		}
		p.mu.Unlock()
	}
}

func (p *post) newestOffer() int64 {
	offer, _ := p.ringing()
	return offer
}

// ringing is the newest offer and the handoff that it is of.
func (p *post) ringing() (offer int64, handoff string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.offer, p.rings
}

// ask returns when it is answered or the server is gone.
func (p *post) ask(method string, params, result any) error {
	answer := make(chan wire.Frame, 1)
	p.mu.Lock()
	p.id++
	id := wire.ID(jsonOf(p.id))
	p.answers[id] = answer
	p.mu.Unlock()
	if params == nil {
		params = wire.Empty{}
	}
	b, err := wire.EncodeRequest(id, method, params)
	if err != nil {
		return err
	}
	if err := p.c.WriteMessage(websocket.TextMessage, b); err != nil {
		return err
	}
	select {
	case f := <-answer:
		if f.Error != nil {
			return f.Error.Err()
		}
		if result != nil {
			return json.Unmarshal(f.Result, result)
		}
		return nil
	case <-p.gone:
		return io.ErrUnexpectedEOF
	}
}

func (p *post) close() {
	_ = p.c.Close()
	<-p.gone
}
