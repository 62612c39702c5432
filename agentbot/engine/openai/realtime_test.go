package openai

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/enginetest"
)

// live is an endpoint with a WebSocket, of one dialect, and with uploads. It
// hears a word in each half second.
type live struct {
	dialect   *dialect
	latency   time.Duration               // from a commit to its text
	deltas    bool                        // texts come while audio does
	unsaid    bool                        // commits are not confirmed
	refuse    func(r *http.Request) int   // status of the upgrade; 0: it is done
	message   func(c *liveConn, n int)    // called with the nth message of all; may break things
	upload    func(w http.ResponseWriter) // nil: a word in each half second
	uploadFor time.Duration

	mu      sync.Mutex
	log     []string // what clients sent, in short
	dials   int
	uploads int
	n       int
}

type liveConn struct {
	*websocket.Conn
	l      *live
	r      *http.Request
	out    chan string
	buffer time.Duration
	item   int
}

func (l *live) note(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.log = append(l.log, fmt.Sprintf(format, args...))
}

func (l *live) noted() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.log, "|")
}

func (l *live) count() (dials, uploads int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dials, l.uploads
}

func (l *live) handle(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/v1/realtime") {
		l.mu.Lock()
		l.uploads++
		l.mu.Unlock()
		n, _ := io.Copy(io.Discard, r.Body)
		wait(r, l.uploadFor)
		if l.upload != nil {
			l.upload(w)
			return
		}
		fmt.Fprintf(w, `{"text":"up %s"}`, words(int(n/16000)))
		return
	}
	l.mu.Lock()
	l.dials++
	refuse := l.refuse
	l.mu.Unlock()
	if refuse != nil {
		if status := refuse(r); status != 0 {
			w.WriteHeader(status)
			return
		}
	}
	conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &liveConn{Conn: conn, l: l, r: r, out: make(chan string, 1000)}
	done, wrote := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(wrote)
		for {
			select {
			case m := <-c.out:
				if conn.WriteMessage(websocket.TextMessage, []byte(m)) != nil {
					return
				}
			case <-done:
				return
			}
		}
	}()
	defer func() { close(done); conn.Close(); <-wrote }()
	c.tell("%s", map[*dialect]string{
		today:     `{"type":"session.created","session":{"type":"transcription","audio":{"input":{}}}}`,
		flat:      `{"type":"session.created","session":{"id":"s","input_audio_format":"pcm16","turn_detection":{"type":"server_vad"}}}`,
		flatNamed: `{"type":"transcription_session.created","session":{"id":"s"}}`,
		vllm:      `{"type":"session.created","id":"s","created":1}`,
	}[l.dialect])
	for {
		_, message, err := conn.ReadMessage()
		if err != nil {
			return
		}
		l.mu.Lock()
		l.n++
		n, broken := l.n, l.message
		l.mu.Unlock()
		if broken != nil {
			broken(c, n)
		}
		c.take(message)
	}
}

func (c *liveConn) tell(format string, args ...any) { c.out <- fmt.Sprintf(format, args...) }

func (c *liveConn) take(message []byte) {
	var m struct {
		Type    string
		Audio   string
		Final   bool
		Session json.RawMessage
		Model   string
	}
	if json.Unmarshal(message, &m) != nil {
		c.l.note("no JSON")
		return
	}
	switch m.Type {
	case "session.update", "transcription_session.update":
		c.l.note("%s %s%s", m.Type, m.Session, m.Model)
		if c.l.dialect.confirms {
			c.tell(`{"type":%q,"session":{}}`, strings.Replace(m.Type, ".update", ".updated", 1))
		}
	case "input_audio_buffer.append":
		raw, err := base64.StdEncoding.DecodeString(m.Audio)
		if err != nil || len(raw)%2 != 0 {
			c.l.note("no audio")
		}
		before := c.buffer
		c.buffer += time.Duration(len(raw)/2) * time.Second / time.Duration(c.l.dialect.rate)
		if c.l.deltas {
			for n := int(before / (500 * ms)); n < int(c.buffer/(500*ms)); n++ {
				c.tell(`{"type":"conversation.item.input_audio_transcription.delta","item_id":"i%d","delta":" %s"}`, c.item, strings.Fields(words(n + 1))[n])
			}
		}
	case "input_audio_buffer.clear":
		c.l.note("clear")
		c.buffer = 0
		c.item++
	case "input_audio_buffer.commit":
		if c.l.dialect == vllm && !m.Final {
			c.l.note("begin")
			return
		}
		c.l.note("commit %d", c.buffer.Milliseconds())
		text := words(int(c.buffer / (500 * ms)))
		id := c.item
		c.buffer = 0
		c.item++
		if !c.l.unsaid && c.l.dialect != vllm {
			c.tell(`{"type":"input_audio_buffer.committed","item_id":"i%d"}`, id)
		}
		c.l.mu.Lock()
		latency := c.l.latency
		c.l.mu.Unlock()
		if c.l.dialect == vllm {
			time.AfterFunc(latency, func() { c.tell(`{"type":"transcription.done","text":%q}`, text) })
			return
		}
		time.AfterFunc(latency, func() {
			c.tell(`{"type":"conversation.item.input_audio_transcription.completed","item_id":"i%d","transcript":%q}`, id, text)
		})
	}
}

