package agentbot

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/chain"
	"github.com/relevo/relevo/agentbot/engine/openai"
	"github.com/relevo/relevo/agentbot/escalation"
)

// longestSilence is what a caller hears of nothing at most, whatever fails.
const longestSilence = 2500 * ms

// fakeEndpoint speaks the OpenAI API and fails at one of its three ways as it
// is told.
type fakeEndpoint struct {
	conns chan net.Conn
	done  chan struct{}

	mu     sync.Mutex
	engine string // that fails: asr, ws, llm, tts; "": none
	fault  string
	once   bool                   // with the next request and no other
	asked  map[string][]time.Time // requests of each engine
	ws     bool                   // it has realtime transcription
	opus   bool                   // it speaks Opus and nothing else
}

func (f *fakeEndpoint) set(engineName, fault string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.engine, f.fault, f.once = engineName, fault, false
}

// request notes a request and says how it fails.
func (f *fakeEndpoint) request(engineName string) string {
	fault := f.suffers(engineName)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked[engineName] = append(f.asked[engineName], time.Now())
	if f.once && fault != "" {
		f.engine = ""
	}
	return fault
}

func (f *fakeEndpoint) suffers(engineName string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.engine == engineName || f.engine == "ws" && engineName == "asr" {
		return f.fault
	}
	return ""
}

func (f *fakeEndpoint) Accept() (net.Conn, error) {
	select {
	case c := <-f.conns:
		return c, nil
	case <-f.done:
		return nil, net.ErrClosed
	}
}

func (f *fakeEndpoint) Close() error   { return nil }
func (f *fakeEndpoint) Addr() net.Addr { return &net.TCPAddr{} }

// serveFake runs an endpoint until the test's end and returns it with a client
// for each engine.
func serveFake(t *testing.T) (*fakeEndpoint, func(engineName string) openai.Endpoint) {
	f := &fakeEndpoint{conns: make(chan net.Conn), done: make(chan struct{}), asked: map[string][]time.Time{}}
	server := &http.Server{Handler: http.HandlerFunc(f.serve)}
	var served sync.WaitGroup
	served.Go(func() { _ = server.Serve(f) })
	var transports []*http.Transport
	t.Cleanup(func() {
		for _, tr := range transports {
			tr.CloseIdleConnections()
		}
		close(f.done)
		server.Close()
		served.Wait()
	})
	return f, func(engineName string) openai.Endpoint {
		tr := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			if f.suffers(engineName) == "refused" {
				return nil, errors.New("connection refused")
			}
			client, server := net.Pipe()
			select {
			case f.conns <- server:
				return client, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-f.done:
				return nil, net.ErrClosed
			}
		}}
		transports = append(transports, tr)
		return openai.Endpoint{BaseURL: "http://ai/v1", Key: "k", HTTP: &http.Client{Transport: tr}}
	}
}

func (f *fakeEndpoint) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	a := &answer{w: w, r: r}
	switch {
	case strings.HasSuffix(r.URL.Path, "/realtime") && f.ws:
		a.fault = f.request("ws")
		a.realtime(f)
	case strings.HasSuffix(r.URL.Path, "/audio/transcriptions"):
		a.fault = f.request("asr")
		a.transcription(len(body))
	case strings.HasSuffix(r.URL.Path, "/chat/completions"):
		a.fault = f.request("llm")
		a.chat(body)
	case strings.HasSuffix(r.URL.Path, "/audio/speech"):
		a.fault = f.request("tts")
		if f.opus {
			a.speechOpus(body)
			return
		}
		a.speech(body)
	default:
		w.WriteHeader(http.StatusNotFound) // no realtime transcription here
	}
}

// answer is one answer and how it fails.
type answer struct {
	w     http.ResponseWriter
	r     *http.Request
	fault string
}

func (a *answer) sleep(d time.Duration) {
	select {
	case <-time.After(d):
	case <-a.r.Context().Done():
	}
}

// begin fails before the first byte where it is to; else d passes.
func (a *answer) begin(kind string, d time.Duration) bool {
	switch a.fault {
	case "refused":
		panic(http.ErrAbortHandler) // on a connection from before
	case "401", "429", "500":
		status := map[string]int{"401": 401, "429": 429, "500": 500}[a.fault]
		a.w.Header().Set("Content-Type", "application/json")
		a.w.WriteHeader(status)
		fmt.Fprint(a.w, `{"error":{"message":"no"}}`)
		return false
	case "stalls before":
		<-a.r.Context().Done()
		return false
	case "nonsense":
		a.w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(a.w, "<html><body>It works!</body></html>")
		return false
	}
	a.sleep(d)
	a.w.Header().Set("Content-Type", kind)
	return true
}

