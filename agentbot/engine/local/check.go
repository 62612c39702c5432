package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/local/flite"
	"github.com/relevo/relevo/agentbot/engine/local/speech"
	"github.com/relevo/relevo/agentbot/engine/local/sphinx"
	"github.com/relevo/relevo/agentbot/engine/local/vad"
)

// Finding is what Check found of an engine.
type Finding struct {
	Engine string // e.g. "asr pocketsphinx"
	Usable bool
	Detail string // what it did, or why it does not
	Hint   string // what to do about it; "" when there is nothing
}

const testSentence = "where is my order"

// Check tries each engine, which takes a second or two.
func Check(ctx context.Context) []Finding { return check(ctx, "") }

// check is Check with the recogniser's model elsewhere.
func check(ctx context.Context, modelDir string) []Finding {
	tts, spoken := checkTTS(ctx)
	findings := []Finding{tts}
	if spoken == nil {
		why := "there is no speech to try it with"
		return append(findings, Finding{Engine: vadName, Detail: why}, Finding{Engine: asrName, Detail: why})
	}
	spoken = speech.Pad(spoken, time.Second, time.Second)
	return append(findings, checkVAD(spoken), checkASR(ctx, spoken, modelDir))
}

const (
	ttsName = "tts flite"
	vadName = "vad webrtc"
	asrName = "asr pocketsphinx"
)

func checkTTS(ctx context.Context) (Finding, []int16) {
	f := Finding{Engine: ttsName, Hint: "apt install libflite1"}
	fail := func(err error) (Finding, []int16) {
		f.Detail = err.Error()
		return f, nil
	}
	e, err := flite.New("")
	if err != nil {
		return fail(err)
	}
	start := time.Now()
	s, err := e.Speak(ctx, testSentence, "")
	if err != nil {
		return fail(err)
	}
	defer s.Close()
	var first time.Duration
	var pcm []int16
	buf := make([]int16, engine.SampleRate)
	for err == nil {
		var n int
		n, err = s.Read(buf)
		if pcm == nil {
			first = time.Since(start)
		}
		pcm = append(pcm, buf[:n]...)
	}
	switch {
	case !errors.Is(err, io.EOF):
		return fail(err)
	case len(pcm) < engine.SampleRate/2:
		return fail(fmt.Errorf("%q gave %d samples", testSentence, len(pcm)))
	}
	f.Usable, f.Hint = true, ""
	f.Detail = fmt.Sprintf("spoke %.1f s, the first sample after %d ms; voices %v", seconds(pcm), first.Milliseconds(), flite.Voices())
	return f, pcm
}

func checkVAD(pcm []int16) Finding {
	f := Finding{Engine: vadName, Hint: "apt install libwebrtc-audio-processing1; until then voice is detected by energy alone"}
	s, err := vad.WebRTC{}.OpenVAD()
	if err != nil {
		f.Detail = err.Error()
		return f
	}
	defer s.Close()
	pcm = append([]int16(nil), pcm...)
	voice, frames := 0, 0
	for ; len(pcm) >= engine.FrameSamples; pcm = pcm[engine.FrameSamples:] {
		frames++
		if s.Process(pcm[:engine.FrameSamples]) {
			voice++
		}
	}
	f.Detail = fmt.Sprintf("voice in %d of %d frames", voice, frames)
	if f.Usable = voice > frames/5 && voice < frames*4/5; f.Usable {
		f.Hint = ""
	}
	return f
}

func checkASR(ctx context.Context, pcm []int16, modelDir string) Finding {
	f := Finding{Engine: asrName, Hint: "apt install libpocketsphinx3 pocketsphinx-en-us"}
	text, open, finish, err := recognise(ctx, pcm, modelDir)
	if err != nil {
		f.Detail = err.Error()
		return f
	}
	f.Detail = fmt.Sprintf("heard %q; ready after %d ms, text %d ms after the end", text, open.Milliseconds(), finish.Milliseconds())
	if errs, words := speech.WordErrors(testSentence, text); errs > words/2 {
		f.Detail = fmt.Sprintf("heard %q for %q", text, testSentence)
		return f
	}
	f.Usable, f.Hint = true, ""
	return f
}

// recognise tells what is heard in pcm and how long making ready and the text took.
func recognise(ctx context.Context, pcm []int16, modelDir string) (text string, open, finish time.Duration, err error) {
	start := time.Now()
	e, err := sphinx.New(sphinx.Options{ModelDir: modelDir})
	if err != nil {
		return "", 0, 0, err
	}
	defer e.Close()
	s, err := e.OpenASR(ctx, "")
	if err != nil {
		return "", 0, 0, err
	}
	defer s.Close()
	open = time.Since(start)
	if _, _, err = s.Write(ctx, pcm); err != nil {
		return "", open, 0, err
	}
	start = time.Now()
	tr, err := s.Finish(ctx)
	return tr.Text, open, time.Since(start), err
}

func seconds(pcm []int16) float64 { return float64(len(pcm)) / engine.SampleRate }