func (l *live) asr(t testing.TB, mode string) *ASR {
	t.Helper()
	if l.dialect == nil {
		l.dialect = today
	}
	asr, err := NewASR(ASRConfig{Endpoint: serve(t, l.handle), Mode: mode, Prompt: "Acmetron", PartialEvery: 500 * ms})
	if err != nil {
		t.Fatal(err)
	}
	return asr
}

func TestRealtimeConformance(t *testing.T) {
	for _, mode := range []string{ModeRealtime, ModeAuto} {
		t.Run(mode, func(t *testing.T) {
			l := &live{}
			asr := l.asr(t, mode)
			enginetest.TestASR(t, func() engine.ASR { return asr })
		})
	}
}

// In every dialect an utterance is transcribed, one after the other on one
// connection.
func TestDialects(t *testing.T) {
	for _, test := range []struct {
		dialect *dialect
		update  string
	}{
		{today, `session.update {"audio":{"input":{"format":{"rate":24000,"type":"audio/pcm"},"transcription":{"language":"en","model":"m","prompt":"Acmetron"},"turn_detection":null}},"type":"transcription"}`},
		{flat, `session.update {"input_audio_transcription":{"language":"en","model":"m","prompt":"Acmetron"},"turn_detection":null}`},
		{flatNamed, `transcription_session.update {"input_audio_format":"pcm16","input_audio_transcription":{"language":"en","model":"m","prompt":"Acmetron"},"turn_detection":null}`},
		{vllm, `session.update m`},
	} {
		t.Run(test.dialect.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &live{dialect: test.dialect, latency: 200 * ms}
				asr := l.asr(t, ModeRealtime)
				s, _ := asr.OpenASR(t.Context(), "en-GB")
				defer s.Close()
				for range 3 {
					utter(t, s, append(tone(1100*ms), silence(100*ms)...), time.Now())
					at := time.Now()
					got, err := s.Finish(t.Context())
					if err != nil || got.Text != "one two" || got.Language != "en" || time.Since(at) != 200*ms {
						t.Errorf("%+v, %v after %v", got, err, time.Since(at))
					}
				}
				want := test.update
				for range 3 {
					if test.dialect == vllm {
						want += "|begin"
					}
					want += "|commit 1200"
				}
				if got := l.noted(); got != want {
					t.Errorf("sent\n%s\nwant\n%s", got, want)
				}
				if dials, uploads := l.count(); dials != 1 || uploads != 0 {
					t.Errorf("%d dials, %d uploads", dials, uploads)
				}
			})
		})
	}
}

// The audio that arrives is what was said, at 24 kHz; a pause has its piece
// transcribed, and the end costs no time when nothing was said after it.
func TestRealtimePieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &live{latency: 150 * ms}
		asr := l.asr(t, ModeAuto)
		s, _ := asr.OpenASR(t.Context(), "")
		defer s.Close()
		time.Sleep(100 * ms)
		start := time.Now()
		partials := utter(t, s, append(append(tone(1020*ms), silence(500*ms)...), append(tone(620*ms), silence(500*ms)...)...), start)
		if got := strings.Join(partials, "|"); got != "one two@1420|one two one two@2540" {
			t.Errorf("partials %q", got)
		}
		at := time.Now()
		got, err := s.Finish(t.Context())
		if err != nil || got.Text != "one two one two" || time.Since(at) != 0 {
			t.Errorf("%+v, %v after %v", got, err, time.Since(at))
		}
		time.Sleep(10 * ms)
		if got := l.noted(); !strings.HasSuffix(got, "|commit 1260|commit 1120|clear") {
			t.Errorf("sent %s", got)
		}
	})
}

