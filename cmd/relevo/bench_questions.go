package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/chain"
	"github.com/relevo/relevo/agentbot/questions"
)

// benchQuestions asks a model the shipped questions, or others, as the agent
// would ask it. The flags that serve has too mean the same.
func benchQuestions(fs *flag.FlagSet) func(context.Context, []string, env) error {
	var c config
	var set, file string
	var asJSON, verbose bool
	var parallel int
	var timeout time.Duration
	fs.StringVar(&c.LLM, "llm", "local", "language model: local, openai or openai2; with commas, those behind answer where the first fail")
	fs.StringVar(&c.OpenAI.BaseURL, "openai-base-url", "", "base `URL` of the OpenAI-compatible endpoint (default https://api.openai.com/v1)")
	fs.StringVar(&c.OpenAI.APIKey, "openai-api-key", "", "its API `key`; OPENAI_API_KEY works too")
	fs.StringVar(&c.OpenAI.LLMBaseURL, "llm-base-url", "", "base `URL` for the language model alone")
	fs.StringVar(&c.OpenAI.LLMAPIKey, "llm-api-key", "", "its API `key`")
	fs.StringVar(&c.OpenAI.LLMModel, "llm-model", "", "its `model`")
	fs.StringVar(&c.OpenAI2.BaseURL, "openai2-base-url", "", "base `URL` of a second endpoint, which engine openai2 uses")
	fs.StringVar(&c.OpenAI2.APIKey, "openai2-api-key", "", "its API `key`")
	fs.StringVar(&c.OpenAI2.LLMModel, "openai2-llm-model", "", "its language `model`")
	fs.StringVar(&c.Knowledge, "knowledge", "", "`folder` of Markdown files that is answered from (default: the shop that is shipped, which the shipped questions are about)")
	fs.StringVar(&c.Prompt, "prompt", "", "`file` with instructions for the language model")
	fs.StringVar(&set, "set", "all", "shipped questions: all, dev (which the project tunes on) or heldout (which it does not)")
	fs.StringVar(&file, "questions", "", "`file` of questions instead, one JSON object a line; see agentbot/questions")
	fs.BoolVar(&asJSON, "json", false, "print JSON")
	fs.BoolVar(&verbose, "verbose", false, "print every question, not only failures")
	fs.IntVar(&parallel, "parallel", 4, "questions asked at the same time")
	fs.DurationVar(&timeout, "timeout", 30*time.Second, "for one reply")
	return func(ctx context.Context, args []string, e env) error {
		if len(args) > 0 || parallel < 1 || timeout <= 0 {
			return errors.New("there are no arguments but flags, --parallel is 1 at least and --timeout positive")
		}
		if c.OpenAI.APIKey == "" {
			c.OpenAI.APIKey = e.get("OPENAI_API_KEY")
		}
		asked, err := readQuestions(set, file)
		if err != nil {
			return err
		}
		ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
		defer stop()
		cfg := questions.Config{Parallel: parallel, Timeout: timeout}
		if c.Prompt != "" {
			text, err := os.ReadFile(c.Prompt)
			if err != nil {
				return fmt.Errorf("--prompt: %w", err)
			}
			cfg.Agent = agentbot.Config{Prompt: string(text)}
		}
		model, closeModel, err := openModel(&c)
		if err != nil {
			return err
		}
		defer closeModel()
		cfg.LLM = model
		if verbose && !asJSON {
			cfg.Done = func(r questions.Result) { fmt.Fprintln(e.Stdout, r.Line()) }
		}
		results, err := questions.Run(ctx, cfg, asked)
		if err != nil {
			return err
		}
		report := questions.NewReport(results)
		if asJSON {
			out := json.NewEncoder(e.Stdout)
			out.SetIndent("", "  ")
			err = out.Encode(report)
		} else {
			err = report.Write(e.Stdout)
		}
		if err == nil && report.Total.Missed() != "" {
			err = errMissed
		}
		return err
	}
}

func readQuestions(set, file string) ([]questions.Question, error) {
	if file == "" {
		return questions.Set(set)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("--questions: %w", err)
	}
	all, err := questions.Read(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("--questions: %w", err)
	}
	return all, nil
}

// openModel opens the language model that a server with these flags would have.
func openModel(c *config) (engine.LLM, func(), error) {
	for _, name := range listed(c.LLM) {
		if err := c.checkEngine("llm", name); err != nil {
			return nil, nil, err
		}
	}
	known, stop, err := openKnowledge(c.Knowledge, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, nil, err
	}
	e := &engines{http: &http.Client{}}
	links, err := openLinks(c.LLM, 0, func(name string) (engine.LLM, error) { return e.llm(name, c, known) })
	if err != nil {
		return nil, nil, errors.Join(err, stop())
	}
	model := links[0].Engine
	if len(links) > 1 {
		model = chain.NewLLM(chain.Config{}, links...)
	}
	return model, func() {
		_ = e.Close()
		_ = stop() // it has watched nothing but files
	}, nil
}
