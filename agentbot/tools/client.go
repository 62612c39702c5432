package tools

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
	"unicode"
)

// Statuses of a Result.
const (
	OK          = "ok"          // a 2xx answer
	Refused     = "refused"     // an answer that is no success
	Timeout     = "timeout"     // no answer in time
	Unreachable = "unreachable" // no connection, or an answer that was cut or is none
	Cancelled   = "cancelled"   // given up: the caller went on, or a human came
	Unknown     = "unknown"     // it may have been done: sent, and no answer
	Invalid     = "invalid"     // not called: there is no such tool, or the arguments are not allowed
	Declined    = "declined"    // not called: the caller said no
	Unconfirmed = "unconfirmed" // not called: the caller neither said yes nor no
	TooMany     = "tooMany"     // not called: too often in one turn, or the same one is under way
)

// IsStatus says whether s is one of them.
func IsStatus(s string) bool {
	switch s {
	case OK, Refused, Timeout, Unreachable, Cancelled, Unknown, Invalid, Declined, Unconfirmed, TooMany:
		return true
	}
	return false
}

// Result is what came of a call.
type Result struct {
	Status   string
	Code     int    // of HTTP; 0 without an answer
	Body     string // what the model may read, at most the tool's limit
	Size     int    // bytes that came, up to one more than the limit
	Cut      bool   // there was more
	Duration time.Duration
	Err      error // for the log; holds no secret and no argument
}

// ClientOptions of a Client.
type ClientOptions struct {
	// Dial connects in place of the operating system, without a look at the
	// address. For tests.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Client makes the requests.
type Client struct {
	http *http.Client
}

var (
	errElsewhere = errors.New("it redirects to another place")
	errPrivate   = errors.New(`the host resolves to a private address; say "private": true where that is meant`)
)

// NewClient makes a client.
func NewClient(o ClientOptions) *Client {
	if o.Dial == nil {
		o.Dial = dial
	}
	transport := &http.Transport{
		DialContext: o.Dial, TLSHandshakeTimeout: 5 * time.Second,
		MaxIdleConnsPerHost: 16, IdleConnTimeout: 60 * time.Second, MaxResponseHeaderBytes: 64 << 10, ForceAttemptHTTP2: true,
	}
	return &Client{&http.Client{Transport: transport, CheckRedirect: sameHost}}
}

// Close ends idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

func sameHost(req *http.Request, via []*http.Request) error {
	first := via[0]
	if first.Method != http.MethodGet || len(via) > 3 || req.URL.Scheme != first.URL.Scheme || req.URL.Host != first.URL.Host {
		return errElsewhere
	}
	return nil
}

type privateKey struct{}

// dial refuses addresses of the operator's own network that a name leads to.
func dial(ctx context.Context, network, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	named, _ := netip.ParseAddr(host)
	allowed, _ := ctx.Value(privateKey{}).(bool)
	d := net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		resolved, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		return allow(resolved.Addr().Unmap(), named.Unmap(), allowed || host == "localhost")
	}}
	return d.DialContext(ctx, network, addr)
}

// allow judges an address that is about to be connected to. named is the
// address in the URL, if there is one.
func allow(resolved, named netip.Addr, private bool) error {
	switch {
	case named.IsValid() && resolved == named:
		return nil // the operator's own words
	case resolved.IsLinkLocalUnicast(), resolved.IsMulticast(), resolved.IsUnspecified():
		return errPrivate
	case private:
		return nil
	case resolved.IsLoopback(), resolved.IsPrivate(), shared.Contains(resolved):
		return errPrivate
	}
	return nil
}

// shared is RFC 6598's space of carriers, which clouds use inside.
var shared = netip.MustParsePrefix("100.64.0.0/10")