// Words that come while somebody speaks are told; what was dropped is not.
func TestRealtimeDeltas(t *testing.T) {
	for _, unsaid := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			l := &live{latency: 100 * ms, deltas: true, unsaid: unsaid}
			asr := l.asr(t, ModeRealtime)
			s, _ := asr.OpenASR(t.Context(), "")
			defer s.Close()
			time.Sleep(100 * ms)
			utter(t, s, tone(700*ms), time.Now())
			s.Reset()
			start := time.Now()
			partials := utter(t, s, tone(1100*ms), start)
			if got := strings.Join(partials, "|"); got != "one@520|one two@1020" {
				t.Errorf("partials %q", got)
			}
			if got, err := s.Finish(t.Context()); err != nil || got.Text != "one two" {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// An endpoint without a WebSocket is asked for one once, and uploads do.
func TestNoWebSocket(t *testing.T) {
	for _, status := range []int{200, 400, 403, 404, 405, 426, 501} {
		synctest.Test(t, func(t *testing.T) {
			l := &live{refuse: func(*http.Request) int { return status }}
			asr := l.asr(t, ModeAuto)
			for range 3 {
				s, _ := asr.OpenASR(t.Context(), "")
				utter(t, s, append(tone(1100*ms), silence(400*ms)...), time.Now())
				if got, err := s.Finish(t.Context()); err != nil || got.Text != "up one two" {
					t.Errorf("%d: %+v, %v", status, got, err)
				}
				s.Close()
			}
			if dials, _ := l.count(); dials != 2 { // without and with the model's name
				t.Errorf("%d: asked %d times", status, dials)
			}
			time.Sleep(refusedFor)
			s, _ := asr.OpenASR(t.Context(), "")
			synctest.Wait()
			s.Close()
			if dials, _ := l.count(); dials < 3 {
				t.Errorf("%d: never asked again", status)
			}
			// Alone it is an error, and at once.
			alone, _ := NewASR(ASRConfig{Endpoint: Endpoint{BaseURL: asr.endpoint.base.String(), HTTP: asr.endpoint.http}, Mode: ModeRealtime})
			s, _ = alone.OpenASR(t.Context(), "")
			defer s.Close()
			synctest.Wait()
			_, _, err := s.Write(t.Context(), tone(100*ms))
			wantKind(t, err, engine.Unusable)
		})
	}
}

// Some want the model's name in the address; that is found out once.
func TestModelInTheAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &live{dialect: flat, refuse: func(r *http.Request) int {
			if r.URL.Query().Get("model") != "m" || r.URL.Query().Get("intent") != "transcription" {
				return 403
			}
			if r.Header.Get("Authorization") != "Bearer secret" {
				return 401
			}
			return 0
		}}
		asr := l.asr(t, ModeAuto)
		for range 2 {
			s, _ := asr.OpenASR(t.Context(), "")
			utter(t, s, tone(1100*ms), time.Now())
			if got, err := s.Finish(t.Context()); err != nil || got.Text != "one two" {
				t.Errorf("%+v, %v", got, err)
			}
			s.Close()
		}
		if dials, _ := l.count(); dials != 3 {
			t.Errorf("%d dials", dials)
		}
	})
}

