package signaling

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/wire"
)

// access says who may use a route, as a set.
type access uint8

const (
	byApp    access = 1 << iota // HTTP Basic with an app's key and secret
	byDesk                      // a desk token
	byMember                    // a token of that very call
	byAnyone
)

// principal is who asks: an app, or the bearer of a token.
type principal struct {
	app    string // key; "" for the bearer of a token
	claims auth.Claims
	person account.Account // who that is now, with a desk token or one made for who is logged in
}

func (p principal) desk() bool { return p.app == "" && p.claims.Desk }

// scope keeps one's idempotency keys apart from everyone else's.
func (p principal) scope() string {
	switch {
	case p.app != "":
		return "app:" + p.app
	case p.claims.Desk:
		return "desk:" + p.claims.Key + ":" + p.claims.Identity
	case p.claims.Identity != "":
		return "member:" + p.claims.Key + ":" + p.claims.Call + ":" + p.claims.Identity
	}
	return "anyone"
}

// request is one API request on its way to its route's handler.
type request struct {
	*http.Request
	w    http.ResponseWriter
	who  principal
	body wire.Validator // nil where the route has none
	id   string         // of this request, in logs and in X-Request-Id
	key  string         // Idempotency-Key
}

// route is one entry of the API: what the mux serves and openapi.json tells.
type route struct {
	method, path string
	summary      string
	who          access
	least        account.Role // of who comes with a desk token; "" is account.Agent
	most         int          // bytes of a body; 0: Limits.Body
	query        []param
	body         func() wire.Validator // nil: none
	result       any                   // zero value of what it answers, nil: none
	media        string                // of the answer where it is not JSON
	status       int                   // on success
	errors       []wire.ErrorKind      // beside those that every route has
	bodyExample  string
	example      string
	once         bool // not idempotent by key: its answer is not to be kept
	serve        func(*request) (any, error)
}

type param struct{ name, kind, text string }

// mux serves the routes, the socket and the pages.
func (s *Server) mux() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.Handle(r.method+" "+r.path, s.api(r))
	}
	mux.HandleFunc("GET /v1/ws", s.serveWS)
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(s.openapi)
	})
	mux.HandleFunc("/v1/", func(w http.ResponseWriter, r *http.Request) {
		s.problem(w, wire.Errorf(wire.KindNotFound, "there is no %s %s", r.Method, r.URL.Path))
	})
	s.pages(mux)
	return mux
}

// outer is around everything: rate limit, CORS, headers for all.
func (s *Server) outer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		if !s.requests.allow(s.clientAddr(r)) {
			s.metrics.limited.WithLabelValues("requests").Inc()
			s.problem(w, wire.Errorf(wire.KindRateLimited, "too many requests from your address"))
			return
		}
		if s.cors(w, r) {
			return
		}
		next.ServeHTTP(w, r)
	})
}

// cors lets the pages of allowed origins use the API; true: it has answered.
func (s *Server) cors(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || len(s.cfg.AllowedOrigins) == 0 || !strings.HasPrefix(r.URL.Path, "/v1/") {
		return false
	}
	w.Header().Add("Vary", "Origin")
	if !slices.Contains(s.cfg.AllowedOrigins, "*") && !slices.Contains(s.cfg.AllowedOrigins, origin) {
		return false
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key")
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}

// api makes a handler of a route: who asks, what they say, whether they said it
// before, and the answer.
func (s *Server) api(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		start := time.Now()
		ctx, cancel := context.WithTimeout(hr.Context(), s.limits.Requests)
		defer cancel()
		r := &request{Request: hr.WithContext(ctx), w: w, id: rand.Text()}
		w.Header().Set("X-Request-Id", r.id)
		w.Header().Set("Cache-Control", "no-store")
		err := s.serveAPI(rt, r)
		if err != nil {
			s.problem(w, err)
		}
		s.metrics.observe("http", rt.method+" "+rt.path, start, err)
		if err != nil {
			e := wire.AsError(err)
			if e.Kind == wire.KindInternal || e.Kind == wire.KindStorage {
				s.log.Error("request failed", "request", r.id, "route", rt.method+" "+rt.path, "kind", e.Kind, "error", err)
			}
		}
	})
}

func (s *Server) serveAPI(rt route, r *request) error {
	var err error
	if r.who, err = s.authenticate(rt.who, r); err != nil {
		return err
	}
	if r.who.desk() && !r.who.person.Role.AtLeast(cmp.Or(rt.least, account.Agent)) {
		return wire.Errorf(wire.KindForbidden, "this is for the role %s", rt.least)
	}
	var raw []byte
	if rt.method == http.MethodPost {
		if raw, err = s.readBody(r, rt.most); err != nil {
			return err
		}
		if rt.body != nil {
			r.body = rt.body()
			if err := decodeStrict(raw, r.body); err != nil {
				return err
			}
			if err := r.body.Validate(); err != nil {
				return err
			}
		} else if len(raw) > 0 && string(raw) != "{}" {
			return wire.Errorf(wire.KindBadRequest, "this request has no body")
		}
		if key := r.Header.Get("Idempotency-Key"); key != "" && !rt.once {
			return s.idempotent(rt, r, key, raw)
		}
	}
	answer, err := s.perform(rt, r)
	if err != nil {
		return err
	}
	answer.write(r.w)
	return nil
}