// middle fails in the midst where it is to.
func (a *answer) middle() {
	a.w.(http.Flusher).Flush()
	switch a.fault {
	case "stalls in mid-stream":
		<-a.r.Context().Done()
		panic(http.ErrAbortHandler)
	case "cut":
		panic(http.ErrAbortHandler)
	}
}

func (a *answer) transcription(size int) {
	if !a.begin("application/json", 150*ms) {
		return
	}
	text := "What are your opening hours?"
	if size < 32*700 {
		text = "What are"
	}
	if a.fault == "garbled" {
		text = "\x01\x02\x03"
	}
	b, _ := json.Marshal(text)
	fmt.Fprint(a.w, `{"text":`+string(b[:5]))
	a.middle()
	fmt.Fprint(a.w, string(b[5:])+"}")
}

// realtime is a WebSocket of the API's. Faults that are not of the upgrade come
// with the first commit.
func (a *answer) realtime(f *fakeEndpoint) {
	switch a.fault {
	case "401", "429", "500", "stalls before", "refused":
		a.begin("", 0)
		return
	}
	conn, err := (&websocket.Upgrader{}).Upgrade(a.w, a.r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	tell := func(message string) { _ = conn.WriteMessage(websocket.TextMessage, []byte(message)) }
	tell(`{"type":"session.created","session":{"type":"transcription","audio":{}}}`)
	for n := 0; ; {
		_, message, err := conn.ReadMessage()
		if err != nil {
			return
		}
		switch {
		case bytes.Contains(message, []byte("session.update")):
			tell(`{"type":"session.updated"}`)
		case bytes.Contains(message, []byte("buffer.commit")):
			text := `What are your opening hours?`
			switch f.suffers("ws") {
			case "stalls before", "stalls in mid-stream":
				continue
			case "401", "429", "500", "refused", "cut":
				return
			case "nonsense":
				tell("<html><body>It works!</body></html>")
				continue
			case "garbled":
				text = `\u0001\u0002`
			}
			n++
			tell(fmt.Sprintf(`{"type":"input_audio_buffer.committed","item_id":"i%d"}`, n))
			time.Sleep(150 * ms)
			tell(fmt.Sprintf(`{"type":"conversation.item.input_audio_transcription.completed","item_id":"i%d","transcript":"%s"}`, n, text))
		}
	}
}

func (a *answer) chat([]byte) {
	if !a.begin("text/event-stream", 200*ms) {
		return
	}
	text := "We open at nine in the morning. On Sunday we are closed. Is there anything else?"
	if a.fault == "garbled" {
		text = "<html><head><title>It works!</title></head> <body>It works. It works. It works.</body></html>"
	}
	for i, word := range strings.SplitAfter(text, " ") {
		b, _ := json.Marshal(word)
		fmt.Fprintf(a.w, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":%s}}]}\n\n", b)
		a.w.(http.Flusher).Flush()
		a.sleep(20 * ms)
		if i == 8 {
			a.middle()
		}
	}
	fmt.Fprint(a.w, "data: [DONE]\n\n")
}

func (a *answer) speech(body []byte) {
	if !a.begin("audio/pcm", 100*ms) {
		return
	}
	var request struct{ Input string }
	_ = json.Unmarshal(body, &request)
	const rate = 24000
	for i := range strings.Fields(request.Input) {
		raw := make([]byte, 0, 2*rate*3/10)
		for n := range rate * 3 / 10 {
			level := 6000.0
			if n > rate*26/100 || a.fault == "garbled" {
				level = 0
			}
			raw = binary.LittleEndian.AppendUint16(raw, uint16(int16(level*math.Sin(2*math.Pi*700*float64(n)/rate))))
		}
		if _, err := a.w.Write(raw); err != nil {
			return
		}
		a.w.(http.Flusher).Flush()
		if i == 1 {
			a.middle()
		}
	}
}

// openEngines are the engines as relevo serve has them for endpoint alone, or
// for endpoints that fail alike with local engines behind them.
func openEngines(t *testing.T, local Engines, endpoint func(string) openai.Endpoint, mode string, alone bool) Engines {
	return openEnginesAs(t, local, endpoint, mode, "", alone)
}

// openEnginesAs are openEngines that ask for speech in a format.
func openEnginesAs(t *testing.T, local Engines, endpoint func(string) openai.Endpoint, mode, format string, alone bool) Engines {
	names := []string{"openai", "openai2"}
	if alone {
		names = names[:1]
	}
	var asr []chain.Link[engine.ASR]
	var llm []chain.Link[engine.LLM]
	var tts []chain.Link[engine.TTS]
	for _, name := range names {
		a, errA := openai.NewASR(openai.ASRConfig{Endpoint: endpoint("asr"), Mode: mode, PartialEvery: 600 * ms})
		l, errL := openai.NewLLM(openai.LLMConfig{Endpoint: endpoint("llm")})
		s, errS := openai.NewTTS(openai.TTSConfig{Endpoint: endpoint("tts"), Format: format})
		if err := errors.Join(errA, errL, errS); err != nil {
			t.Fatal(err)
		}
		asr = append(asr, chain.Link[engine.ASR]{Name: name, Engine: a})
		llm = append(llm, chain.Link[engine.LLM]{Name: name, Engine: l})
		tts = append(tts, chain.Link[engine.TTS]{Name: name, Engine: s})
	}
	if !alone {
		asr = append(asr, chain.Link[engine.ASR]{Name: "local", Engine: local.ASR, Need: 500 * ms})
		llm = append(llm, chain.Link[engine.LLM]{Name: "local", Engine: local.LLM, Need: 300 * ms})
		tts = append(tts, chain.Link[engine.TTS]{Name: "local", Engine: local.TTS, Need: 250 * ms})
	}
	return Engines{VAD: local.VAD, ASR: chain.NewASR(chain.Config{}, asr...), LLM: chain.NewLLM(chain.Config{}, llm...), TTS: chain.NewTTS(chain.Config{}, tts...)}
}

// TestFaultMatrix is every way in which an endpoint fails, alone and with others
// behind it, in several turns one after the other; ws is speech recognition by
// WebSocket alone. It prints a line for each (make faults).
func TestFaultMatrix(t *testing.T) {
	faults := []string{"none", "refused", "401", "429", "500", "stalls before", "stalls in mid-stream", "nonsense", "garbled", "cut"}
	var table bytes.Buffer
	for _, engineName := range []string{"asr", "ws", "llm", "tts"} {
		for i, fault := range faults {
			if racing && i%4 != 0 {
				continue
			}
			for _, alone := range []bool{true, false} {
				setup := map[bool]string{true: "alone", false: "chain"}[alone]
				t.Run(engineName+" "+fault+" "+setup, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						longest, heard := sufferFault(t, engineName, fault, alone)
						fmt.Fprintf(&table, "FAULT %-4s %-21s %-6s longest silence %4.2f s  heard: %s\n", engineName, fault, setup, longest.Seconds(), heard)
					})
				})
			}
		}
	}
	t.Logf("\n%s", table.String())
}

