package signaling

import (
	"io/fs"
	"net/http"
	"strings"

	"github.com/relevo/relevo/signaling/wire"
)

// contentPolicy is for our own pages: everything from here, nothing in frames
// of others, avatars from anywhere by https.
const contentPolicy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: https:; " +
	"media-src 'self' blob: mediastream:; connect-src 'self' ws: wss:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; " +
	"form-action 'self'; frame-ancestors 'self'"

// pages serves the built web client: index.html at /, the console, and files.
func (s *Server) pages(mux *http.ServeMux) {
	if s.cfg.WebFS == nil {
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			s.problem(w, wire.Errorf(wire.KindNotFound, "there is no such page"))
		})
		return
	}
	mux.HandleFunc("GET /{$}", s.page("index.html"))
	mux.HandleFunc("GET /console", s.page("console/index.html", "console.html"))
	mux.HandleFunc("GET /console/{$}", s.page("console/index.html", "console.html"))
	mux.HandleFunc("/", s.file)
}

func pageHeaders(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self), geolocation=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}

// page serves the first of the files that is there.
func (s *Server) page(names ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, name := range names {
			b, err := fs.ReadFile(s.cfg.WebFS, name)
			if err != nil {
				continue
			}
			pageHeaders(w)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Cache-Control", "no-cache")
			_, _ = w.Write(b)
			return
		}
		s.problem(w, wire.Errorf(wire.KindNotFound, "this page is not built: run make build"))
	}
}

// file serves scripts, styles, pictures and the SDK. Names under assets/ carry
// a hash of their content and so never change.
func (s *Server) file(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if r.Method != http.MethodGet && r.Method != http.MethodHead || !fs.ValidPath(name) {
		s.problem(w, wire.Errorf(wire.KindNotFound, "there is no such page"))
		return
	}
	info, err := fs.Stat(s.cfg.WebFS, name)
	if err != nil || info.IsDir() {
		s.problem(w, wire.Errorf(wire.KindNotFound, "there is no such page"))
		return
	}
	pageHeaders(w)
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
