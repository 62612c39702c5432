package simulate

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"
	"go.uber.org/goleak"

	"github.com/relevo/relevo/sfu/opus"
	"github.com/relevo/relevo/sfu/tone"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A stamped frame is still the same audio.
func TestStampedFramesAreValidOpus(t *testing.T) {
	rec, err := newRecording(440)
	if err != nil {
		t.Fatal(err)
	}
	dec, err := opus.NewDecoder(frameRate)
	if err != nil {
		t.Fatal(err)
	}
	pcm := make([]int16, frameRate/50)
	for i, frame := range rec.voiced {
		want := stamp{who: 7, count: uint32(i), at: time.Duration(i) * time.Second}
		frame.put(want)
		if got, ok := readStamp(frame); !ok || got != want {
			t.Fatalf("stamp %+v, want %+v", got, want)
		}
		if d := opus.Samples48k(frame); d != 960 {
			t.Fatalf("frame %d lasts %d samples", i, d)
		}
		n, err := dec.Decode(frame, pcm)
		if err != nil || n != len(pcm) {
			t.Fatalf("decode: %d %v", n, err)
		}
		if i > 3 && tone.Loudest(pcm, frameRate, 440, 660, 880) != 440 {
			t.Errorf("frame %d does not sound of 440 Hz", i)
		}
	}
	if _, err := dec.Decode(rec.quiet, pcm); err != nil {
		t.Error(err)
	}
}

func TestOthersAudioHasNoStamp(t *testing.T) {
	for _, payload := range [][]byte{nil, {0xfb}, make([]byte, 100), {3, 0x41, 20, 1, 2}} {
		if _, ok := readStamp(payload); ok {
			t.Errorf("% x has a stamp", payload)
		}
	}
	if _, err := newTemplate([]byte{0x0b, 1, 2}); err == nil {
		t.Error("a packet that has padding already was taken")
	}
}

func TestHistogram(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var a, b histogram
	var all []time.Duration
	for range 20000 {
		d := time.Duration(math.Exp(r.Float64()*14)) * time.Microsecond
		all = append(all, d)
		if r.IntN(2) == 0 {
			a.add(d)
		} else {
			b.add(d)
		}
	}
	a.merge(&b)
	slices.Sort(all)
	for _, q := range []float64{0, 0.01, 0.5, 0.9, 0.99, 1} {
		want := all[max(0, int(math.Ceil(q*float64(len(all))))-1)]
		got := a.quantile(q)
		if math.Abs(float64(got-want)) > 0.02*float64(want)+2000 {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
	if text, err := json.Marshal(new(histogram)); err != nil || string(text) != "null" {
		t.Errorf("an empty histogram is %s %v", text, err)
	}
}

// What a slot's ear counts as lost, under reorder, repeats and wrap-around.
func TestLoss(t *testing.T) {
	for name, tt := range map[string]struct {
		seqs           []uint16
		lost, repeated uint64
	}{
		"nothing":      {nil, 0, 0},
		"one":          {[]uint16{5}, 0, 0},
		"all":          {[]uint16{5, 6, 7}, 0, 0},
		"a gap":        {[]uint16{5, 8, 9}, 2, 0},
		"reordered":    {[]uint16{5, 7, 6, 8}, 0, 0},
		"first late":   {[]uint16{6, 5, 7}, 0, 0},
		"repeated":     {[]uint16{5, 6, 6, 7}, 0, 1},
		"wraps":        {[]uint16{65534, 65535, 0, 1}, 0, 0},
		"wraps, a gap": {[]uint16{65534, 1}, 2, 0},
		"late wrap":    {[]uint16{65535, 1, 0}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			e := newSlotEar()
			for _, s := range tt.seqs {
				e.hear(&rtp.Packet{Header: rtp.Header{SequenceNumber: s}}, 0)
			}
			if lost := e.lost(); lost != tt.lost || e.repeated != tt.repeated {
				t.Errorf("lost %d repeated %d, want %d %d", lost, e.repeated, tt.lost, tt.repeated)
			}
		})
	}
}

// The wheel sends a frame of each voice every 20 ms, for as long as it turns.
func TestWheel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec, err := newRecording(440)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		clock := func() time.Duration { return time.Since(start) }
		w := new(wheel)
		var mu sync.Mutex
		at := map[uint32][]time.Duration{}
		var voices []*voice
		for i := range 30 {
			v := &voice{who: uint32(i), rec: rec, clock: clock, frames: make(chan speakOrder, 1)}
			v.write = func(payload []byte, samples48k uint32) error {
				s, ok := readStamp(payload)
				if !ok || s.who != v.who || samples48k != 960 {
					t.Errorf("sent a frame of %d with stamp %+v", v.who, s)
				}
				mu.Lock()
				at[s.who] = append(at[s.who], s.at)
				mu.Unlock()
				return nil
			}
			voices = append(voices, v)
			w.add(v)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { w.run(ctx) })
		s, err := voices[3].speak(ctx, time.Second)
		if err != nil || s.last-s.first != 980*time.Millisecond {
			t.Errorf("spoke from %v to %v: %v", s.first, s.last, err)
		}
		w.remove(voices[3])
		removed := voices[3].sent.Load()
		time.Sleep(time.Second)
		cancel()
		wg.Wait()
		if voices[3].sent.Load() != removed {
			t.Error("a removed voice goes on")
		}
		for who, times := range at {
			for i := 1; i < len(times); i++ {
				if d := times[i] - times[i-1]; d != 20*time.Millisecond {
					t.Fatalf("voice %d paused for %v", who, d)
				}
			}
		}
		if n := len(at[0]); n < 99 || n > 102 {
			t.Errorf("%d frames in 2 s", n)
		}
		if _, err := voices[0].speak(ctx, time.Second); err == nil {
			t.Error("spoke without a wheel")
		}
	})
}