// Whatever happens to the WebSocket: with uploads the utterance is transcribed
// and nobody waits long; alone it fails with the right kind. The next utterance
// is transcribed on a new connection.
func TestRealtimeFaults(t *testing.T) {
	once := func(n int, f func(c *liveConn)) func(*liveConn, int) {
		return func(c *liveConn, at int) {
			if at == n {
				f(c)
			}
		}
	}
	cut := func(c *liveConn) { c.UnderlyingConn().Close() }
	raw := func(m string) func(*liveConn) { return func(c *liveConn) { c.tell("%s", m) } }
	for _, test := range []struct {
		name string
		l    *live
		kind engine.Kind
		most time.Duration // from the end of the utterance to its text, with uploads
	}{
		{"refused with 500", &live{refuse: func(*http.Request) int { return 500 }}, engine.Unavailable, 0},
		{"unauthorized", &live{refuse: func(*http.Request) int { return 401 }}, engine.Unauthorized, 0},
		{"rate limited", &live{refuse: func(*http.Request) int { return 429 }}, engine.RateLimited, 0},
		{"cut while connecting", &live{message: once(1, cut)}, engine.Unavailable, 0},
		{"cut in mid-utterance", &live{message: once(6, cut)}, engine.Unavailable, 0},
		{"cut at the end", &live{message: func(c *liveConn, n int) {
			if n == 14 {
				cut(c)
			}
		}}, engine.Unavailable, 0},
		{"nonsense", &live{message: once(6, raw("oops"))}, engine.Nonsense, 0},
		{"wrong types", &live{message: once(6, raw(`{"type":5}`))}, engine.Nonsense, 0},
		{"too large", &live{message: once(6, func(c *liveConn) {
			c.tell(`{"type":"x","text":"%s"}`, strings.Repeat("x", maxMessage))
		})}, engine.Unavailable, 0},
		{"an error", &live{message: once(6, raw(`{"type":"error","error":{"type":"server_error","message":"no"}}`))}, engine.Unavailable, 0},
		{"an error as text", &live{message: once(6, raw(`{"type":"error","error":"rate","code":"rate_limit_exceeded"}`))}, engine.RateLimited, 0},
		{"an item fails", &live{message: once(6, raw(`{"type":"conversation.item.input_audio_transcription.failed","item_id":"x","error":{"message":"no"}}`))}, engine.Unavailable, 0},
		{"never answers", &live{latency: time.Hour}, engine.Timeout, hedgeAfter},
		{"says goodbye", &live{message: once(6, func(c *liveConn) {
			_ = c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(4000, "session expired"), time.Now().Add(time.Second))
		})}, engine.Unavailable, 0},
	} {
		for _, mode := range []string{ModeAuto, ModeRealtime} {
			t.Run(test.name+" "+mode, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					l := &live{latency: test.l.latency, refuse: test.l.refuse, message: test.l.message}
					asr := l.asr(t, mode)
					s, _ := asr.OpenASR(t.Context(), "")
					defer func() { s.Close() }()
					var failed error
					for rest := tone(1220 * ms); len(rest) > 0 && failed == nil; rest = rest[320:] {
						time.Sleep(20 * ms)
						_, _, failed = s.Write(t.Context(), rest[:320])
					}
					at := time.Now()
					var got engine.Transcript
					if failed == nil {
						ctx, cancel := contextOf(t, 1500*ms)
						got, failed = s.Finish(ctx)
						cancel()
					}
					switch {
					case mode == ModeRealtime || test.kind == engine.Unauthorized:
						wantKind(t, failed, test.kind)
					case failed != nil || got.Text != "up one two" && got.Text != "one two" || time.Since(at) > test.most+50*ms+goodbyeTime:
						t.Errorf("%+v, %v after %v", got, failed, time.Since(at))
					}
					if failed != nil { // as its user does
						s.Close()
						s, _ = asr.OpenASR(t.Context(), "")
					}
					l.mu.Lock()
					l.refuse, l.latency, l.message = nil, 100*ms, nil
					l.mu.Unlock()
					time.Sleep(atMost)
					utter(t, s, tone(1200*ms), time.Now())
					if got, err := s.Finish(t.Context()); err != nil || got.Text != "one two" {
						t.Errorf("when all is well: %+v, %v", got, err)
					}
				})
			})
		}
	}
}

// A connection that nobody speaks on is kept, and one that is dead is noticed.
func TestRealtimeKeptAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &live{}
		asr := l.asr(t, ModeRealtime)
		s, _ := asr.OpenASR(t.Context(), "")
		defer s.Close()
		time.Sleep(30 * time.Minute)
		utter(t, s, tone(1100*ms), time.Now())
		if got, err := s.Finish(t.Context()); err != nil || got.Text != "one two" {
			t.Errorf("%+v, %v", got, err)
		}
		if dials, _ := l.count(); dials != 1 {
			t.Errorf("%d dials", dials)
		}
	})
}

