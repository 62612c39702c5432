package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/relevo/relevo/agentbot/engine"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pipes is a network of one server.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	select {
	case <-p.done:
	default:
		close(p.done)
	}
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-p.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// serve runs handler behind pipes and returns an endpoint there. All of it
// has ended when the test has.
func serve(t testing.TB, handler http.HandlerFunc) Endpoint {
	t.Helper()
	p := &pipes{make(chan net.Conn), make(chan struct{})}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Only with the body read does the server see that a client has gone.
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		handler(w, r)
	})}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(p)
	}()
	transport := &http.Transport{DialContext: p.dial, DisableKeepAlives: true}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
		<-served
	})
	return Endpoint{BaseURL: "http://ai/v1", Key: "secret", Model: "m", HTTP: &http.Client{Transport: transport}}
}

func flush(w http.ResponseWriter) { w.(http.Flusher).Flush() }

// wait is a handler's sleep that ends with its request.
func wait(r *http.Request, d time.Duration) {
	select {
	case <-time.After(d):
	case <-r.Context().Done():
	}
}

// event writes one event of a chat stream.
func event(w http.ResponseWriter, format string, args ...any) {
	fmt.Fprintf(w, "data: "+format+"\n\n", args...)
	flush(w)
}

// content is an event of text.
func content(w http.ResponseWriter, text string) {
	b, _ := json.Marshal(text)
	event(w, `{"choices":[{"index":0,"delta":{"content":%s}}]}`, b)
}

// fault is a way for an endpoint to fail, and the kind it must come out as.
type fault struct {
	name    string
	kind    engine.Kind
	handler http.HandlerFunc
}

func status(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		fmt.Fprint(w, body)
	}
}

// faults are those that all engines share.
func faults() []fault {
	const message = `{"error":{"message":"no","type":"x","code":null}}`
	return []fault{
		{"401", engine.Unauthorized, status(401, message)},
		{"403", engine.Unauthorized, status(403, "")},
		{"404", engine.Unusable, status(404, message)},
		{"429", engine.RateLimited, status(429, `{"error":{"message":"slow down","type":"rate_limit","code":"rate_limit_exceeded"}}`)},
		{"400", engine.Unavailable, status(400, `{"error":"a string"}`)},
		{"500", engine.Unavailable, status(500, `<html>oops</html>`)},
		{"503 with an endless body", engine.Unavailable, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(503)
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 4096)); err != nil {
					return
				}
			}
		}},
		{"HTML", engine.Nonsense, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "<html><body>Log in to the Wi-Fi</body></html>")
		}},
		{"no answer", engine.Timeout, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		{"cut before the answer", engine.Unavailable, func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }},
		{"redirects without end", engine.Unavailable, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/v1/again", http.StatusFound)
		}},
	}
}

func wantKind(t *testing.T, err error, kind engine.Kind) {
	t.Helper()
	e, ok := err.(*engine.Error)
	if !ok || e.Kind != kind {
		t.Errorf("error %T %v, want kind %s", err, err, kind)
		return
	}
	if e.Cause == nil || len(e.Error()) > maxCause+100 || !strings.HasPrefix(e.Engine, "openai ") {
		t.Errorf("error %+v", e)
	}
}

func TestUnusableConfig(t *testing.T) {
	for _, e := range []Endpoint{{}, {HTTP: &http.Client{}, BaseURL: "::"}, {HTTP: &http.Client{}, BaseURL: "ftp://x/v1"}, {HTTP: &http.Client{}, BaseURL: "example.com/v1"}} {
		_, err := NewLLM(LLMConfig{Endpoint: e})
		wantKind(t, err, engine.Unusable)
		_, err = NewASR(ASRConfig{Endpoint: e})
		wantKind(t, err, engine.Unusable)
		_, err = NewTTS(TTSConfig{Endpoint: e})
		wantKind(t, err, engine.Unusable)
	}
	_, err := NewTTS(TTSConfig{Endpoint: Endpoint{HTTP: &http.Client{}}, Rate: 22050})
	wantKind(t, err, engine.Unusable)
}

func contextOf(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), d)
}
