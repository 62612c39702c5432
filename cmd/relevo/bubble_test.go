package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/engine/scripted"
	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/bubble"
	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/wire"
)

// whole is the whole server in a bubble, wired as relevo serve wires it, with
// engines that speak and hear tones.
type whole struct {
	*bubble.World
	t    *testing.T
	c    *config
	s    *server
	ip   string
	http *http.Server
	done chan struct{}
	keys *auth.Keyring

	engines *agentbot.Engines

	mu   sync.Mutex
	says map[int]string // what an utterance of a tone means now
}

func newWhole(t *testing.T, change ...func(*config, *agentbot.Engines)) *whole {
	t.Helper()
	w := &whole{World: bubble.New(t), t: t, says: map[int]string{}, ip: bubble.ServerIP}
	c := &config{Dev: true, Listen: "127.0.0.1:0", RTCTCP: "-", Data: t.TempDir(), Key: "devkey",
		Secret: "devsecret", MaxCalls: 10, MaxMembers: 16, Greeting: "Hello, this is the assistant."}
	w.Start()
	engines := agentbot.Engines{
		VAD: &scripted.VAD{},
		ASR: &scripted.ASR{Text: w.text, Tones: []int{bubble.VoiceCaller, bubble.VoiceHuman}, FinishDelay: 60 * time.Millisecond},
		LLM: &scripted.LLM{FirstToken: 150 * time.Millisecond, PerToken: 20 * time.Millisecond},
		TTS: &scripted.TTS{Hertz: bubble.VoiceAI, FirstSample: 80 * time.Millisecond},
	}
	for _, f := range change {
		f(c, &engines)
	}
	w.c, w.engines = c, &engines
	w.keys = auth.NewKeyring(map[string]string{"devkey": "devsecret"})
	w.serve()
	return w
}

// serve starts a server on the database and the address.
func (w *whole) serve() {
	w.t.Helper()
	w.c.RTCUDP = w.ip + ":5000"
	var err error
	w.s, err = wireServer(w.t.Context(), w.c, slog.New(slog.DiscardHandler), given{net: w.Host(w.ip), engines: w.engines})
	if err != nil {
		w.t.Fatal(err)
	}
	w.http, w.done = &http.Server{Handler: w.s.handler}, make(chan struct{})
	go func(h *http.Server, done chan struct{}) {
		defer close(done)
		_ = h.Serve(w.Listener())
	}(w.http, w.done)
}

func (w *whole) text(hertz int, _ time.Duration) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.says[hertz]
}

// means is what the next utterances of a voice say.
func (w *whole) means(hertz int, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.says[hertz] = text
}

func (w *whole) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := w.s.Close(ctx); err != nil {
		w.t.Error(err)
	}
	_ = w.http.Close()
	<-w.done
	w.World.Close()
}

// rest is one request to the server's API, as the app.
func (w *whole) rest(method, path, body string, result any) {
	w.t.Helper()
	if status := w.tryRest(method, path, body, result); status >= 300 {
		w.t.Fatalf("%s %s: %d", method, path, status)
	}
}

// tryRest is rest whatever the server answers.
func (w *whole) tryRest(method, path, body string, result any) (status int) {
	w.t.Helper()
	tr := &http.Transport{DialContext: w.Dial, DisableKeepAlives: true}
	req, err := http.NewRequestWithContext(w.t.Context(), method, "http://relevo"+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.SetBasicAuth("devkey", "devsecret")
	req.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{Transport: tr}).Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode < 300 && result != nil {
		if err := json.NewDecoder(resp.Body).Decode(result); err != nil {
			w.t.Fatal(err)
		}
	}
	return resp.StatusCode
}

// texts are the finished sentences under a type.
func texts(p *bubble.Party, t wire.Type) []string {
	var out []string
	for _, s := range p.Sentences(t) {
		out = append(out, s.Text)
	}
	return out
}

