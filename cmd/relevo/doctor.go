package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/local"
	"github.com/relevo/relevo/webclient"
)

// finding is one line of the doctor's.
type finding struct {
	what   string
	ok     bool
	detail string
	hint   string
}

var errUnwell = errors.New("not everything that this configuration needs is usable")

// doctorCommand takes the flags of serve, so that it tries what would be
// served.
func doctorCommand(fs *flag.FlagSet) func(context.Context, []string, env) error {
	c := new(config)
	c.flags(fs)
	return func(ctx context.Context, _ []string, e env) error {
		configErr := c.finish(e.get("OPENAI_API_KEY"))
		well := true
		show := func(needed bool, f finding) {
			mark := "ok  "
			switch {
			case !f.ok && needed:
				mark, well = "FAIL", false
			case !f.ok:
				mark = "no  "
			}
			fmt.Fprintf(e.Stdout, "%s  %-16s %s\n", mark, f.what, f.detail)
			if !f.ok && f.hint != "" {
				fmt.Fprintf(e.Stdout, "      %-16s %s\n", "", f.hint)
			}
		}
		fmt.Fprintln(e.Stdout, "relevo", version())
		chosen := map[string]string{"asr": c.ASR, "llm": c.LLM, "tts": c.TTS}
		wants := func(kind, name string) bool { return slices.Contains(listed(chosen[kind]), name) }
		for _, f := range local.Check(ctx) {
			needed := f.Engine[:3] == "vad" || wants(f.Engine[:3], "local")
			show(needed, finding{f.Engine, f.Usable, f.Detail, f.Hint})
		}
		for _, f := range checkOpenAI(ctx, c) {
			kind, name, _ := strings.Cut(f.what, " ")
			show(wants(kind, name), f)
		}
		show(true, checkKnowledge(c))
		show(true, checkData(c))
		show(true, checkPorts(c))
		show(false, finding{"pages", webclient.Built(), map[bool]string{true: "built in", false: "not in this binary"}[webclient.Built()], "make build"})
		// Secrets are no matter of this machine's health.
		show(false, configFinding(configErr))
		fmt.Fprintf(e.Stdout, "\nserve would use asr %s, llm %s, tts %s\n", c.ASR, c.LLM, c.TTS)
		if !well {
			return errUnwell
		}
		return nil
	}
}

func configFinding(err error) finding {
	if err != nil {
		return finding{"configuration", false, err.Error(), "or try: relevo serve --dev"}
	}
	return finding{"configuration", true, "complete", ""}
}

// checkOpenAI asks each endpoint for something small.
func checkOpenAI(ctx context.Context, c *config) []finding {
	why := "no API key and no base URL of one's own"
	o := c.OpenAI
	names := []string{"asr openai", "llm openai", "tts openai"}
	own := []string{o.ASRBaseURL + o.ASRAPIKey, o.LLMBaseURL + o.LLMAPIKey, o.TTSBaseURL + o.TTSAPIKey}
	try := []func(context.Context, *engines) (string, error){tryASR, tryLLM, tryTTS}
	var out []finding
	for i, name := range names {
		f := finding{what: name, detail: why, hint: "set OPENAI_API_KEY, or " + envName("openai-base-url") + " to a server of your own"}
		if o.APIKey+o.BaseURL+own[i] != "" {
			f.detail, f.ok = probe(ctx, c, i, "openai", try[i])
			f.hint = "look at the base URL, the key and the model"
		}
		out = append(out, f)
	}
	if c.OpenAI2.BaseURL == "" {
		return out
	}
	for i, name := range names {
		f := finding{what: name + "2", hint: "look at --openai2-base-url, its key and the model"}
		f.detail, f.ok = probe(ctx, c, i, "openai2", try[i])
		out = append(out, f)
	}
	return out
}

