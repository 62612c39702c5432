package main

import (
	"context"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/relevo/relevo/agentbot/engine/openai"
	"github.com/relevo/relevo/signaling/call"
)

const (
	// warmAgain is how long a connection that was made ready is taken to be so:
	// less than the client keeps idle ones.
	warmAgain = time.Minute
	warmTime  = 5 * time.Second
)

// warmer has connections ready before a call's first words need them: a TCP and
// a TLS handshake take as long as a short answer.
type warmer struct {
	client *http.Client
	ctx    context.Context
	stop   context.CancelFunc
	wg     sync.WaitGroup

	mu   sync.Mutex // held to look at and set what follows
	urls []string
	last time.Time
	shut bool
}

func newWarmer(client *http.Client) *warmer {
	ctx, stop := context.WithCancel(context.Background())
	return &warmer{client: client, ctx: ctx, stop: stop}
}

// know adds an endpoint.
func (w *warmer) know(baseURL string) {
	if baseURL == "" {
		baseURL = openai.DefaultBaseURL
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Contains(w.urls, baseURL) {
		w.urls = append(w.urls, baseURL)
	}
}

// warm asks each endpoint for nothing, unless that was done lately. It waits for
// nobody; whether it works the first real request tells.
func (w *warmer) warm() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.shut || !w.last.IsZero() && time.Since(w.last) < warmAgain {
		return
	}
	w.last = time.Now()
	for _, url := range w.urls {
		w.wg.Go(func() { w.one(url) })
	}
}

func (w *warmer) one(url string) {
	ctx, cancel := context.WithTimeout(w.ctx, warmTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, url+"/models", nil)
	if err != nil {
		return
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 1<<10)
	resp.Body.Close()
}

// before has the connections made ready when a bot is made.
func (w *warmer) before(newBot func(call.BotSpec) (call.Bot, error)) func(call.BotSpec) (call.Bot, error) {
	if w == nil {
		return newBot
	}
	return func(s call.BotSpec) (call.Bot, error) {
		w.warm()
		return newBot(s)
	}
}

// Close joins what runs.
func (w *warmer) Close() error {
	w.mu.Lock()
	w.shut = true
	w.mu.Unlock()
	w.stop()
	w.wg.Wait()
	return nil
}
