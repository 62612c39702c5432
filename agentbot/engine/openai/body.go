package openai

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"time"
)

const (
	// maxErrorBody is how much is read of an answer that is no success.
	maxErrorBody = 16 << 10
	// maxRest and restTime bound what is read after an answer is complete, so
	// that its connection is used again: an unread end closes it.
	maxRest  = 4 << 10
	restTime = 50 * time.Millisecond
)

// boundedTransport refuses answers that cannot be what was asked for, and ends
// those that do not end.
type boundedTransport struct {
	next  http.RoundTripper
	limit int64
}

func (t *boundedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		resp.Body = truncated{io.LimitReader(resp.Body, maxErrorBody), resp.Body}
		return resp, nil
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "text/html" {
		resp.Body.Close()
		return nil, errHTML
	}
	state, _ := req.Context().Value(bodyKey{}).(*bodyState)
	if state == nil {
		state = &bodyState{}
	}
	resp.Body = &boundedBody{ReadCloser: resp.Body, left: t.limit, state: state}
	return resp, nil
}

type truncated struct {
	io.Reader
	io.Closer
}

type bodyKey struct{}

// bodyState is what a call and the body of its answer tell each other; both
// belong to one goroutine.
type bodyState struct {
	drain  bool   // what is left of the body is its end only
	cancel func() // ends the call
	last   []byte // the end of what was read so far
}

// boundedBody fails after limit bytes and remembers the last ones.
type boundedBody struct {
	io.ReadCloser
	left  int64
	ended bool
	state *bodyState
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLarge
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	b.ended = b.ended || err != nil
	b.state.add(p[:n])
	return n, err
}

// Close implements io.Closer. It reads an end that nobody has read.
func (b *boundedBody) Close() error {
	if b.state.drain && !b.ended {
		limit := time.AfterFunc(restTime, b.state.cancel)
		_, _ = io.CopyN(io.Discard, b.ReadCloser, maxRest)
		limit.Stop()
	}
	return b.ReadCloser.Close()
}

// add remembers the end of a body, by which a whole event stream is told from
// one that was cut: go-openai reports both as the end.
func (s *bodyState) add(p []byte) {
	const keep = 64
	if len(p) > keep {
		p = p[len(p)-keep:]
	}
	if s.last = append(s.last, p...); len(s.last) > keep {
		s.last = append(s.last[:0], s.last[len(s.last)-keep:]...)
	}
}

func (s *bodyState) done() bool { return bytes.Contains(s.last, []byte("[DONE]")) }