// reply is an answer as bytes, so that it can be kept and sent again.
type reply struct {
	status int
	media  string
	body   []byte
}

func (p reply) write(w http.ResponseWriter) {
	if p.media != "" {
		w.Header().Set("Content-Type", p.media)
	}
	w.WriteHeader(p.status)
	_, _ = w.Write(p.body)
}

// perform runs the route's handler. One that writes its answer itself returns
// a reply.
func (s *Server) perform(rt route, r *request) (reply, error) {
	v, err := rt.serve(r)
	if err != nil {
		return reply{}, err
	}
	switch v := v.(type) {
	case reply:
		return v, nil
	case nil:
		return reply{status: rt.status}, nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return reply{}, wire.Wrap(wire.KindInternal, err, "internal error")
	}
	return reply{rt.status, "application/json", append(b, '\n')}, nil
}

func (s *Server) readBody(r *request, most int) ([]byte, error) {
	if most == 0 {
		most = s.limits.Body
	}
	b, err := io.ReadAll(http.MaxBytesReader(r.w, r.Body, int64(most)))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, wire.Errorf(wire.KindTooLarge, "a body may have at most %d bytes", most)
	}
	if err != nil {
		return nil, wire.Wrap(wire.KindBadRequest, err, "the body could not be read")
	}
	b = bytes.TrimSpace(b)
	if len(b) == 0 {
		return nil, nil
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return nil, wire.Errorf(wire.KindBadRequest, "the body must be application/json")
	}
	return b, nil
}

// decodeStrict reads a body; what is not known is an error, so that a misspelt
// member does not go unnoticed. No body at all is {}.
func decodeStrict(b []byte, into any) error {
	if len(b) == 0 {
		b = []byte("{}")
	}
	if b[0] != '{' {
		return wire.Errorf(wire.KindBadRequest, "the body must be a JSON object")
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &typ) && typ.Field != "":
		return wire.Wrap(wire.KindBadRequest, err, "the body does not fit: "+typ.Field+" cannot be a "+typ.Value)
	case err != nil && strings.HasPrefix(err.Error(), "json: unknown field "):
		return wire.Wrap(wire.KindBadRequest, err, "the body has the unknown member "+strings.TrimPrefix(err.Error(), "json: unknown field "))
	case err != nil:
		return wire.Wrap(wire.KindBadRequest, err, "the body is not valid JSON")
	case dec.More():
		return wire.Errorf(wire.KindBadRequest, "the body is more than one JSON object")
	}
	return nil
}

// authenticate tells who asks, and whether the route is for them.
func (s *Server) authenticate(who access, r *request) (principal, error) {
	if who&byAnyone != 0 {
		return principal{}, nil
	}
	if user, password, ok := r.BasicAuth(); ok {
		if !s.cfg.Keyring.Basic(user, password) {
			return principal{}, wire.Errorf(wire.KindUnauthorized, "the key or its secret is wrong")
		}
		if who&byApp == 0 {
			return principal{}, wire.Errorf(wire.KindForbidden, "this is not for apps")
		}
		return principal{app: user}, nil
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return principal{}, wire.Errorf(wire.KindUnauthorized, "an Authorization header with Basic (an app's key and secret) or Bearer (a token) is needed")
	}
	claims, err := s.cfg.Keyring.Verify(strings.TrimSpace(token))
	if err != nil {
		return principal{}, err
	}
	switch {
	case claims.Desk && who&byDesk != 0:
	case !claims.Desk && who&byMember != 0 && claims.Call == r.PathValue("id"):
	default:
		return principal{}, wire.Errorf(wire.KindForbidden, "this token is not for that")
	}
	p := principal{claims: claims}
	if claims.Desk || claims.Session != "" {
		p.person, err = s.person(claims)
	}
	return p, err
}

// problem answers with an error as RFC 9457 has it.
func (s *Server) problem(w http.ResponseWriter, err error) {
	p := problemReply(err)
	e := wire.AsError(err)
	switch e.Kind {
	case wire.KindUnauthorized:
		// Not Basic: a browser would ask its user for a password.
		w.Header().Set("WWW-Authenticate", `Bearer realm="relevo"`)
	case wire.KindRateLimited, wire.KindUnavailable:
		after := 1
		var d wire.ErrorData
		if json.Unmarshal(e.DataJSON(), &d) == nil && d.RetryAfter > 0 {
			after = d.RetryAfter
		}
		w.Header().Set("Retry-After", strconv.Itoa(after))
	}
	w.Header().Set("Cache-Control", "no-store")
	p.write(w)
}

func problemReply(err error) reply {
	e := wire.AsError(err)
	var d wire.ErrorData
	_ = json.Unmarshal(e.DataJSON(), &d)
	status := e.Kind.HTTPStatus()
	b, mErr := json.Marshal(wire.Problem{Type: "about:blank", Title: http.StatusText(status), Status: status,
		Detail: e.Message, Kind: e.Kind, Name: d.Name, State: d.State, Field: d.Field, Problems: d.Problems, RetryAfter: d.RetryAfter})
	if mErr != nil {
		b = []byte("{}")
	}
	return reply{status, "application/problem+json", append(b, '\n')}
}