// Audio that was said before the connection stood is not lost, nor is what was
// said when it broke: it is sent again.
func TestRealtimeCatchesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := true
		l := &live{refuse: func(r *http.Request) int {
			if slow {
				wait(r, 800*ms)
			}
			return 0
		}}
		l.message = func(c *liveConn, n int) {
			if n == 4 {
				slow = false
				c.UnderlyingConn().Close()
			}
		}
		asr := l.asr(t, ModeAuto)
		s, _ := asr.OpenASR(t.Context(), "")
		defer s.Close()
		utter(t, s, tone(2600*ms), time.Now())
		if got, err := s.Finish(t.Context()); err != nil || got.Text != words(5) {
			t.Errorf("%+v, %v", got, err)
		}
		if dials, uploads := l.count(); dials != 2 || !strings.HasSuffix(l.noted(), "|commit 2600") {
			t.Errorf("%d dials, %d uploads, %s", dials, uploads, l.noted())
		}
	})
}

// Nothing audible is sent to be made words of.
func TestRealtimeSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &live{}
		asr := l.asr(t, ModeAuto)
		s, _ := asr.OpenASR(t.Context(), "")
		defer s.Close()
		time.Sleep(100 * ms)
		utter(t, s, silence(time.Second), time.Now())
		if got, err := s.Finish(t.Context()); err != nil || got.Text != "" {
			t.Errorf("%+v, %v", got, err)
		}
		time.Sleep(10 * ms)
		if got := l.noted(); !strings.HasSuffix(got, "}|clear") {
			t.Errorf("sent %s", got)
		}
	})
}

// Whatever an endpoint says, nothing panics and the text is bounded.
func FuzzServerEvents(f *testing.F) {
	f.Add([]byte(`{"type":"input_audio_buffer.committed","item_id":"a"}` + "\n" + `{"type":"conversation.item.input_audio_transcription.delta","item_id":"a","delta":"x"}`))
	f.Add([]byte(`{"type":"transcription.done","text":"x"}` + "\n" + `{"type":"error","error":"committing input audio buffer"}`))
	f.Fuzz(func(t *testing.T, events []byte) {
		s := &realtimeStream{asr: &ASR{endpoint: &endpoint{name: "x"}}, segments: &segmentStream{}, items: []*item{{}, {id: "a"}}, open: true}
		for line := range bytes.Lines(events) {
			e, err := parseEvent(line)
			if err != nil {
				continue
			}
			_ = dialectOf(e)
			_ = e.cause()
			switch e.kind() {
			case eventCommitted:
				s.confirm(e.ItemID)
			case eventDelta:
				s.add(e.ItemID, e.Delta)
			case eventCompleted:
				s.complete(e.ItemID, e.final())
			}
		}
		if len(s.items) > 2 {
			t.Errorf("%d items", len(s.items))
		}
		_, _ = s.text(), s.whole()
	})
}

// Over TLS, beside an endpoint that would rather speak HTTP/2, and while others
// use the same client.
func TestRealtimeOverTLS(t *testing.T) {
	l := &live{dialect: today}
	server := httptest.NewUnstartedServer(http.HandlerFunc(l.handle))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	client := server.Client()
	defer client.CloseIdleConnections()
	e := Endpoint{BaseURL: server.URL + "/v1", Key: "k", HTTP: client}
	alone, err := NewASR(ASRConfig{Endpoint: e, Mode: ModeRealtime})
	if err != nil {
		t.Fatal(err)
	}
	uploads, err := NewASR(ASRConfig{Endpoint: e})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for want, asr := range map[string]*ASR{"one two": alone, "up one two": uploads} {
		wg.Go(func() {
			s, err := asr.OpenASR(t.Context(), "")
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if _, _, err := s.Write(t.Context(), tone(1100*ms)); err != nil {
				t.Error(err)
			}
			if got, err := s.Finish(t.Context()); err != nil || got.Text != want {
				t.Errorf("%+v, %v, want %q", got, err, want)
			}
		})
	}
	wg.Wait()
}
