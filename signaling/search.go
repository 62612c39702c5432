package signaling

import (
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// search is GET /v1/desk/search: calls by what was said in them.
func (s *Server) search(r *request) (any, error) {
	index, ok := s.cfg.Store.(transcripts.Searcher)
	if !ok {
		return nil, wire.Errorf(wire.KindNotFound, "this server's storage cannot be searched")
	}
	q := r.URL.Query()
	limit, err := intParam(q, "limit", 50, 1, 200)
	if err != nil {
		return nil, err
	}
	list, err := index.Search(r.Context(), q.Get("q"), int(limit))
	if err != nil {
		return nil, storageError(err)
	}
	out := wire.SearchResult{Hits: []wire.Hit{}}
	for _, e := range list {
		out.Hits = append(out.Hits, wire.Hit{CallID: e.CallID, Entry: entry(e, true)})
	}
	return out, nil
}
