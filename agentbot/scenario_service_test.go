package agentbot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4/pkg/media/oggwriter"

	"github.com/relevo/relevo/agentbot/brain"
	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/knowledge"
	"github.com/relevo/relevo/agentbot/tools"
	"github.com/relevo/relevo/sfu/opus"
)

// shopPath is a path of the operator's own service, at http://shop.
type shopPath struct {
	path   string
	status int
	body   string
	after  time.Duration
}

// endpointOf is an endpoint that speaks the OpenAI API.
type endpointOf struct {
	*fakeEndpoint
	mode    string // of speech recognition
	format  string // of speech
	chained bool   // a second one and scripted engines behind it
}

// pipes is a network in memory: what is dialled is accepted by its server.
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

func (p *pipes) Close() error   { return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// serveTools runs the operator's service, and gives the agent the client that
// calls it: package tools' own, so that what is refused, late or unreachable is
// what it is in a call.
func (s *stage) serveTools() {
	p := &pipes{make(chan net.Conn), make(chan struct{})}
	server := &http.Server{Handler: http.HandlerFunc(s.serveTool)}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(p)
	}()
	client := tools.NewClient(tools.ClientOptions{Dial: func(ctx context.Context, _, addr string) (net.Conn, error) {
		if !strings.HasPrefix(addr, "shop:") {
			return nil, errors.New("no route to " + addr)
		}
		ours, theirs := net.Pipe()
		select {
		case p.conns <- theirs:
			return ours, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}})
	s.clientDo = client.Do
	s.t.Cleanup(func() {
		client.Close()
		close(p.done)
		_ = server.Close()
		<-served
	})
}

func (s *stage) serveTool(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	x := &s.extras
	x.heard.Lock()
	x.heard.asked = append(x.heard.asked, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
	x.heard.Unlock()
	for _, one := range x.services {
		if one.path != r.URL.Path {
			continue
		}
		select {
		case <-time.After(one.after):
		case <-r.Context().Done():
			return
		}
		w.WriteHeader(one.status)
		fmt.Fprint(w, one.body)
		return
	}
	w.WriteHeader(http.StatusNotFound)
}

// openKnowledge is the local brain, which knows a folder and looks at it.
func (s *stage) openKnowledge() engine.LLM {
	watcher, err := knowledge.Watch(knowledge.WatchConfig{Files: os.DirFS(s.extras.folder)})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = watcher.Close() })
	return asking{brain.New(brain.Config{Knowledge: watcher, Meaning: s.meaning(watcher)}), s}
}

// asking notes what a model is asked that is not the scripted one.
type asking struct {
	engine.LLM
	s *stage
}

// Chat implements engine.LLM.
func (a asking) Chat(ctx context.Context, r engine.Request) (engine.ReplyStream, error) {
	a.s.world.mu.Lock()
	a.s.requests = append(a.s.requests, r)
	a.s.world.mu.Unlock()
	return a.LLM.Chat(ctx, r)
}

// openEndpoint puts the endpoint in the place of the scripted engines, or before
// them.
func (s *stage) openEndpoint(scripted Engines) Engines {
	e := s.extras.endpoint
	f, dial := serveFake(s.t)
	f.ws, f.opus = e.mode == "realtime", e.format == "opus"
	e.fakeEndpoint = f
	opened := openEnginesAs(s.t, scripted, dial, e.mode, e.format, !e.chained)
	opened.LLM = asking{opened.LLM, s}
	return opened
}

