package signaling

import (
	"io/fs"
	"net/http"
	"strings"

	"github.com/relevo/relevo/signaling/wire"
)

// contentPolicy is for our own pages: everything from here, without inline code
// or style; avatars from anywhere by https; the socket where PublicURL says.
// frames are the sites that may show the page within theirs.
func (s *Server) contentPolicy(frames []string) string {
	connect := "'self'"
	if s.cfg.PublicURL != "" {
		connect += " " + strings.TrimSuffix(s.wsURL(&http.Request{}), "/v1/ws")
	}
	return "default-src 'self'; img-src 'self' data: blob: https:; media-src 'self' blob: mediastream:; connect-src " + connect +
		"; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors " + strings.Join(frames, " ")
}

// pages serves the built web client: index.html at /, the console, and files.
func (s *Server) pages(mux *http.ServeMux) {
	if s.cfg.WebFS == nil {
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			s.problem(w, wire.Errorf(wire.KindNotFound, "there is no such page"))
		})
		return
	}
	// The caller page is also a widget in the pages of allowed sites; the
	// console is in nobody's, so that no other page can lure a click into it.
	caller := s.contentPolicy(append([]string{"'self'"}, s.cfg.AllowedOrigins...))
	console := s.contentPolicy([]string{"'none'"})
	mux.HandleFunc("GET /{$}", s.page(caller, "index.html"))
	mux.HandleFunc("GET /try/{link}", s.page(caller, "index.html"))
	mux.HandleFunc("GET /console", s.page(console, "console/index.html"))
	mux.HandleFunc("GET /console/{$}", s.page(console, "console/index.html"))
	mux.HandleFunc("/", s.file(console))
}

func pageHeaders(w http.ResponseWriter, policy string) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self), geolocation=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}

// page serves an HTML page under a policy.
func (s *Server) page(policy, name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		b, err := fs.ReadFile(s.cfg.WebFS, name)
		if err != nil {
			s.problem(w, wire.Wrap(wire.KindNotFound, err, "this page is not built: run make build"))
			return
		}
		pageHeaders(w, policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(b)
	}
}

// file serves scripts, styles, pictures and the SDK. Names under assets/ carry
// a hash of their content and so never change.
func (s *Server) file(policy string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		info, err := fs.Stat(s.cfg.WebFS, name)
		get := r.Method == http.MethodGet || r.Method == http.MethodHead
		hidden := strings.HasPrefix(name, ".") || strings.Contains(name, "/.")
		if !get || hidden || err != nil || info.IsDir() {
			s.problem(w, wire.Errorf(wire.KindNotFound, "there is no such page"))
			return
		}
		pageHeaders(w, policy)
		if strings.HasPrefix(name, "assets/") {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			w.Header().Set("Cache-Control", "no-cache")
		}
		if strings.HasPrefix(name, "sdk/") {
			// Other sites may load the SDK from here.
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		}
		http.ServeFileFS(w, r, s.cfg.WebFS, name)
	}
}
