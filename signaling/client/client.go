package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/relevo/relevo/signaling/wire"
)

// Config is what a client is and wants.
type Config struct {
	URL    string            // ws:// or wss://, e.g. ws://127.0.0.1:8080/v1/ws
	Dialer *websocket.Dialer // nil: one with the defaults
	API    *webrtc.API       // sfu.NewClientAPI; nil: no media, signaling only

	Token     string
	Call      string    // desk tokens only
	Role      wire.Role // desk tokens only
	Resume    string    // resumeToken of an earlier client: its place without its media
	Cursor    int64     // the last log seq that is known already
	Subscribe *wire.Subscribe

	AudioSlots int           // m-lines that receive audio; the first of a caller carries the floor
	VideoSlots int           // m-lines that receive video
	Publish    []wire.Source // what it sends, one m-line each
	VideoCodec string        // MIME type of camera and screen; "" = video/VP8

	// Callbacks, all optional. See the package comment for who calls them.
	OnNotify          func(method string, params json.RawMessage)
	OnEnvelope        func(e wire.Envelope)
	OnRTP             func(mid string, p *rtp.Packet, at time.Time) // p is the callback's to keep
	OnKeyFrameRequest func(source wire.Source)
	OnPeerState       func(s webrtc.PeerConnectionState)
	OnSocketLost      func(err error) // not called for DropSocket and Close

	Log *slog.Logger // nil: discard
}

// ErrBusy says that the data channel's buffer is full; nothing was sent.
var ErrBusy = errors.New("client: data channel is busy")

// Client is a participant of a call.
type Client struct {
	// Fixed after Dial.
	cfg  Config
	log  *slog.Logger
	peer *peer // nil without Config.API

	negotiations atomic.Int64

	mu       sync.Mutex
	link     *link
	joined   wire.JoinResult
	holding  bool             // candidates wait for the offer that they belong to
	held     []wire.Candidate // while holding
	answered bool             // a remote description is set
	early    []wire.Candidate // the server's, before answered
}