// probe opens one engine at the endpoint name and tries it.
func probe(ctx context.Context, c *config, i int, name string, try func(context.Context, *engines) (string, error)) (string, bool) {
	one := *c
	one.ASR, one.LLM, one.TTS, one.Voice = "scripted", "scripted", "scripted", c.voiceOf(name)
	*[]*string{&one.ASR, &one.LLM, &one.TTS}[i] = name
	one.Tuning.ASRTimeout, one.Tuning.LLMTimeout, one.Tuning.TTSTimeout = patientTime, patientTime, patientTime
	one.Tuning.EmbeddingsModel = ""
	known, stop, err := openKnowledge("", slog.New(slog.DiscardHandler))
	if err != nil {
		return err.Error(), false
	}
	defer func() { _ = stop() }()
	e, err := openEngines(&one, known, slog.New(slog.DiscardHandler), given{})
	if err != nil {
		return err.Error(), false
	}
	defer e.Close()
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	start := time.Now()
	detail, err := try(ctx, e)
	if err != nil {
		return err.Error(), false
	}
	return fmt.Sprintf("%s after %d ms", detail, time.Since(start).Milliseconds()), true
}

func tryASR(ctx context.Context, e *engines) (string, error) {
	s, err := e.ASR.OpenASR(ctx, "")
	if err != nil {
		return "", err
	}
	defer s.Close()
	tone := make([]int16, engine.SampleRate) // of silence no endpoint is asked
	for i := range tone {
		tone[i] = int16(3000 * math.Sin(2*math.Pi*440*float64(i)/engine.SampleRate))
	}
	if _, _, err := s.Write(ctx, tone); err != nil {
		return "", err
	}
	if _, err := s.Finish(ctx); err != nil {
		return "", err
	}
	return "answered to a second of a tone", nil
}

func tryLLM(ctx context.Context, e *engines) (string, error) {
	r, err := e.LLM.Chat(ctx, engine.Request{Messages: []engine.Message{{Role: engine.RoleUser, Text: "Say hello."}}})
	if err != nil {
		return "", err
	}
	defer r.Close()
	if _, err := r.Next(); err != nil {
		return "", err
	}
	return "began to answer", nil
}

func tryTTS(ctx context.Context, e *engines) (string, error) {
	s, err := e.TTS.Speak(ctx, "Hello.", "")
	if err != nil {
		return "", err
	}
	defer s.Close()
	if _, err := s.Read(make([]int16, 2400)); err != nil {
		return "", err
	}
	return "began to speak", nil
}

func checkKnowledge(c *config) finding {
	f := finding{what: "knowledge", hint: "--knowledge wants a folder with Markdown files"}
	known, stop, err := openKnowledge(c.Knowledge, slog.New(slog.DiscardHandler))
	if err != nil {
		f.detail = err.Error()
		return f
	}
	defer func() { _ = stop() }()
	f.ok = true
	base := known.Base()
	f.detail = fmt.Sprintf("%d passages, %d names", len(base.Passages()), len(base.Names()))
	return f
}

func checkData(c *config) finding {
	f := finding{what: "data", hint: "--data wants a folder that can be written"}
	if err := os.MkdirAll(c.Data, 0o755); err != nil {
		f.detail = err.Error()
		return f
	}
	probe, err := os.CreateTemp(c.Data, ".doctor-*")
	if err != nil {
		f.detail = err.Error()
		return f
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name())
	path, err := filepath.Abs(c.Data)
	if err != nil {
		path = c.Data
	}
	f.ok, f.detail = true, path+" can be written"
	return f
}

func checkPorts(c *config) finding {
	f := finding{what: "ports", hint: "another relevo may be running"}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		f.detail = err.Error()
		return f
	}
	_ = l.Close()
	p, err := net.ListenPacket("udp", c.RTCUDP)
	if err != nil {
		f.detail = err.Error()
		return f
	}
	_ = p.Close()
	f.ok, f.detail = true, fmt.Sprintf("--listen %s and --rtc-udp %s are free", c.Listen, c.RTCUDP)
	return f
}
