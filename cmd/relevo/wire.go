package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/pion/transport/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling"
	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/call"
	"github.com/relevo/relevo/signaling/desk"
	deskstore "github.com/relevo/relevo/signaling/desk/store"
	"github.com/relevo/relevo/signaling/state"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts/sqlite"
	"github.com/relevo/relevo/webclient"
)

// sweepEvery is how often facts that have expired are forgotten.
const sweepEvery = 10 * time.Minute

// server is the parts of a server, wired. It listens on nothing but media.
type server struct {
	handler http.Handler // pages, REST, WebSocket
	debug   http.Handler // pprof, metrics
	udpPort int

	log     *slog.Logger
	closers []closer // in the order of construction
}

// closer takes one part down within ctx.
type closer struct {
	name  string
	close func(ctx context.Context) error
}

// given is what a test puts in the place of the outside world; zero: the world.
type given struct {
	net     transport.Net     // of the media
	engines *agentbot.Engines // of the agent
}

// wireServer builds a server from the bottom up. Where a part fails, those
// below it are taken down again.
func wireServer(ctx context.Context, c *config, log *slog.Logger, g given) (*server, error) {
	s := &server{log: log}
	if err := s.build(ctx, c, g); err != nil {
		return nil, errors.Join(err, s.Close(ctx))
	}
	return s, nil
}

func (s *server) build(ctx context.Context, c *config, g given) error {
	registry := newRegistry()

	release, err := ownData(c.Data)
	if err != nil {
		return err
	}
	s.later("data", func(context.Context) error { return release() })
	store, err := sqlite.Open(ctx, filepath.Join(c.Data, "relevo.db"), sqlite.Options{Log: s.log})
	if err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	s.later("store", func(context.Context) error { return store.Close() })
	registry.MustRegister(storeCollector(store))
	facts, err := state.NewSQLite(ctx, store.DB())
	if err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	s.sweep(facts)
	people, err := account.Open(ctx, store.DB(), account.Options{Log: s.log})
	if err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	if err := seed(ctx, c, people); err != nil {
		return err
	}

	known, stop, err := openKnowledge(c.Knowledge, s.log)
	if err != nil {
		return err
	}
	s.later("knowledge", func(context.Context) error { return stop() })
	engines, err := openEngines(c, known, s.log, g)
	if err != nil {
		return err
	}
	s.later("engines", func(context.Context) error { return engines.Close() })
	registry.MustRegister(engines.events)
	toolbox, toolClient, err := openTools(c.Tools)
	if err != nil {
		return err
	}
	s.later("tools", func(context.Context) error { toolClient.Close(); return nil })
	agent, err := agentConfig(ctx, c, engines.patient(), s.log)
	if err != nil {
		return err
	}
	agent.UseTools(toolbox, toolClient.Do)

	media, err := openMedia(c, s.log, g)
	if err != nil {
		return err
	}
	s.later("media", func(context.Context) error { return media.Close() })
	registry.MustRegister(sfuCollector(media))
	s.udpPort = media.UDPPort()

	ice, err := c.iceServers()
	if err != nil {
		return err
	}
	records, err := deskstore.NewSQLite(ctx, store.DB())
	if err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	line := desk.New(desk.Config{Store: records, People: people, Log: s.log, Metrics: registry})
	s.later("desk", line.Close)
	hub := call.NewHub(call.Config{
		Desk: signaling.CallsDesk(line), Places: facts,
		Engine: media, Store: store, NewBot: engines.warmer.before(newBot(agent, engines.Engines, assistConfig(c, engines.Engines, known))),
		ICEServers: ice, Log: s.log, Metrics: registry,
		MaxCalls: c.MaxCalls, MaxParticipants: c.MaxMembers, SessionTimeout: c.SessionTimeout, AskEmail: c.AskEmail,
		StillMay: func(claims auth.Claims) error { return stillMay(people, claims) },
	})
	s.later("calls", hub.Close)
	switch found, err := hub.ResumeCalls(ctx); {
	case err != nil:
		return fmt.Errorf("--data: %w", err)
	case found.Calls+found.Ended > 0:
		s.log.Warn("a server died over its calls", "go on", found.Calls, "ended", found.Ended)
	}

	if err := line.Start(ctx, signaling.DeskCalls(hub)); err != nil {
		return fmt.Errorf("--data: the desk: %w", err)
	}
	edge, err := s.edge(c, registry, signaling.Config{Hub: signaling.Calls(hub), State: facts, Store: store, People: people, Desk: line, Records: records, ICEServers: ice})
	if err != nil {
		return err
	}
	// Calls end first, so that everyone is told over their sockets.
	s.closers = append(s.closers[:len(s.closers)-1], closer{"edge", edge.Close}, s.closers[len(s.closers)-1])

	metrics := promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	s.handler, s.debug = edge, debugHandler(metrics)
	if c.Metrics {
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", metrics)
		mux.Handle("/", edge)
		s.handler = mux
	}
	return nil
}