// Dial connects, joins and, with an API, negotiates. It returns when the answer
// is set; Connected tells when media can flow. Notifications may arrive before
// it returns.
func Dial(ctx context.Context, cfg Config) (*Client, error) {
	if cfg.Dialer == nil {
		cfg.Dialer = &websocket.Dialer{HandshakeTimeout: 10 * time.Second}
	}
	c := &Client{cfg: cfg, log: cfg.Log}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if cfg.API != nil {
		p, err := newPeer(c)
		if err != nil {
			return nil, fmt.Errorf("client: peer connection: %w", err)
		}
		c.peer = p
	}
	if err := c.connect(ctx, cfg.Resume, cfg.Cursor, c.peer != nil); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// connect opens a socket and joins; with media it sends the offer without
// waiting for the join's reply.
func (c *Client) connect(ctx context.Context, resume string, cursor int64, media bool) error {
	dialer := *c.cfg.Dialer
	dialer.Subprotocols = []string{wire.Subprotocol}
	conn, resp, err := dialer.DialContext(ctx, c.cfg.URL, nil)
	if err != nil {
		return dialError(err, resp)
	}
	l := newLink(conn, c.onNotify, c.onLost)
	c.mu.Lock()
	c.link = l
	c.mu.Unlock()

	join := wire.Join{Call: c.cfg.Call, Role: c.cfg.Role, Subscribe: c.cfg.Subscribe, Resume: resume, Cursor: cursor}
	if resume == "" {
		join.Token = c.cfg.Token
	}
	reply, err := l.start(ctx, wire.MethodJoin, join)
	if err != nil {
		return err
	}
	var mediaErr error
	if media {
		mediaErr = c.negotiate(ctx, l, false)
	}
	var joined wire.JoinResult
	if err := l.finish(ctx, wire.MethodJoin, reply, &joined); err != nil {
		return err // says more than what negotiate met
	}
	c.mu.Lock()
	c.joined = joined
	c.mu.Unlock()
	return mediaErr
}

// current is the socket in use; it may be dead.
func (c *Client) current() *link {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.link
}

// Call sends a request and waits for its result, which is read into result
// unless that is nil. The error is a *wire.Error.
func (c *Client) Call(ctx context.Context, method string, params, result any) error {
	if params == nil {
		params = wire.Empty{}
	}
	l := c.current()
	reply, err := l.start(ctx, method, params)
	if err != nil {
		return err
	}
	return l.finish(ctx, method, reply, result)
}

// Joined is the result of the last join.
func (c *Client) Joined() wire.JoinResult {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.joined
}

// DropSocket cuts the connection as a dead network does, without a word to the
// server, and joins the socket's goroutines. The media goes on.
func (c *Client) DropSocket() { c.current().close(true) }

// Resume opens a new socket for the same participant with the last resume
// token, after DropSocket or OnSocketLost. The backlog starts after cursor.
func (c *Client) Resume(ctx context.Context, cursor int64) error {
	c.current().close(true)
	c.mu.Lock()
	token := c.joined.ResumeToken
	c.mu.Unlock()
	if token == "" {
		return wire.Errorf(wire.KindBadRequest, "there is no resume token: join first")
	}
	return c.connect(ctx, token, cursor, false)
}

// ICERestart offers again with new ICE credentials, over the current socket.
func (c *Client) ICERestart(ctx context.Context) error {
	if c.peer == nil {
		return wire.Errorf(wire.KindBadRequest, "this client has no media")
	}
	return c.negotiate(ctx, c.current(), true)
}

// Negotiations counts the offers made.
func (c *Client) Negotiations() int { return int(c.negotiations.Load()) }

// Close ends the socket and the media and joins every goroutine. The server
// learns that the participant is gone from the media; send MethodLeave first to
// leave at once.
func (c *Client) Close() {
	if l := c.current(); l != nil {
		l.close(false)
	}
	if c.peer != nil {
		c.peer.close()
	}
}

func (c *Client) onLost(err error) {
	c.log.Debug("socket lost", "err", err)
	if c.cfg.OnSocketLost != nil {
		c.cfg.OnSocketLost(err)
	}
}

// onNotify runs on the reader of the socket.
func (c *Client) onNotify(method string, params json.RawMessage) {
	if method == wire.NotifyCandidate && c.peer != nil {
		var cand wire.Candidate
		if err := json.Unmarshal(params, &cand); err != nil {
			c.log.Warn("the server's candidate makes no sense", "err", err)
			return
		}
		c.mu.Lock()
		answered := c.answered
		if !answered {
			c.early = append(c.early, cand)
		}
		c.mu.Unlock()
		if answered {
			c.peer.addCandidate(cand)
		}
		return
	}
	if c.cfg.OnNotify != nil {
		c.cfg.OnNotify(method, params)
	}
}

// onCandidate is told of one's own candidates, by Pion.
func (c *Client) onCandidate(cand wire.Candidate) {
	c.mu.Lock()
	if c.holding {
		c.held = append(c.held, cand)
		c.mu.Unlock()
		return
	}
	l := c.link
	c.mu.Unlock()
	l.post(wire.NotifyCandidate, cand)
}

// negotiate offers over l and sets the answer. Candidates gathered for the
// offer are sent after it, so that the server never meets one of a later
// generation than it knows.
func (c *Client) negotiate(ctx context.Context, l *link, restart bool) error {
	select {
	case c.peer.turn <- struct{}{}:
		defer func() { <-c.peer.turn }()
	case <-ctx.Done():
		return wire.Wrap(wire.KindTimeout, ctx.Err(), "another negotiation did not end in time")
	}
	c.mu.Lock()
	c.holding = true
	c.mu.Unlock()

	params, err := c.peer.offer(restart)
	var reply chan wire.Frame
	if err == nil {
		c.negotiations.Add(1)
		reply, err = l.start(ctx, wire.MethodNegotiate, params)
	}
	c.mu.Lock()
	c.holding = false
	held := c.held
	c.held = nil
	c.mu.Unlock()
	if err != nil {
		return err
	}
	for _, cand := range held {
		l.post(wire.NotifyCandidate, cand)
	}

	var result wire.NegotiateResult
	if err := l.finish(ctx, wire.MethodNegotiate, reply, &result); err != nil {
		return err
	}
	if err := c.peer.answer(result.Answer); err != nil {
		return err
	}
	c.mu.Lock()
	c.answered = true
	early := c.early
	c.early = nil
	c.mu.Unlock()
	for _, cand := range early {
		c.peer.addCandidate(cand)
	}
	return nil
}