func sufferFault(t *testing.T, engineName, fault string, alone bool) (longest time.Duration, heard string) {
	w := newWorld(t)
	// The same question again and again is no trouble of the caller's here.
	w.cfg.Escalation = testRules(t, func(c *escalation.Config) { c.NotUnderstood.Off = true })
	f, endpoint := serveFake(t)
	mode := openai.ModeAuto
	if engineName == "ws" {
		f.ws, mode = true, openai.ModeRealtime
	}
	w.behind = func(e Engines) Engines { return openEngines(t, e, endpoint, mode, alone) }
	w.begin()
	w.pass(3 * time.Second)
	f.set(engineName, fault)
	turns := 2
	if fault == "500" {
		turns = 7 // so that breakers open, and close again
	}
	for turn := range turns {
		end := w.ear.say(400, 1500*ms)
		w.pass(9 * time.Second)
		if silence := w.voice.longestSilence(end); silence > longest {
			longest = silence
			heard = strings.Join(w.said(end), " ")
		}
		if w.voice.firstLoud(end) < 0 {
			t.Fatalf("turn %d: nothing is heard\n%v", turn, w)
		}
		midst := fault == "stalls in mid-stream" || fault == "cut" // after the first of the answer
		if !alone && (!midst || engineName == "asr" || engineName == "ws") || fault == "none" {
			if said := strings.Join(w.said(end), " "); !strings.Contains(said, "We open at nine") && !strings.Contains(said, "You said: What are your opening hours") {
				t.Errorf("turn %d is not answered: %q\n%v", turn, said, w)
			}
		}
	}
	if longest > longestSilence {
		t.Errorf("%v of silence\n%v", longest, w)
	}
	if fault != "none" && alone && len(of[Failed](w, 0)) == 0 {
		t.Errorf("nothing failed\n%v", w)
	}
	if turns < 7 {
		return longest, heard
	}
	f.set("", "")
	w.pass(31 * time.Second) // breakers let one call try
	well := w.ear.say(400, 1500*ms)
	w.pass(9 * time.Second)
	if said := strings.Join(w.said(well), " "); !strings.Contains(said, "We open at nine") {
		t.Errorf("when all is well: %q\n%v", said, w)
	}
	return longest, heard
}

// longestSilence is the longest time without the agent's voice from then on
// until it last spoke.
func (l *listener) longestSilence(from time.Duration) (longest time.Duration) {
	last := from
	for _, f := range l.all() {
		if f.at >= from && f.loud {
			longest = max(longest, f.at-last)
			last = f.at
		}
	}
	return longest
}
