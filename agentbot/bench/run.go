package bench

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"math"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/bench/corpus"
	"github.com/relevo/relevo/agentbot/bench/score"
	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/room"
	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/sfu/opus"
)

// Clean is the signal-to-noise ratio without noise.
const Clean = "clean"

// Options of Run.
type Options struct {
	Corpus *corpus.Corpus
	Calls  []corpus.Call // nil: all
	// Levels are signal-to-noise ratios in dB, or Clean. nil: all that count.
	Levels   []string
	Noise    string // of all calls; "": each its own
	Parallel int    // conversations at once; 0: 12 for each processor
	Delays   score.Delays
	Agent    agentbot.Config // but for what the bench needs: Greeting, Log
	VAD      engine.VAD
	ASR      engine.ASR         // nil: a recogniser that knows what is said
	Rooms    *sfu.Engine        // where the rooms are
	Progress func(done, of int) // may be nil; called by many goroutines
}

// Levels are the signal-to-noise ratios of a whole bench.
func Levels() []string { return []string{Clean, "20", "10", "5"} }

// Processors is how many there are.
func Processors() int { return runtime.NumCPU() }

// Result is what came out of one conversation.
type Result struct {
	Level   string
	Record  *score.Record
	Figures *score.Figures
}

const greeting = "Hello, how can I help you?"

// Run plays the conversations at each level and returns what came out of each.
// It ends early with ctx.
func Run(ctx context.Context, o Options) ([]Result, error) {
	if o.Calls == nil {
		o.Calls = o.Corpus.Calls
	}
	if o.Levels == nil {
		o.Levels = Levels()
	}
	if o.Parallel <= 0 {
		o.Parallel = 12 * Processors()
	}
	type task struct {
		call  corpus.Call
		level string
		gain  float64
	}
	var tasks []task
	for _, l := range o.Levels {
		gain := 0.0
		if l != Clean {
			db, err := strconv.ParseFloat(l, 64)
			if err != nil || math.IsNaN(db) || math.IsInf(db, 0) {
				return nil, fmt.Errorf("bench: %q is no signal-to-noise ratio", l)
			}
			gain = math.Pow(10, -db/20)
		}
		for _, c := range o.Calls {
			tasks = append(tasks, task{c, l, gain})
		}
	}
	results := make([]Result, len(tasks))
	errs := make([]error, len(tasks))
	next := make(chan int)
	var workers sync.WaitGroup
	done := 0
	var mu sync.Mutex // of done
	for range min(o.Parallel, len(tasks)) {
		workers.Go(func() {
			for i := range next {
				t := tasks[i]
				record, err := play(ctx, &o, t.call, t.level, t.gain)
				if err != nil {
					errs[i] = fmt.Errorf("bench: %s at %s: %w", t.call.Name, t.level, err)
					continue
				}
				results[i] = Result{t.level, record, score.Of(record)}
				mu.Lock()
				done++
				n := done
				mu.Unlock()
				if o.Progress != nil {
					o.Progress(n, len(tasks))
				}
			}
		})
	}
	for i := range tasks {
		select {
		case next <- i:
		case <-ctx.Done():
			errs[i] = ctx.Err()
		}
	}
	close(next)
	workers.Wait()
	return results, errors.Join(errs...)
}

