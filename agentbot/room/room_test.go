package room

import (
	"context"
	"math/rand"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/logging"
	"github.com/pion/transport/v4/vnet"
	"go.uber.org/goleak"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/engine/scripted"
	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/sfu/opus"
	"github.com/relevo/relevo/sfu/tone"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stage is a room with an agent and a caller in it, who is in-process too.
type stage struct {
	room   *sfu.Room
	bot    *Bot
	caller *sfu.LocalSource
	enc    *opus.Encoder
	gen    *tone.Generator

	mu     sync.Mutex
	events []agentbot.Event
}

func newStage(t *testing.T) *stage {
	s := &stage{}
	network, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{"10.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	router, err := vnet.NewRouter(&vnet.RouterConfig{CIDR: "10.0.0.0/24", LoggerFactory: logging.NewDefaultLoggerFactory()})
	if err != nil {
		t.Fatal(err)
	}
	if err := router.AddNet(network); err != nil {
		t.Fatal(err)
	}
	e, err := sfu.NewEngine(sfu.EngineConfig{Net: network, UDPAddr: "10.0.0.1:7000"})
	if err != nil {
		t.Fatal(err)
	}
	s.room = e.NewRoom("r", func(sfu.Event) {})
	engines := agentbot.Engines{
		VAD: &scripted.VAD{}, LLM: &scripted.LLM{}, TTS: &scripted.TTS{Hertz: 880},
		ASR: &scripted.ASR{Phrases: map[int]string{440: "What are your hours?"}},
	}
	s.bot, err = New(s.room, "agent", agentbot.Config{Greeting: "Hello."}, engines, func(e agentbot.Event) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.events = append(s.events, e)
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.room.Join("caller", sfu.Caller)
	if err != nil {
		t.Fatal(err)
	}
	if s.caller, err = p.PublishLocal(sfu.Microphone); err != nil {
		t.Fatal(err)
	}
	if s.enc, err = opus.NewEncoder(48000, opus.EncoderOptions{FEC: true, Loss: 10}); err != nil {
		t.Fatal(err)
	}
	s.gen = tone.NewGenerator(48000, 440)
	t.Cleanup(func() {
		s.bot.Close()
		s.room.Close()
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// speak sends n frames of the caller's tone, or of silence; drop says which
// frames the network loses.
func (s *stage) speak(t *testing.T, n int, silent bool, epoch uint64, drop func(i int) bool) {
	packet := make([]byte, opus.MaxPacket)
	for i := range n {
		pcm := s.gen.Frame()
		if silent {
			pcm = make([]int16, 960)
		}
		size, err := s.enc.Encode(pcm, packet)
		if err != nil {
			t.Fatal(err)
		}
		if drop == nil || !drop(i) {
			if err := s.caller.Write(sfu.Frame{Epoch: epoch, Opus: packet[:size], Samples48k: 960}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	synctest.Wait()
}

func (s *stage) finals() (texts []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if sp, ok := e.(agentbot.Spoken); ok && sp.Final {
			texts = append(texts, sp.Text)
		}
	}
	return texts
}

func TestBotInARoom(t *testing.T) {
	for name, drop := range map[string]func(int) bool{
		"clean": nil,
		"loss":  func(i int) bool { return rand.New(rand.NewSource(int64(i))).Intn(10) == 0 },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t)
				listen := s.bot.Track().Tap(10000)
				defer listen.Close()
				s.bot.Hear(agentbot.Leg{ID: "caller", Role: agentbot.RoleCaller}, s.caller.Track())
				s.bot.SetMode(agentbot.Answer, 1, nil)
				time.Sleep(500 * time.Millisecond) // the floor is given later than the mode
				if err := s.room.GiveFloor(s.bot.Track(), 1); err != nil {
					t.Fatal(err)
				}
				s.speak(t, 150, true, 1, drop)
				s.speak(t, 60, false, 1, drop)
				time.Sleep(6 * time.Second) // the client sends nothing in silence
				if got := s.finals(); !slices.Equal(got, []string{"Hello.", "You said: What are your hours."}) {
					t.Fatalf("said %q", got)
				}
				if err := s.room.GiveFloor(nil, 2); err != nil {
					t.Fatal(err)
				}
				s.bot.SetMode(agentbot.Silent, 2, nil)
				time.Sleep(time.Second)
				at := time.Now()

				// What was sent is the agent's tone, at 20 ms steps.
				dec, err := opus.NewDecoder(16000)
				if err != nil {
					t.Fatal(err)
				}
				pcm := make([]int16, 1920)
				loud, n := 0, 0
				ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
				defer cancel()
				var last sfu.Packet
				for {
					p, err := listen.Read(ctx)
					if err != nil {
						break
					}
					if n > 0 && (p.SequenceNumber != last.SequenceNumber+1 || p.Timestamp != last.Timestamp+960) {
						t.Fatalf("packet %d: %d %d after %d %d", n, p.SequenceNumber, p.Timestamp, last.SequenceNumber, last.Timestamp)
					}
					last = p
					n++
					got, err := dec.Decode(p.Payload, pcm)
					if err != nil {
						t.Fatal(err)
					}
					if tone.Power(pcm[:got], 16000, 880) > 1e6 {
						loud++
					}
				}
				if n < 400 || loud < 80 || last.Arrival.After(at.Add(-900*time.Millisecond)) {
					t.Errorf("%d packets, %d loud, the last at %v", n, loud, last.Arrival)
				}
			})
		})
	}
}

func TestEarEndsWithTheTrack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.bot.Hear(agentbot.Leg{ID: "caller", Role: agentbot.RoleCaller}, s.caller.Track())
		s.speak(t, 20, false, 0, nil)
		s.room.Participant("caller").Leave()
		time.Sleep(time.Second)
	})
}

// Garbage and odd packet lengths give frames, and never a panic.
func TestEarOnGarbage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		e, err := newEar(s.caller.Track())
		if err != nil {
			t.Fatal(err)
		}
		frames := make(chan int)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			n := 0
			for {
				pcm, err := e.ReadFrame(ctx)
				if err != nil {
					frames <- n
					return
				}
				if len(pcm) != 320 {
					t.Errorf("%d samples", len(pcm))
				}
				n++
			}
		}()
		synctest.Wait()
		rng := rand.New(rand.NewSource(1))
		for range 500 {
			packet := make([]byte, 1+rng.Intn(300))
			rng.Read(packet)
			ticks := opus.Samples48k(packet)
			if ticks == 0 {
				ticks = 960
			}
			if err := s.caller.Write(sfu.Frame{Opus: packet, Samples48k: ticks}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(ticks) * time.Second / 48000)
		}
		cancel()
		if n := <-frames; n < 400 {
			t.Errorf("%d frames", n)
		}
	})
}