// Do makes the call. A safe one ends with ctx. Another goes on to its own
// timeout, for it may have been done already; only where the process cannot wait
// (stop) is it given up as Unknown.
func (c *Client) Do(ctx, stop context.Context, t *Tool, a Arguments) Result {
	start := time.Now()
	if !t.Safe() {
		ctx = stop
	}
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, privateKey{}, t.private), t.timeout)
	defer cancel()
	r := c.do(ctx, t, a)
	r.Duration = time.Since(start)
	return r
}

func (c *Client) do(ctx context.Context, t *Tool, a Arguments) Result {
	u, err := t.address(a)
	if err != nil {
		return Result{Status: Invalid, Err: err}
	}
	content, kind, err := t.content(a)
	if err != nil {
		return Result{Status: Invalid, Err: err}
	}
	var body io.Reader
	if content != nil {
		body = bytes.NewReader(content)
	}
	req, err := http.NewRequestWithContext(ctx, t.method, u.String(), body)
	if err != nil {
		return Result{Status: Invalid, Err: errors.New("the request cannot be made")}
	}
	req.Header.Set("User-Agent", "relevo")
	req.Header.Set("Accept", "application/json, text/plain;q=0.9")
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for name, values := range t.headers {
		req.Header[name] = values
	}
	if !t.Safe() {
		req.GetBody = nil // what was sent is not sent again
	}
	var sent atomic.Bool
	req = req.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { sent.Store(true) }}))
	resp, err := c.http.Do(req)
	if err != nil {
		return t.failed(ctx, err, sent.Load())
	}
	defer resp.Body.Close()
	return t.answered(ctx, resp)
}

// failed sorts what went wrong; sent says that the request may have arrived.
func (t *Tool) failed(ctx context.Context, err error, sent bool) Result {
	switch {
	case errors.Is(err, errElsewhere):
		return Result{Status: Refused, Err: errElsewhere}
	case errors.Is(err, errPrivate):
		return Result{Status: Unreachable, Err: errPrivate}
	case sent && !t.Safe():
		return Result{Status: Unknown, Err: errors.New("sent, and no answer: " + t.cause(err))}
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return Result{Status: Timeout, Err: errors.New("no answer in " + t.timeout.String())}
	case ctx.Err() != nil:
		return Result{Status: Cancelled, Err: ctx.Err()}
	}
	return Result{Status: Unreachable, Err: errors.New(t.cause(err))}
}

// cause is the innermost text of an error: net/http's own has the URL, and so
// arguments.
func (t *Tool) cause(err error) string {
	for next := err; next != nil; next = errors.Unwrap(next) {
		err = next
	}
	return t.clean(err.Error())
}

func (t *Tool) answered(ctx context.Context, resp *http.Response) Result {
	r := Result{Status: OK, Code: resp.StatusCode}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		r.Status, r.Err = Refused, fmt.Errorf("HTTP %d", resp.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, int64(t.limit)+1))
	r.Size = len(data)
	if r.Cut = len(data) > t.limit; r.Cut {
		data = data[:t.limit]
	}
	if err != nil && r.Status == OK {
		r.Cut = true
		if t.Safe() {
			f := t.failed(ctx, err, true)
			f.Code, f.Size = r.Code, r.Size
			return f
		}
		r.Err = errors.New("the answer was cut") // done it is
	}
	r.Body = t.clean(readable(resp.Header.Get("Content-Type"), data))
	return r
}

// readable is an answer as text, "" where it is none.
func readable(contentType string, data []byte) string {
	kind, _, _ := mime.ParseMediaType(contentType)
	switch {
	case kind == "", strings.HasPrefix(kind, "text/"), strings.HasSuffix(kind, "json"), strings.HasSuffix(kind, "xml"), kind == formType:
	default:
		return ""
	}
	return strings.Map(func(r rune) rune {
		if r == '\uFFFD' || unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(data), ""))
}

// clean takes secrets out of a text.
func (t *Tool) clean(text string) string {
	for _, secret := range t.secrets {
		text = strings.ReplaceAll(text, secret, "[secret]")
	}
	return text
}
