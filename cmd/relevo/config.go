package main

import (
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// config is all that can be said to a server. flags fills it, finish completes
// it and says what is wrong with it.
type config struct {
	// Who may reach it.
	Dev         bool
	Listen      string
	TLSCert     string
	TLSKey      string
	BehindProxy bool
	Proxies     list
	PublicURL   string
	Origins     list
	DebugListen string
	Metrics     bool

	// Who may use it.
	Key       string
	Secret    string
	Keys      words
	DeskUsers words

	// Media.
	RTCUDP      string
	RTCTCP      string
	AdvertiseIP list
	ICEServers  list

	// Calls.
	Data           string
	MaxCalls       int
	MaxMembers     int
	SessionTimeout time.Duration
	DrainTimeout   time.Duration

	// The agent.
	Engines   string
	ASR       string
	LLM       string
	TTS       string
	OpenAI    openAIConfig
	OpenAI2   openAIConfig // the second endpoint, one for all engines
	Tuning    tuning
	Knowledge string
	Language  string
	Voice     string
	Greeting  string
	Prompt    string
	Lines     string
	Tools     string
	Spoken    string
	AskEmail  bool

	Escalation string // file: when a human is asked for, what is never said

	// How it takes turns.
	BargeIn      string
	BargeInWords int
	MinSilence   time.Duration
	MaxSilence   time.Duration
	Silences     list
	Preemptive   int

	// Logging.
	LogFormat string
	LogLevel  slog.Level
	LogPII    bool
}

// openAIConfig is for each engine that speaks the OpenAI API. An engine's own
// base URL and key stand before the shared ones.
type openAIConfig struct {
	BaseURL, APIKey                 string
	ASRBaseURL, ASRAPIKey, ASRModel string
	LLMBaseURL, LLMAPIKey, LLMModel string
	TTSBaseURL, TTSAPIKey, TTSModel string
}

func (c *config) flags(fs *flag.FlagSet) {
	fs.BoolVar(&c.Dev, "dev", false, "for development on this machine: key devkey, secret devsecret, console user dana with password dev, loopback only")
	fs.StringVar(&c.Listen, "listen", "127.0.0.1:8080", "`address` of pages, REST and WebSocket")
	fs.StringVar(&c.TLSCert, "tls-cert", "", "`file` with the TLS certificate chain, PEM")
	fs.StringVar(&c.TLSKey, "tls-key", "", "`file` with the TLS private key, PEM")
	fs.BoolVar(&c.BehindProxy, "behind-proxy", false, "a proxy in front terminates TLS; X-Forwarded-For and -Proto are believed")
	fs.Var(&c.Proxies, "trusted-proxy", "`IP` or prefix of such a proxy, repeatable (default with --behind-proxy: loopback and private addresses)")
	fs.StringVar(&c.PublicURL, "public-url", "", "`URL` under which clients reach --listen, e.g. https://calls.example.com")
	fs.Var(&c.Origins, "origin", "`origin` of pages that may open WebSockets from elsewhere, repeatable")
	fs.StringVar(&c.DebugListen, "debug-listen", "", "loopback `address` of pprof and /metrics, off with - (default 127.0.0.1:6060, any free port with --dev)")
	fs.BoolVar(&c.Metrics, "metrics", false, "serve /metrics on --listen too (always with --dev)")

	fs.StringVar(&c.Key, "key", "", "API `key` of the app")
	fs.StringVar(&c.Secret, "secret", "", "API `secret` of --key; better in "+envName("secret"))
	fs.Var(&c.Keys, "keys", "`key:secret` of more apps, repeatable; better in "+envName("keys"))
	fs.Var(&c.DeskUsers, "desk-user", "`name:password` of a human agent at the console, repeatable; the password may be an argon2id hash")

	fs.StringVar(&c.RTCUDP, "rtc-udp", "", "`address` of the one UDP port for all media (default :7700, any free port with --dev)")
	fs.StringVar(&c.RTCTCP, "rtc-tcp", "", "`address` of media over TCP, off with - (default :7700, off with --dev)")
	fs.Var(&c.AdvertiseIP, "advertise-ip", "public `IP` of this machine where it is behind NAT, repeatable")
	fs.Var(&c.ICEServers, "ice-server", "STUN or TURN `URL` for clients, repeatable: stun:host:port or turn:user:password@host:port")

	fs.StringVar(&c.Data, "data", "data", "`folder` of the database")
	fs.IntVar(&c.MaxCalls, "max-calls", 1000, "most calls at a time")
	fs.IntVar(&c.MaxMembers, "max-participants", 16, "most participants of a call")
	fs.DurationVar(&c.SessionTimeout, "session-timeout", 3*time.Minute, "how long a caller may be silent with a human before the AI takes the call back")
	fs.DurationVar(&c.DrainTimeout, "drain-timeout", 30*time.Second, "how long a shutdown waits for calls to end")

	fs.StringVar(&c.Engines, "engines", "", "engines for all of asr, llm and tts: local, openai, openai2 or scripted; with commas, those behind answer where the first fail, e.g. openai,local (default openai where an API key is set, else local)")
	fs.StringVar(&c.ASR, "asr", "", "speech recognition: as --engines")
	fs.StringVar(&c.LLM, "llm", "", "language model: as --engines")
	fs.StringVar(&c.TTS, "tts", "", "speech synthesis: as --engines")
	fs.StringVar(&c.OpenAI.BaseURL, "openai-base-url", "", "base `URL` of the OpenAI-compatible endpoint (default https://api.openai.com/v1)")
	fs.StringVar(&c.OpenAI.APIKey, "openai-api-key", "", "its API `key`; OPENAI_API_KEY works too")
	fs.StringVar(&c.OpenAI.ASRBaseURL, "asr-base-url", "", "base `URL` for speech recognition alone")
	fs.StringVar(&c.OpenAI.ASRAPIKey, "asr-api-key", "", "its API `key`")
	fs.StringVar(&c.OpenAI.ASRModel, "asr-model", "", "its `model`")
	fs.StringVar(&c.OpenAI.LLMBaseURL, "llm-base-url", "", "base `URL` for the language model alone")
	fs.StringVar(&c.OpenAI.LLMAPIKey, "llm-api-key", "", "its API `key`")
	fs.StringVar(&c.OpenAI.LLMModel, "llm-model", "", "its `model`")
	fs.StringVar(&c.OpenAI.TTSBaseURL, "tts-base-url", "", "base `URL` for speech synthesis alone")
	fs.StringVar(&c.OpenAI.TTSAPIKey, "tts-api-key", "", "its API `key`")
	fs.StringVar(&c.OpenAI.TTSModel, "tts-model", "", "its `model`")
	fs.StringVar(&c.OpenAI2.BaseURL, "openai2-base-url", "", "base `URL` of a second endpoint, which engine openai2 uses")
	fs.StringVar(&c.OpenAI2.APIKey, "openai2-api-key", "", "its API `key`")
	fs.StringVar(&c.OpenAI2.ASRModel, "openai2-asr-model", "", "its `model` for speech recognition")
	fs.StringVar(&c.OpenAI2.LLMModel, "openai2-llm-model", "", "its language `model`")
	fs.StringVar(&c.OpenAI2.TTSModel, "openai2-tts-model", "", "its `model` for speech synthesis")
	c.Tuning.flags(fs)
	fs.StringVar(&c.Knowledge, "knowledge", "", "`folder` of Markdown files that the agent answers from (default: the shop that is shipped)")
	fs.StringVar(&c.Language, "language", "", "`BCP 47` language of the calls; auto follows the caller, auto:de begins in German (default: the engines' own, English lines)")
	fs.StringVar(&c.Voice, "voice", "", "`voice` of the agent, as its engine names it; with commas, one for each of --tts")
	fs.StringVar(&c.Greeting, "greeting", "", "what the agent says first, - for nothing (default: its own words)")
	fs.StringVar(&c.Prompt, "prompt", "", "`file` with instructions for the language model")
	fs.StringVar(&c.Escalation, "escalation", "", "JSON `file`: when the agent offers a human or asks for one, how its answers are checked, what it never says (see below)")

	fs.StringVar(&c.Lines, "lines", "", "`file` with what the agent says of itself in each language, JSON (built in: en, es, de, zh)")
	fs.StringVar(&c.Tools, "tools", "", "`file` with HTTP tools for the language model, JSON")
	fs.StringVar(&c.Spoken, "spoken", "", "what is written out before it is spoken: all, markup or nothing (default: all with a local voice, else markup)")

	fs.BoolVar(&c.AskEmail, "ask-email", false, "the agent asks who waits for a human for an e-mail address, where none is known")

	fs.StringVar(&c.BargeIn, "barge-in", "voice", "what stops the agent when it speaks: voice, words or either")
	fs.IntVar(&c.BargeInWords, "barge-in-words", 2, "how many `words` stop it")
	fs.DurationVar(&c.MinSilence, "min-silence", 300*time.Millisecond, "silence that ends a caller's turn when the sentence is finished")
	fs.DurationVar(&c.MaxSilence, "max-silence", 2500*time.Millisecond, "silence that ends it when the sentence is not")
	fs.Var(&c.Silences, "caller-silence", "`times` until a silent caller is asked, asked again and hung up on, with commas, 0 for never (default 10s,20s,20s)")
	fs.IntVar(&c.Preemptive, "preemptive", 3, "most answers begun in a turn before its end is sure; 0 for none, where the model costs more than time")

	fs.StringVar(&c.LogFormat, "log-format", "text", "text or json")
	fs.TextVar(&c.LogLevel, "log-level", slog.LevelInfo, "debug, info, warn or error")
	fs.BoolVar(&c.LogPII, "log-pii", false, "log what callers say, their names and addresses")
}

// finish fills in what depends on other values and refuses what is unsafe or
// makes no sense. openAIKey is OPENAI_API_KEY.
func (c *config) finish(openAIKey string) error {
	if c.OpenAI.APIKey == "" {
		c.OpenAI.APIKey = openAIKey
	}
	def := func(s *string, dev, other string) {
		if *s == "" {
			*s = other
			if c.Dev {
				*s = dev
			}
		}
	}
	def(&c.RTCUDP, ":0", ":7700")
	def(&c.RTCTCP, "-", ":7700")
	def(&c.DebugListen, "127.0.0.1:0", "127.0.0.1:6060")
	c.Metrics = c.Metrics || c.Dev
	if c.Engines == "" {
		c.Engines = "local"
		if c.OpenAI.APIKey != "" {
			c.Engines = "openai"
		}
	}
	for _, e := range []*string{&c.ASR, &c.LLM, &c.TTS} {
		if *e == "" {
			*e = c.Engines
		}
	}
	if c.Dev && c.Key == "" && c.Secret == "" {
		c.Key, c.Secret = "devkey", "devsecret"
		if len(c.DeskUsers) == 0 {
			c.DeskUsers = words{"dana:dev"}
		}
	}
	return errors.Join(c.checkSecrets(), c.checkListen(), c.checkEngines(), c.Tuning.check(), c.checkSpeech(), c.checkLimits(), c.checkTurns())
}

// keyring is every API key with its secret.
func (c *config) keyring() (map[string]string, error) {
	secrets := map[string]string{}
	if c.Key != "" {
		secrets[c.Key] = c.Secret
	}
	for _, ks := range c.Keys {
		key, secret, ok := strings.Cut(ks, ":")
		if !ok || key == "" {
			return nil, errors.New("--keys wants key:secret")
		}
		if _, twice := secrets[key]; twice {
			return nil, fmt.Errorf("key %s is given twice", key)
		}
		secrets[key] = secret
	}
	return secrets, nil
}

func (c *config) checkSecrets() error {
	secrets, err := c.keyring()
	if err != nil {
		return err
	}
	if len(secrets) == 0 {
		return fmt.Errorf("there is no API key: set %s and %s (there are no default secrets without --dev)", envName("key"), envName("secret"))
	}
	for key, secret := range secrets {
		switch {
		case secret == "":
			return fmt.Errorf("key %s has no secret: set %s", key, envName("secret"))
		case !c.Dev && (secret == "devsecret" || len(secret) < 16):
			return fmt.Errorf("the secret of key %s is too easy to guess: take 16 characters at least, e.g. from: openssl rand -hex 24", key)
		}
	}
	for _, u := range c.DeskUsers {
		if name, password, ok := strings.Cut(u, ":"); !ok || name == "" || password == "" {
			return errors.New("--desk-user wants name:password")
		}
	}
	return nil
}

func (c *config) checkListen() error {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("--listen %s: %w", c.Listen, err)
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("--tls-cert and --tls-key belong together")
	}
	local := isLoopback(host)
	if c.Dev && !local {
		return errors.New("--dev has secrets that everybody knows, so it listens on loopback addresses only")
	}
	if !local && c.TLSCert == "" && !c.BehindProxy {
		return fmt.Errorf("%s is reachable from outside and browsers give no microphone without TLS: give --tls-cert and --tls-key, or say --behind-proxy where a proxy terminates TLS", c.Listen)
	}
	if c.DebugListen != "-" {
		if host, _, err := net.SplitHostPort(c.DebugListen); err != nil || !isLoopback(host) {
			return fmt.Errorf("--debug-listen %s: profiles tell secrets, so it must be a loopback address such as 127.0.0.1:6060", c.DebugListen)
		}
	}
	if _, err := c.proxies(); err != nil {
		return err
	}
	if _, err := c.iceServers(); err != nil {
		return err
	}
	for _, ip := range c.AdvertiseIP {
		if _, err := netip.ParseAddr(ip); err != nil {
			return fmt.Errorf("--advertise-ip: %w", err)
		}
	}
	return nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func (c *config) checkEngines() error {
	for flagName, names := range map[string]string{"asr": c.ASR, "llm": c.LLM, "tts": c.TTS} {
		seen := map[string]bool{}
		for _, name := range listed(names) {
			if seen[name] {
				return fmt.Errorf("--%s %s names %s twice", flagName, names, name)
			}
			seen[name] = true
			if err := c.checkEngine(flagName, name); err != nil {
				return err
			}
		}
	}
	if voices, engines := len(listed(c.Voice)), len(listed(c.TTS)); voices > engines {
		return fmt.Errorf("--voice names %d voices for %d engines", voices, engines)
	}
	return nil
}

func (c *config) checkEngine(flagName, name string) error {
	switch name {
	case "local", "scripted":
	case "openai":
		own := map[string][2]string{
			"asr": {c.OpenAI.ASRBaseURL, c.OpenAI.ASRAPIKey},
			"llm": {c.OpenAI.LLMBaseURL, c.OpenAI.LLMAPIKey},
			"tts": {c.OpenAI.TTSBaseURL, c.OpenAI.TTSAPIKey},
		}[flagName]
		if c.OpenAI.APIKey == "" && c.OpenAI.BaseURL == "" && own == [2]string{} {
			return fmt.Errorf("--%s openai wants an API key (OPENAI_API_KEY) or a base URL of one's own", flagName)
		}
	case "openai2":
		if c.OpenAI2.BaseURL == "" {
			return fmt.Errorf("--%s openai2 wants --openai2-base-url", flagName)
		}
	default:
		return fmt.Errorf("--%s %s: there are local, openai, openai2 and scripted", flagName, name)
	}
	return nil
}

// openAI is the endpoint that an engine's name means.
func (c *config) openAI(name string) openAIConfig {
	if name == "openai2" {
		return c.OpenAI2
	}
	return c.OpenAI
}

// voiceOf is the voice for an engine of --tts: the one in its place, "" where
// there is none.
func (c *config) voiceOf(name string) string {
	voices := listed(c.Voice)
	if i := slices.Index(listed(c.TTS), name); i >= 0 && i < len(voices) {
		return voices[i]
	}
	return ""
}

func (c *config) checkLimits() error {
	switch {
	case c.MaxCalls < 1:
		return errors.New("--max-calls must be 1 at least")
	case c.MaxMembers < 3:
		return errors.New("--max-participants must be 3 at least: caller, agent and human")
	case c.SessionTimeout <= 0 || c.DrainTimeout <= 0:
		return errors.New("--session-timeout and --drain-timeout must be longer than nothing")
	}
	return nil
}