// play plays one conversation in a room of its own.
func play(ctx context.Context, o *Options, call corpus.Call, level string, gain float64) (*score.Record, error) {
	n := &notes{start: time.Now()}
	kind := o.Noise
	if kind == "" {
		kind = call.Noise
	}
	record := &score.Record{Call: call.Name, Speaker: call.Speaker.Name, Noise: kind, SNR: level, Delays: o.Delays}
	var noise []int16
	if gain > 0 {
		noise = o.Corpus.Noise(kind, call)
	}
	r := o.Rooms.NewRoom("bench-"+call.Name+"-"+level, func(sfu.Event) {})
	defer r.Close()
	participant, err := r.Join("caller", sfu.Caller)
	if err != nil {
		return nil, err
	}
	mic, err := participant.PublishLocal(sfu.Microphone)
	if err != nil {
		return nil, err
	}
	enc, err := opus.NewEncoder(engine.SampleRate, opus.EncoderOptions{Bitrate: 32000, FEC: true, Loss: 5})
	if err != nil {
		return nil, err
	}

	log := &events{notes: n}
	cfg := o.Agent
	cfg.Greeting = greeting
	if cfg.FillerAfter == 0 {
		cfg.FillerAfter = time.Hour // a filler would hide how late an answer is
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cfg.Turn.Marks = cfg.Turn.Marks || o.ASR == nil
	asr := engine.ASR(truthASR{n, o.Delays.ASR})
	if o.ASR != nil {
		record.Delays.ASR = 0 // what it takes is in the overhead
		asr = watchedASR{o.ASR, n}
	}
	bot, err := room.New(r, "agent", cfg, agentbot.Engines{
		VAD: o.VAD, ASR: asr, LLM: answers{n, o.Delays.LLM}, TTS: toneTTS{o.Delays.TTS},
	}, log.post)
	if err != nil {
		return nil, err
	}
	defer bot.Close()

	const epoch = 1
	hearing := &ear{tap: bot.Track().Tap(256), start: n.start}
	var listening sync.WaitGroup
	var heardErr error
	listening.Go(func() { heardErr = hearing.listen(ctx) })
	stop := sync.OnceFunc(func() { hearing.tap.Close(); listening.Wait() })
	defer stop()
	leg := agentbot.Leg{ID: "caller", Role: agentbot.RoleCaller}
	bot.Hear(leg, mic.Track())
	if err := r.GiveFloor(bot.Track(), epoch); err != nil {
		return nil, err
	}
	bot.SetMode(agentbot.Answer, epoch, nil)

	c := &caller{
		notes: n, ear: hearing, corpus: o.Corpus, mic: mic, enc: enc, noise: noise, gain: gain, epoch: epoch,
		sent: int(n.since()/frame) + 1, packet: make([]byte, opus.MaxPacket), pcm: make([]int16, engine.FrameSamples), record: record,
	}
	rng := rand.New(rand.NewPCG(hash(call.Name+level), 2)) //nolint:gosec // the same every time
	c.phase = time.Duration(rng.Int64N(int64(frame)))
	gap := func() time.Duration {
		return 500*time.Millisecond + time.Duration(rng.Int64N(int64(700*time.Millisecond)))
	}
	if err := c.converse(ctx, call, gap); err != nil {
		return nil, err
	}
	finished, err := c.recall(ctx, bot, leg)
	if err != nil {
		return nil, err
	}
	bot.Close()
	stop()
	if heardErr != nil {
		return nil, heardErr
	}
	n.mu.Lock()
	for _, call := range n.calls {
		if call.At < finished {
			record.Calls = append(record.Calls, call)
		}
	}
	n.mu.Unlock()
	log.into(record, finished)
	hearing.into(record, finished)
	return record, nil
}

// recall asks the model once more, by typed text, when all has been said: what
// it is asked then is the agent's memory.
func (c *caller) recall(ctx context.Context, bot *room.Bot, leg agentbot.Leg) (at time.Duration, err error) {
	if _, err := c.until(ctx, resumeBy, func() bool { return c.ear.quiet() > time.Second }); err != nil {
		return 0, err
	}
	c.record.Heard = c.ear.allHeard()
	at = c.notes.since()
	bot.Interrupt(agentbot.ReasonNewQuery) // it may still wait for the end of what it takes for speech
	bot.Typed(leg, recallText, false)
	asked := func() bool {
		c.notes.mu.Lock()
		defer c.notes.mu.Unlock()
		messages := c.notes.last.Messages
		return len(messages) > 0 && hasSuffix(messages[len(messages)-1].Text)
	}
	if ok, err := c.until(ctx, 5*time.Second, asked); err != nil || !ok {
		return at, errors.Join(err, errors.New("the agent does not ask its model any more"))
	}
	c.notes.mu.Lock()
	defer c.notes.mu.Unlock()
	for _, m := range c.notes.last.Messages {
		if m.Role == engine.RoleAssistant {
			c.record.Remembered = append(c.record.Remembered, toneNames(m.Text)...)
		}
	}
	return at, nil
}

func hash(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return h.Sum64()
}