// serviceSettings are about what answers the agent over a network.
var serviceSettings = []rule{
	{Pattern: "service TEXT answers COUNT TEXT after SECONDS", Set: func(s *stage, v []value) error {
		s.extras.services = append(s.extras.services, shopPath{v[0].Text, v[1].Count, v[2].Text, v[3].Time})
		return nil
	}},
	{Pattern: "operator's tool TEXT", Set: func(s *stage, v []value) error {
		s.tools, s.client = append(s.tools, v[0].Text), true
		return nil
	}},
	{Pattern: "endpoint with segments|realtime and pcm|opus", Set: func(s *stage, v []value) error {
		s.extras.endpoint = &endpointOf{mode: v[0].Text, format: v[1].Text}
		return nil
	}},
	{Pattern: "two endpoints with segments|realtime and pcm|opus and scripted engines", Set: func(s *stage, v []value) error {
		s.extras.endpoint = &endpointOf{mode: v[0].Text, format: v[1].Text, chained: true}
		return nil
	}},
}

var serviceSteps = []rule{
	{Pattern: "endpoint's asr|ws|llm|tts TEXT", Do: func(s *stage, v []value) error {
		s.extras.endpoint.set(v[0].Text, v[1].Text)
		return nil
	}},
	{Pattern: "endpoint's asr|llm|tts TEXT once", Do: func(s *stage, v []value) error {
		f := s.extras.endpoint
		f.set(v[0].Text, v[1].Text)
		f.mu.Lock()
		defer f.mu.Unlock()
		f.once = true
		return nil
	}},
	{Pattern: "endpoint works", Do: func(s *stage, _ []value) error { s.extras.endpoint.set("", ""); return nil }},
}

var serviceExpectations = []rule{
	{Pattern: "service asked TEXT", Check: func(s *stage, _ time.Duration, v []value) string {
		x := &s.extras
		x.heard.Lock()
		defer x.heard.Unlock()
		for _, asked := range x.heard.asked {
			if asked == v[0].Text {
				return ""
			}
		}
		return fmt.Sprintf("the service was asked %q", x.heard.asked)
	}},
	{Pattern: "endpoint's asr|ws|llm|tts asked COUNT times by SECONDS", Check: func(s *stage, _ time.Duration, v []value) string {
		f := s.extras.endpoint
		f.mu.Lock()
		defer f.mu.Unlock()
		n := 0
		for _, at := range f.asked[v[0].Text] {
			if at.Sub(s.start) <= v[2].Time {
				n++
			}
		}
		return equal("requests", n, v[1].Count)
	}},
	{Pattern: "service asked COUNT times", Check: func(s *stage, _ time.Duration, v []value) string {
		x := &s.extras
		x.heard.Lock()
		defer x.heard.Unlock()
		return equal("requests", len(x.heard.asked), v[0].Count)
	}},
}

// speechOpus is speech as Ogg Opus, a page for each packet of 20 ms; an endpoint
// that speaks it refuses PCM.
func (a *answer) speechOpus(body []byte) {
	var request struct {
		Input  string
		Format string `json:"response_format"`
	}
	_ = json.Unmarshal(body, &request)
	if request.Format != "opus" {
		a.w.Header().Set("Content-Type", "application/json")
		a.w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(a.w, `{"error":{"message":"response_format must be opus"}}`)
		return
	}
	if !a.begin("audio/ogg", 100*ms) {
		return
	}
	const rate = 24000
	encoder, err := opus.NewEncoder(rate, opus.EncoderOptions{})
	if err != nil {
		return
	}
	out, err := oggwriter.NewWith(a.w, rate, 1)
	if err != nil {
		return
	}
	packet := make([]byte, 1500)
	pcm := make([]int16, rate/50)
	for frame := range 15 * len(strings.Fields(request.Input)) {
		level := 6000.0
		if frame%15 >= 13 {
			level = 0
		}
		for i := range pcm {
			pcm[i] = int16(level * math.Sin(2*math.Pi*700*float64(frame*len(pcm)+i)/rate))
		}
		n, err := encoder.Encode(pcm, packet)
		if err != nil {
			return
		}
		if out.WriteRTP(&rtp.Packet{Header: rtp.Header{Timestamp: uint32(960 * (frame + 1))}, Payload: packet[:n]}) != nil {
			return
		}
		a.w.(http.Flusher).Flush()
	}
}
