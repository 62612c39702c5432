package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/relevo/relevo/cmd/relevo/logging"
	"github.com/relevo/relevo/webclient"
)

func serveCommand(fs *flag.FlagSet) func(context.Context, []string, env) error {
	c := new(config)
	c.flags(fs)
	return func(ctx context.Context, args []string, e env) error {
		if len(args) > 0 {
			return fmt.Errorf("serve takes flags only, not %q", args[0])
		}
		if err := c.finish(e.get("OPENAI_API_KEY")); err != nil {
			return err
		}
		log, err := logging.New(e.Stderr, logging.Options{Format: c.LogFormat, Level: c.LogLevel, PII: c.LogPII})
		if err != nil {
			return err
		}
		signals := make(chan os.Signal, 2)
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
		defer signal.Stop(signals)
		return serve(ctx, c, log, e.Stdout, signals)
	}
}

// errForced says that a second signal ended the process before it had drained.
var errForced = errors.New("stopped by a second signal before all calls had ended")

// serve runs a server until ctx ends or the first signal comes, then drains it.
// A second signal ends it at once.
func serve(ctx context.Context, c *config, log *slog.Logger, out io.Writer, signals <-chan os.Signal) error {
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	// Before the server takes the calls of one that was killed: to fail after that
	// would end them.
	var debug net.Listener
	if c.DebugListen != "-" {
		if debug, err = net.Listen("tcp", c.DebugListen); err != nil {
			return errors.Join(fmt.Errorf("--debug-listen: %w", err), listener.Close())
		}
	}
	s, err := wireServer(ctx, c, log, given{})
	if err != nil {
		if debug != nil {
			err = errors.Join(err, debug.Close())
		}
		return errors.Join(err, listener.Close())
	}

	failed := make(chan error, 2)
	var wg sync.WaitGroup
	main := newHTTPServer(s.handler, log)
	wg.Go(func() {
		if c.TLSCert != "" {
			failed <- main.ServeTLS(listener, c.TLSCert, c.TLSKey)
			return
		}
		failed <- main.Serve(listener)
	})
	private := newHTTPServer(s.debug, log)
	if debug != nil {
		wg.Go(func() { failed <- private.Serve(debug) })
	}
	announce(out, c, listener.Addr())
	log.Info("serving", "version", version(), "listen", listener.Addr().String(), "rtcUDP", s.udpPort, "debug", addr(debug),
		"asr", c.ASR, "llm", c.LLM, "tts", c.TTS, "data", c.Data)
	if !webclient.Built() {
		log.Warn("this binary has no pages in it: build it with make build")
	}

	var cause error
	select {
	case err := <-failed:
		cause = fmt.Errorf("listener: %w", err)
	case <-ctx.Done():
	case sig := <-signals:
		log.Info("draining: calls are told and end; a second signal exits at once", "signal", sig.String())
	}
	drained, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.DrainTimeout)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		err := s.Close(drained)
		err = errors.Join(err, main.Shutdown(drained), private.Shutdown(drained), main.Close(), private.Close())
		wg.Wait()
		done <- err
	}()
	err = drain(done, signals)
	if err == nil {
		log.Info("stopped")
	}
	return errors.Join(cause, err)
}

// sameSignal is how soon after the first a signal still belongs to it: some
// tools signal a process and then its whole group.
const sameSignal = 500 * time.Millisecond

// drain waits for the end, or for a second signal.
func drain(done <-chan error, signals <-chan os.Signal) error {
	first := time.Now()
	for {
		select {
		case err := <-done:
			return err
		case <-signals:
			if time.Since(first) > sameSignal {
				return errForced
			}
		}
	}
}

func newHTTPServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// announce tells where to go, for people and for scripts that wait for the
// first line.
func announce(out io.Writer, c *config, a net.Addr) {
	scheme := "http"
	if c.TLSCert != "" {
		scheme = "https"
	}
	base := scheme + "://" + a.String()
	fmt.Fprintf(out, "listening on %s\n", base)
	if c.PublicURL != "" {
		base = strings.TrimSuffix(c.PublicURL, "/")
	}
	login := ""
	if c.Dev && len(c.DeskUsers) == 1 {
		name, password, _ := strings.Cut(c.DeskUsers[0], ":")
		login = fmt.Sprintf("   (log in as %s with %s)", name, password)
	}
	fmt.Fprintf(out, "  caller page  %s/\n  console      %s/console%s\n", base, base, login)
}

func addr(l net.Listener) string {
	if l == nil {
		return ""
	}
	return l.Addr().String()
}

// debugHandler is for the private port: profiles and metrics.
func debugHandler(metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/metrics", metrics)
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