func (s *server) edge(c *config, registry prometheus.Registerer, ec signaling.Config) (*signaling.Server, error) {
	secrets, err := c.keyring()
	if err != nil {
		return nil, err
	}
	proxies, err := c.proxies()
	if err != nil {
		return nil, err
	}
	ec.Keyring, ec.Key = auth.NewKeyring(secrets), signingKey(c, secrets)
	ec.Limits = signaling.Limits{Calls: c.MaxCalls, Participants: c.MaxMembers, TrustedProxies: proxies}
	if c.Dev { // one machine plays everybody
		ec.Limits.SocketsPerAddress, ec.Limits.RequestRate, ec.Limits.RequestBurst = 4096, 1000, 5000
	}
	ec.Dev, ec.PublicURL, ec.AllowedOrigins = c.Dev, c.PublicURL, c.Origins
	ec.WebFS, ec.Log, ec.Metrics = webclient.FS(), s.log, registry
	return signaling.NewServer(ec)
}

// signingKey is the key for the tokens of consoles.
func signingKey(c *config, secrets map[string]string) string {
	if c.Key != "" {
		return c.Key
	}
	first := ""
	for key := range secrets {
		if first == "" || key < first {
			first = key
		}
	}
	return first
}

// seed lets those whom the configuration names log in, as administrators.
func seed(ctx context.Context, c *config, people *account.Book) error {
	for _, u := range c.DeskUsers {
		name, password, _ := strings.Cut(u, ":")
		hash := password
		if !strings.HasPrefix(password, "$argon2id$") {
			if people.Has(name, password) {
				continue // the same as last time: nothing to be made anew
			}
			var err error
			if hash, err = auth.HashPassword(password); err != nil {
				return fmt.Errorf("--desk-user %s: %w", name, err)
			}
		}
		if err := people.Seed(ctx, account.Account{Identity: name, Name: displayName(name)}, hash); err != nil {
			return fmt.Errorf("--desk-user %s: %w", name, err)
		}
	}
	return nil
}

// stillMay refuses to let somebody back whose login has ended, or whose account
// has been disabled, by whomever they were logged in.
func stillMay(people *account.Book, claims auth.Claims) error {
	if claims.Session == "" {
		if a, known := people.Account(claims.Identity); claims.Desk && known && a.Disabled {
			return wire.Errorf(wire.KindUnauthorized, "this account is disabled")
		}
		return nil
	}
	_, err := people.Check(claims.Session)
	return err
}

// displayName is a login with a capital, as callers will read it.
func displayName(login string) string {
	if login == "" {
		return ""
	}
	return strings.ToUpper(login[:1]) + login[1:]
}

func openMedia(c *config, log *slog.Logger, g given) (*sfu.Engine, error) {
	ec := sfu.EngineConfig{Net: g.net, UDPAddr: c.RTCUDP, AdvertiseIPs: c.AdvertiseIP, Loopback: c.Dev, Log: log}
	if c.RTCTCP != "-" {
		l, err := net.Listen("tcp", c.RTCTCP)
		if err != nil {
			return nil, fmt.Errorf("--rtc-tcp: %w", err)
		}
		ec.TCPListener = l
	}
	e, err := sfu.NewEngine(ec)
	if err != nil {
		if ec.TCPListener != nil {
			_ = ec.TCPListener.Close()
		}
		return nil, fmt.Errorf("--rtc-udp %s: %w", c.RTCUDP, err)
	}
	return e, nil
}

// sweep forgets expired facts from time to time, until the server closes.
func (s *server) sweep(facts state.Store) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		t := time.NewTicker(sweepEvery)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case now := <-t.C:
				if err := facts.Sweep(ctx, now); err != nil && ctx.Err() == nil {
					s.log.Warn("expired facts stay in the database", "err", err)
				}
			}
		}
	})
	s.later("sweep", func(context.Context) error { cancel(); wg.Wait(); return nil })
}

func (s *server) later(name string, f func(context.Context) error) {
	s.closers = append(s.closers, closer{name, f})
}

// Close takes the parts down, the last built first. ctx bounds how long calls
// and sockets may take to end; what remains is cut.
func (s *server) Close(ctx context.Context) error {
	var errs []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		if err := s.closers[i].close(ctx); err != nil {
			errs = append(errs, fmt.Errorf("close %s: %w", s.closers[i].name, err))
		}
	}
	s.closers = nil
	return errors.Join(errs...)
}