// A caller's ear tells the cut: AI until the human's first frame, and what comes
// of the AI after it.
func TestFloorEar(t *testing.T) {
	f, err := newFloorEar()
	if err != nil {
		t.Fatal(err)
	}
	enc, err := opus.NewEncoder(frameRate, opus.EncoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	g := tone.NewGenerator(frameRate, 880)
	buf := make([]byte, opus.MaxPacket)
	packet := func(pcm []int16) *rtp.Packet {
		n, err := enc.Encode(pcm, buf)
		if err != nil {
			t.Fatal(err)
		}
		return &rtp.Packet{Payload: slices.Clone(buf[:n])}
	}
	at, seq := time.Duration(0), uint16(65533)
	ai := func(pcm []int16) {
		at += frameTime
		seq++
		p := packet(pcm)
		p.SequenceNumber = seq
		f.hear(p, stamp{}, false, at)
	}
	silence := make([]int16, frameRate/50)

	heard := f.listen()
	ai(silence)
	select {
	case <-heard:
		t.Fatal("silence was heard")
	default:
	}
	for range 3 {
		ai(g.Frame())
	}
	<-heard
	if got := f.heardAt(); got < 40*time.Millisecond || got > 60*time.Millisecond {
		t.Errorf("heard at %v", got)
	}
	human := f.awaitHuman(9)
	ai(g.Frame())
	last := at
	at += frameTime
	seq++
	mine := &rtp.Packet{Header: rtp.Header{SequenceNumber: seq}}
	f.hear(mine, stamp{who: 8}, true, at) // somebody else
	f.hear(mine, stamp{who: 9}, true, at)
	<-human
	ai(g.Frame())
	c := f.endCut()
	if c.lastAI != last || c.firstHu != last+frameTime || c.after != 1 {
		t.Errorf("cut %+v", c)
	}
	ai(g.Frame())
	if c := f.endCut(); c.after != 0 {
		t.Errorf("counted on after the end: %+v", c)
	}
}

func TestThresholds(t *testing.T) {
	good := func() *Report {
		r := newReport()
		r.Calls, r.Completed, r.Left = 1, 1, &left{}
		r.Packets.Received = 100000
		for range 200 {
			r.takeover(0, cut{lastAI: 80 * time.Millisecond, firstHu: 100 * time.Millisecond})
		}
		return r
	}
	for name, tt := range map[string]struct {
		spoil func(*Report)
		want  string
	}{
		"good":           {func(*Report) {}, ""},
		"loss":           {func(r *Report) { r.Packets.Lost = 11 }, "loss"},
		"gap":            {func(r *Report) { many(r, 100*time.Millisecond, 150*time.Millisecond) }, "cutover gap"},
		"AI goes on":     {func(r *Report) { many(r, 250*time.Millisecond, 260*time.Millisecond) }, "AI silent"},
		"human late":     {func(r *Report) { many(r, 290*time.Millisecond, 310*time.Millisecond) }, "human audible"},
		"goroutine":      {func(r *Report) { r.Left.Goroutines = 1 }, "left"},
		"AI after":       {func(r *Report) { r.AIPacketsAfterCut = 1 }, "after a cut"},
		"failed":         {func(r *Report) { r.Completed = 0 }, "failed"},
		"error":          {func(r *Report) { r.Errors["x"] = 1 }, "1 times: x"},
		"never measured": {func(r *Report) { r.CutoverGap = new(histogram) }, "never"},
		"here":           {func(r *Report) { r.ClientGoroutinesLeft = 2 }, "this process"},
	} {
		t.Run(name, func(t *testing.T) {
			r := good()
			tt.spoil(r)
			r.finish(time.Minute)
			r.check(Targets())
			text := strings.Join(r.Exceeded, "; ")
			if (tt.want == "") != (text == "") || !strings.Contains(text, tt.want) {
				t.Errorf("exceeded %q, want %q", text, tt.want)
			}
			if _, err := json.Marshal(r); err != nil {
				t.Error(err)
			}
		})
	}
	r := good()
	r.takeover(0, cut{lastAI: 10 * time.Millisecond, firstHu: 300 * time.Millisecond})
	if r.CutWhileAISilent != 1 || r.CutoverGap.n != 200 || r.ClaimToHuman.n != 201 {
		t.Errorf("a takeover while the AI is silent: %+v", r)
	}
}

func many(r *Report, lastAI, human time.Duration) {
	for range 20 {
		r.takeover(0, cut{lastAI: lastAI, firstHu: human})
	}
}

func TestMore(t *testing.T) {
	a, b := usage{goroutines: 5, fds: 10, sockets: 2}, usage{goroutines: 7, fds: 9, sockets: 3}
	if got := more(a, b); got != (left{2, 0, 1}) || got.none() {
		t.Errorf("%+v", got)
	}
	if got := more(usage{goroutines: -1, fds: -1, sockets: -1}, b); got != (left{-1, -1, -1}) || !got.none() {
		t.Errorf("unknown: %+v", got)
	}
	var u usage
	if err := u.proc(1 << 30); err == nil {
		t.Error("a process that is not there was read")
	}
}