// The whole story by tones: the AI greets, the caller asks for a human in
// speech, the human takes over in the middle of the AI's sentence, talks, gives
// the call back, and the AI knows what they said and does not greet again.
func TestStory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWhole(t)
		var made wire.CreateCallResult
		w.rest("POST", "/v1/calls", `{"name":"Carla"}`, &made)
		caller := w.Join("caller", bubble.VoiceCaller, client.Config{Token: made.Token})
		floor := caller.AudioSlots()[0]
		caller.Await("the greeting", 5*time.Second, func() bool { return len(texts(caller, wire.TypeAgentSubtitle)) > 0 })
		desk, err := w.keys.Sign(auth.Claims{Key: "devkey", Identity: "dana", Name: "Dana", Desk: true}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		dana := w.Join("dana", bubble.VoiceHuman, client.Config{Token: desk, Call: made.CallID, AudioSlots: 3})
		time.Sleep(time.Second)

		w.means(bubble.VoiceCaller, "I want to talk to a human")
		caller.Say(1500 * time.Millisecond)
		caller.AwaitState("pending", 4*time.Second)
		time.Sleep(6 * time.Second)

		w.means(bubble.VoiceCaller, "where is the parcel that I ordered from you last week")
		caller.Say(1500 * time.Millisecond)
		caller.Await("the AI's answer", 6*time.Second, func() bool { return caller.Hearing(floor) == bubble.VoiceAI })
		time.Sleep(400 * time.Millisecond)
		w.means(bubble.VoiceHuman, "your code is seven four two")
		dana.Talk(true)
		claimed := time.Now()
		dana.Do(wire.MethodTakeover, wire.Takeover{TakeoverMode: wire.ModeOwnVoice}, nil)
		time.Sleep(2 * time.Second)
		dana.Talk(false)
		listenToCut(t, w, caller, floor, claimed)
		caller.Await("the human's words", 5*time.Second, func() bool { return len(texts(caller, wire.TypeHumanSubtitle)) > 0 })
		time.Sleep(time.Second)

		said := len(texts(caller, wire.TypeAgentSubtitle))
		dana.Do(wire.MethodReturn, nil, nil)
		caller.AwaitState("ai", 4*time.Second)
		time.Sleep(6 * time.Second)
		w.means(bubble.VoiceCaller, "what did the human say")
		caller.Say(1500 * time.Millisecond)
		caller.Await("an answer that knows the code", 10*time.Second, func() bool {
			all := texts(caller, wire.TypeAgentSubtitle)
			return strings.Contains(strings.Join(all[said:], " "), "seven four two")
		})
		for _, s := range texts(caller, wire.TypeAgentSubtitle)[said:] {
			if strings.Contains(s, "Hello, this is") {
				t.Errorf("the AI greets again: %q", s)
			}
		}
		caller.Unbroken(floor, false)
		if n := caller.Negotiations(); n != 1 {
			t.Errorf("%d negotiations in the call", n)
		}
		if got, want := caller.Takeovers("channel"), "willStart connected"; got != want {
			t.Errorf("takeovers by channel: %q", got)
		}
		if a, b := texts(caller, wire.TypeUserSubtitle), texts(dana, wire.TypeUserSubtitle); strings.Join(a, "|") != strings.Join(b, "|") {
			t.Errorf("the caller's words: caller saw %q, human %q", a, b)
		}
		if a, b := texts(caller, wire.TypeAgentSubtitle), texts(dana, wire.TypeAgentSubtitle); strings.Join(a, "|") != strings.Join(b, "|") {
			t.Errorf("the AI's words: caller saw %q, human %q", a, b)
		}
		if t.Failed() {
			t.Log(caller.Dump())
		}
		caller.Do(wire.MethodHangup, nil, nil)
		dana.AwaitNotify(wire.NotifyClosed, 1, time.Second)
		caller.Leave()
		dana.Leave()
		w.close()
	})
}

// listenToCut measures the change from the AI to the human at the caller's ear.
func listenToCut(t *testing.T, w *whole, caller *bubble.Party, floor string, claimed time.Time) {
	t.Helper()
	human, silence := bubble.ReelOf(t, bubble.VoiceHuman), bubble.ReelOf(t, bubble.Silence)
	frames := caller.Heard(floor)
	first := -1
	for i, f := range frames {
		if f.At.After(claimed) && human.Has(f.Payload) {
			first = i
			break
		}
	}
	if first < 1 {
		t.Fatalf("the human was never heard\n%s", caller.Dump())
	}
	for _, f := range frames[first:] {
		if !human.Has(f.Payload) && !silence.Has(f.Payload) {
			t.Errorf("at %s, after the cut, a frame that is not the human's", w.Since(f.At))
			break
		}
	}
	a, b := frames[first-1], frames[first]
	if gap := b.At.Sub(a.At) - 20*time.Millisecond; gap > 20*time.Millisecond {
		t.Errorf("the gap at the cut is %v", gap)
	}
	if b.SN != a.SN+1 || b.TS != a.TS+960 {
		t.Errorf("the cut breaks the stream: sequence +%d, timestamp +%d", b.SN-a.SN, b.TS-a.TS)
	}
	if d := b.At.Sub(claimed); d > 200*time.Millisecond {
		t.Errorf("the human is heard %v after the claim", d)
	} else {
		t.Logf("claim to human audible %v, frames at the cut %v apart", d, b.At.Sub(a.At))
	}
}
