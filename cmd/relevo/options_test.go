package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// fresh parses args and environ into a new configuration.
func fresh(t *testing.T, args, environ []string) (*config, error) {
	t.Helper()
	c := new(config)
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	c.flags(fs)
	if err := parse(fs, args, environ); err != nil {
		return c, err
	}
	openAI := ""
	for _, kv := range environ {
		if v, ok := strings.CutPrefix(kv, "OPENAI_API_KEY="); ok {
			openAI = v
		}
	}
	return c, c.finish(openAI)
}

const goodSecret = "0123456789abcdef0123"

func TestEveryFlagHasAVariableAndAHelpLine(t *testing.T) {
	for _, c := range commands() {
		fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
		c.flags(fs)
		var help bytes.Buffer
		usage(fs, &help)
		fs.VisitAll(func(f *flag.Flag) {
			if len(f.Usage) < 8 {
				t.Errorf("%s --%s has no help: %q", c.name, f.Name, f.Usage)
			}
			if !strings.Contains(help.String(), "--"+f.Name+" ") {
				t.Errorf("%s --%s is not in the help", c.name, f.Name)
			}
			value := "7"
			if b, ok := f.Value.(interface{ IsBoolFlag() bool }); ok && b.IsBoolFlag() {
				value = "true"
			}
			if strings.HasSuffix(f.DefValue, "s") {
				value = "7s"
			}
			if f.Name == "log-level" {
				value = "ERROR"
			}
			again := flag.NewFlagSet(c.name, flag.ContinueOnError)
			c.flags(again)
			name := envName(f.Name)
			if err := parse(again, nil, []string{name + "=" + value}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if got := again.Lookup(f.Name).Value.String(); got != value {
				t.Errorf("%s=%s gave %q", name, value, got)
			}
		})
	}
}

func TestFlagsStandBeforeVariables(t *testing.T) {
	c, err := fresh(t, []string{"--dev", "--max-calls", "3"}, []string{"RELEVO_MAX_CALLS=9", "RELEVO_LOG_FORMAT=json"})
	if err != nil {
		t.Fatal(err)
	}
	if c.MaxCalls != 3 || c.LogFormat != "json" {
		t.Errorf("max calls %d, log format %s", c.MaxCalls, c.LogFormat)
	}
	if _, err := fresh(t, nil, []string{"RELEVO_MAX_CALLS=many"}); err == nil || !strings.Contains(err.Error(), "RELEVO_MAX_CALLS") {
		t.Errorf("a variable that is no number: %v", err)
	}
}

func TestUnknownVariablesAreTold(t *testing.T) {
	var stderr bytes.Buffer
	e := env{Environ: []string{"RELEVO_LISTNE=x", "RELEVO_LISTEN=127.0.0.1:0", "HOME=/"}, Stdout: io.Discard, Stderr: &stderr}
	if code := run(context.Background(), []string{"version"}, e); code != 0 {
		t.Fatalf("exit %d", code)
	}
	if got := stderr.String(); !strings.Contains(got, "RELEVO_LISTNE") || strings.Contains(got, "RELEVO_LISTEN ") || strings.Contains(got, "HOME") {
		t.Errorf("warned %q", got)
	}
}

func TestRefusals(t *testing.T) {
	secret := []string{"--key", "app", "--secret", goodSecret}
	for name, tt := range map[string]struct {
		args []string
		env  []string
		want string // in the error, "" = none
	}{
		"dev":                   {args: []string{"--dev"}},
		"dev elsewhere":         {args: []string{"--dev", "--listen", "[::1]:9"}},
		"dev in public":         {args: []string{"--dev", "--listen", ":8080"}, want: "loopback"},
		"no secrets":            {want: "no API key"},
		"key alone":             {args: []string{"--key", "app"}, want: "no secret"},
		"dev secret":            {args: []string{"--key", "devkey", "--secret", "devsecret"}, want: "easy to guess"},
		"short secret":          {args: []string{"--key", "a", "--secret", "12345"}, want: "easy to guess"},
		"loopback":              {args: secret},
		"secrets by variables":  {env: []string{"RELEVO_KEYS=a:" + goodSecret + " b:" + goodSecret + ",x"}},
		"key twice":             {args: append(slices.Clone(secret), "--keys", "app:"+goodSecret), want: "twice"},
		"public without TLS":    {args: append(slices.Clone(secret), "--listen", "0.0.0.0:443"), want: "--behind-proxy"},
		"public by name":        {args: append(slices.Clone(secret), "--listen", "example.com:443"), want: "--behind-proxy"},
		"public, any":           {args: append(slices.Clone(secret), "--listen", ":443"), want: "--behind-proxy"},
		"public with TLS":       {args: append(slices.Clone(secret), "--listen", ":443", "--tls-cert", "c", "--tls-key", "k")},
		"half of TLS":           {args: append(slices.Clone(secret), "--tls-cert", "c"), want: "belong together"},
		"behind a proxy":        {args: append(slices.Clone(secret), "--listen", ":8080", "--behind-proxy")},
		"profiles in public":    {args: append(slices.Clone(secret), "--debug-listen", ":6060"), want: "loopback"},
		"no profiles":           {args: append(slices.Clone(secret), "--debug-listen", "-")},
		"no such engine":        {args: append(slices.Clone(secret), "--tts", "festival"), want: "festival"},
		"openai without a key":  {args: append(slices.Clone(secret), "--llm", "openai"), want: "API key"},
		"openai elsewhere":      {args: append(slices.Clone(secret), "--llm", "openai", "--llm-base-url", "http://127.0.0.1:11434/v1")},
		"openai by its key":     {args: secret, env: []string{"OPENAI_API_KEY=sk-1"}},
		"engines in a row":      {args: append(slices.Clone(secret), "--engines", "openai, openai2,local", "--openai2-base-url", "http://127.0.0.1:1/v1"), env: []string{"OPENAI_API_KEY=k"}},
		"one behind itself":     {args: append(slices.Clone(secret), "--asr", "local,local"), want: "twice"},
		"nothing behind one":    {args: append(slices.Clone(secret), "--asr", "local,"), want: "there are"},
		"no second endpoint":    {args: append(slices.Clone(secret), "--tts", "openai2,local"), want: "--openai2-base-url"},
		"second without first":  {args: append(slices.Clone(secret), "--tts", "openai,local"), want: "API key"},
		"a voice too many":      {args: append(slices.Clone(secret), "--voice", "slt,rms"), want: "voices"},
		"bad desk user":         {args: append(slices.Clone(secret), "--desk-user", "dana"), want: "name:password"},
		"hashed desk user":      {args: append(slices.Clone(secret), "--desk-user", "dana:$argon2id$v=19$m=65536,t=1,p=4$c2FsdA$c3Vt")},
		"bad advertised IP":     {args: append(slices.Clone(secret), "--advertise-ip", "here"), want: "advertise-ip"},
		"bad ICE server":        {args: append(slices.Clone(secret), "--ice-server", "turn:host:3478"), want: "ice-server"},
		"ICE servers":           {args: append(slices.Clone(secret), "--ice-server", "stun:a:1,turn:u:p@b:2")},
		"bad proxy":             {args: append(slices.Clone(secret), "--trusted-proxy", "all"), want: "trusted-proxy"},
		"no calls":              {args: append(slices.Clone(secret), "--max-calls", "0"), want: "max-calls"},
		"nobody in a call":      {args: append(slices.Clone(secret), "--max-participants", "2"), want: "max-participants"},
		"no time for a session": {args: append(slices.Clone(secret), "--session-timeout", "0s"), want: "session-timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := fresh(t, tt.args, tt.env)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error %v, want one with %q", err, tt.want)
			case err != nil && strings.Contains(err.Error(), goodSecret):
				t.Errorf("the error tells the secret: %v", err)
			}
		})
	}
}

