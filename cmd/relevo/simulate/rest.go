package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/relevo/relevo/signaling/wire"
)

// rest is the app's side of the API.
type rest struct {
	base, key, secret string
	client            *http.Client
}

func (r *rest) createCall(ctx context.Context) (wire.CreateCallResult, error) {
	var out wire.CreateCallResult
	return out, r.post(ctx, "/v1/calls", wire.CreateCall{Name: "Simulated caller"}, &out)
}

func (r *rest) token(ctx context.Context, call string, role wire.Role, name string) (wire.CreateTokenResult, error) {
	var out wire.CreateTokenResult
	body := wire.CreateToken{Identity: uuid.NewString(), Role: role, Name: name}
	return out, r.post(ctx, "/v1/calls/"+call+"/tokens", body, &out)
}

func (r *rest) post(ctx context.Context, path string, body, result any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.base+path, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.SetBasicAuth(r.key, r.secret)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", uuid.NewString())
	resp, err := r.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("POST %s: %s: %s", path, resp.Status, strings.TrimSpace(string(answer)))
	}
	return json.Unmarshal(answer, result)
}

// metrics reads the numbers of /metrics by their names with labels.
func (r *rest) metrics(ctx context.Context) (map[string]float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.base+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET /metrics: %s", resp.Status)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	if err != nil {
		return nil, err
	}
	values := make(map[string]float64)
	for line := range strings.Lines(string(text)) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), " ")
		var v float64
		if !ok || strings.HasPrefix(name, "#") {
			continue
		}
		if _, err := fmt.Sscan(value, &v); err == nil {
			values[name] = v
		}
	}
	return values, nil
}
