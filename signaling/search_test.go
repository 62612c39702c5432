package signaling

import (
	"testing"

	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

func TestSearch(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		r.store.entries["c1"] = []transcripts.Entry{{Seq: 4, Kind: transcripts.KindSentence, Text: "refund", Private: true}}
		var out wire.SearchResult
		r.want(200, &out, "GET", "/v1/desk/search?q=refund", r.deskToken(), "")
		if len(out.Hits) != 1 || out.Hits[0].CallID != "c1" || out.Hits[0].Entry.Seq != 4 {
			t.Errorf("%+v", out)
		}
		r.want(200, &out, "GET", "/v1/desk/search", asApp, "")
		r.want(400, nil, "GET", "/v1/desk/search?q=a&limit=0", asApp, "")
		r.want(403, nil, "GET", "/v1/desk/search?q=refund", r.callerToken(), "")
	})
}