func TestEnginesAreChosenSeparately(t *testing.T) {
	for _, tt := range []struct {
		args, env []string
		want      [3]string // asr llm tts
	}{
		{nil, nil, [3]string{"local", "local", "local"}},
		{nil, []string{"OPENAI_API_KEY=k"}, [3]string{"openai", "openai", "openai"}},
		{[]string{"--tts", "local"}, []string{"OPENAI_API_KEY=k"}, [3]string{"openai", "openai", "local"}},
		{[]string{"--engines", "scripted", "--asr", "local"}, []string{"OPENAI_API_KEY=k"}, [3]string{"local", "scripted", "scripted"}},
		{[]string{"--engines", "scripted,local", "--llm", "local"}, nil, [3]string{"scripted,local", "local", "scripted,local"}},
		{[]string{"--llm", "openai", "--openai-base-url", "http://127.0.0.1:1/v1"}, nil, [3]string{"local", "openai", "local"}},
	} {
		c, err := fresh(t, append([]string{"--dev"}, tt.args...), tt.env)
		if err != nil {
			t.Fatal(err)
		}
		if got := [3]string{c.ASR, c.LLM, c.TTS}; got != tt.want {
			t.Errorf("%v %v: engines %v, want %v", tt.args, tt.env, got, tt.want)
		}
	}
}

// A key belongs to its host: an engine with a base URL of its own does not send
// the shared key there.
func TestSharedKeyStaysAtHome(t *testing.T) {
	e := &engines{}
	o := openAIConfig{BaseURL: "https://shared/v1", APIKey: "shared-key"}
	if got := e.endpoint(o, "", "", ""); got.BaseURL != o.BaseURL || got.Key != o.APIKey {
		t.Errorf("shared: %+v", got)
	}
	if got := e.endpoint(o, "http://own/v1", "", ""); got.BaseURL != "http://own/v1" || got.Key != "" {
		t.Errorf("own base URL: %+v", got)
	}
	if got := e.endpoint(o, "", "own-key", "m"); got.BaseURL != o.BaseURL || got.Key != "own-key" || got.Model != "m" {
		t.Errorf("own key: %+v", got)
	}
}

func TestRunCodes(t *testing.T) {
	quiet := env{Stdout: io.Discard, Stderr: io.Discard}
	for _, tt := range []struct {
		args []string
		want int
	}{
		{nil, 2}, {[]string{"dance"}, 2}, {[]string{"help"}, 0}, {[]string{"serve", "--help"}, 0},
		{[]string{"serve", "--nonsense"}, 1}, {[]string{"serve", "extra", "--dev"}, 1}, {[]string{"version"}, 0}, {[]string{"say"}, 1},
		{[]string{"token", "--identity", "x"}, 1},
	} {
		if got := run(context.Background(), tt.args, quiet); got != tt.want {
			t.Errorf("relevo %v exits %d, want %d", tt.args, got, tt.want)
		}
	}
	if err := dispatch(context.Background(), []string{"serve"}, quiet); err == nil || errors.Is(err, errUsage) {
		t.Errorf("serve without secrets: %v", err)
	}
}

func TestTokenCommand(t *testing.T) {
	var out bytes.Buffer
	e := env{Stdout: &out, Stderr: io.Discard}
	if code := run(context.Background(), []string{"token", "--call", "c1", "--identity", "ann", "--ttl", time.Minute.String()}, e); code != 0 {
		t.Fatalf("exit %d", code)
	}
	if strings.Count(strings.TrimSpace(out.String()), ".") != 2 {
		t.Errorf("%q is no JWT", out.String())
	}
}
