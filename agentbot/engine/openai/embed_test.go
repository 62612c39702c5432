package openai

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/relevo/relevo/agentbot/engine"
)

func TestEmbed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, err := NewEmbedder(serve(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if r.URL.Path != "/v1/embeddings" || !strings.Contains(string(body), `"input":["a","b"]`) || !strings.Contains(string(body), `"model":"m"`) {
				t.Errorf("%s %s", r.URL.Path, body)
			}
			fmt.Fprint(w, `{"data":[{"index":1,"embedding":[0,2]},{"index":0,"embedding":[3,4]}]}`)
		}))
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.Embed(t.Context(), []string{"a", "b"})
		if err != nil || len(got) != 2 || math.Abs(float64(got[0][0])-0.6) > 1e-6 || got[1][1] != 1 {
			t.Errorf("%v, %v", got, err)
		}
		if got, err := e.Embed(t.Context(), nil); err != nil || len(got) != 0 {
			t.Error(got, err)
		}
	})
}

func TestEmbedFaults(t *testing.T) {
	all := faults()
	for name, body := range map[string]string{
		"no JSON": "oops", "too few": `{"data":[{"index":0,"embedding":[1]}]}`, "none": `{"data":[]}`,
		"twice": `{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}`, "of nothing": `{"data":[{"index":0,"embedding":[]},{"index":1,"embedding":[]}]}`,
		"two spaces": `{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1,2]}]}`, "zero": `{"data":[{"index":0,"embedding":[0]},{"index":1,"embedding":[1]}]}`,
		"out of range": `{"data":[{"index":-1,"embedding":[1]},{"index":7,"embedding":[1]}]}`,
	} {
		all = append(all, fault{name, engine.Nonsense, status(200, body)})
	}
	for _, f := range all {
		t.Run(f.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e, err := NewEmbedder(serve(t, f.handler))
				if err != nil {
					t.Fatal(err)
				}
				_, err = e.Embed(t.Context(), []string{"a", "b"})
				wantKind(t, err, f.kind)
			})
		})
	}
}
