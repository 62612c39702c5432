package openai

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	oa "github.com/sashabaranov/go-openai"

	"github.com/relevo/relevo/agentbot/engine"
)

// DefaultBaseURL is OpenAI's.
const DefaultBaseURL = "https://api.openai.com/v1"

// Endpoint is where an engine's requests go.
type Endpoint struct {
	BaseURL string // up to and with /v1; "" is DefaultBaseURL
	Key     string // sent as a bearer token; may be empty for a local server
	Model   string
	HTTP    *http.Client // required; its owner closes its idle connections

	// Limits in time, see the package documentation. 0 is the default.
	First time.Duration // 8 s
	Stall time.Duration // 5 s
	Total time.Duration // 60 s; 5 min for a TTS
}

// endpoint is an Endpoint in use.
type endpoint struct {
	name                string
	client              *oa.Client
	base                *url.URL
	key, model          string
	http                *http.Client // as it was given
	first, stall, total time.Duration
}

func newEndpoint(name string, e Endpoint, model string, limit int64) (*endpoint, error) {
	unusable := func(cause error) error {
		return &engine.Error{Engine: name, Kind: engine.Unusable, Cause: cause}
	}
	if e.HTTP == nil {
		return nil, unusable(errors.New("no HTTP client given"))
	}
	if e.BaseURL == "" {
		e.BaseURL = DefaultBaseURL
	}
	base, err := url.Parse(e.BaseURL)
	if err != nil {
		return nil, unusable(err)
	}
	if base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, unusable(fmt.Errorf("base URL %q is no http or https URL", e.BaseURL))
	}
	if e.Model == "" {
		e.Model = model
	}
	bounded := *e.HTTP
	next := e.HTTP.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	bounded.Transport = &boundedTransport{next: next, limit: limit}
	cfg := oa.DefaultConfig(e.Key)
	cfg.BaseURL = e.BaseURL
	cfg.HTTPClient = &bounded
	return &endpoint{
		name: name, client: oa.NewClientWithConfig(cfg), base: base, key: e.Key, model: e.Model, http: e.HTTP,
		first: orElse(e.First, 8*time.Second), stall: orElse(e.Stall, 5*time.Second), total: orElse(e.Total, time.Minute),
	}, nil
}

func orElse(d, fallback time.Duration) time.Duration {
	if d <= 0 {
		return fallback
	}
	return d
}

// Why a request of ours was ended by ourselves.
var (
	errFirst  = errors.New("no answer in time")
	errStall  = errors.New("the answer stalled")
	errTotal  = errors.New("the answer took too long")
	errClosed = errors.New("closed")
)

// call is one request and the reading of its answer, with its limits in time.
type call struct {
	endpoint *endpoint
	user     context.Context // who asked
	ctx      context.Context // ends with user, by a limit or by end
	cancel   context.CancelCauseFunc
	stop     context.CancelFunc // of the total limit
	timer    *time.Timer        // of the limit that runs now
	body     *bodyState
}

func (e *endpoint) begin(ctx context.Context) *call {
	c := &call{endpoint: e, user: ctx, body: &bodyState{}}
	limited, stop := context.WithTimeoutCause(ctx, e.total, errTotal)
	c.stop = stop
	c.ctx, c.cancel = context.WithCancelCause(context.WithValue(limited, bodyKey{}, c.body))
	c.body.cancel = func() { c.cancel(errClosed) }
	c.timer = time.AfterFunc(e.first, func() { c.cancel(errFirst) })
	return c
}

// progress says that something came; the next must come within Stall.
func (c *call) progress() {
	if c.timer.Stop() {
		c.timer = time.AfterFunc(c.endpoint.stall, func() { c.cancel(errStall) })
	}
}

// pause stops the limits between reads, when it is the reader who is slow.
func (c *call) pause() { c.timer.Stop() }

// resume starts the stall limit again after pause.
func (c *call) resume() {
	c.timer = time.AfterFunc(c.endpoint.stall, func() { c.cancel(errStall) })
}

// end releases the call's timers and stops its request.
func (c *call) end() {
	c.timer.Stop()
	c.cancel(errClosed)
	c.stop()
}

// ended is the error of a method whose ctx has ended.
func (e *endpoint) ended(ctx context.Context) error {
	err := ctx.Err()
	if errors.Is(err, context.DeadlineExceeded) {
		return &engine.Error{Engine: e.name, Kind: engine.Timeout, Cause: err}
	}
	return err
}

// fail maps an error of the request to what engines return.
func (c *call) fail(err error) error {
	if c.user.Err() != nil {
		return c.endpoint.ended(c.user)
	}
	switch cause := context.Cause(c.ctx); {
	case errors.Is(cause, errFirst) || errors.Is(cause, errStall) || errors.Is(cause, errTotal):
		return &engine.Error{Engine: c.endpoint.name, Kind: engine.Timeout, Cause: cause}
	case cause != nil:
		err = cause
	}
	var known *engine.Error
	if errors.As(err, &known) {
		return known
	}
	return &engine.Error{Engine: c.endpoint.name, Kind: kindOf(err), Cause: brief(err)}
}
