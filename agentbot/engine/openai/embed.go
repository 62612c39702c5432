package openai

import (
	"context"
	"errors"
	"math"

	oa "github.com/sashabaranov/go-openai"

	"github.com/relevo/relevo/agentbot/engine"
)

const (
	maxEmbeddings = 64 << 20
	maxDimensions = 8192
)

var errVectors = errors.New("the answer's vectors are none, or not those that were asked for")

// Embedder is a model of meaning at an endpoint.
type Embedder struct{ endpoint *endpoint }

var _ engine.Embedder = (*Embedder)(nil)

// NewEmbedder makes an Embedder; Model "" is text-embedding-3-small. The error is
// of kind Unusable.
func NewEmbedder(e Endpoint) (*Embedder, error) {
	made, err := newEndpoint("openai embeddings", e, string(oa.SmallEmbedding3), maxEmbeddings)
	if err != nil {
		return nil, err
	}
	return &Embedder{endpoint: made}, nil
}

// Embed implements engine.Embedder with one request.
func (e *Embedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(texts) == 0 {
		return nil, nil
	}
	c := e.endpoint.begin(ctx)
	defer c.end()
	c.body.drain = true
	response, err := e.endpoint.client.CreateEmbeddings(c.ctx, oa.EmbeddingRequest{Input: texts, Model: oa.EmbeddingModel(e.endpoint.model)})
	if err != nil {
		return nil, c.fail(err)
	}
	vectors := make([][]float32, len(texts))
	for _, d := range response.Data {
		if d.Index < 0 || d.Index >= len(texts) || vectors[d.Index] != nil || len(d.Embedding) == 0 || len(d.Embedding) > maxDimensions ||
			len(d.Embedding) != len(response.Data[0].Embedding) || !normalise(d.Embedding) {
			return nil, c.fail(errVectors)
		}
		vectors[d.Index] = d.Embedding
	}
	if len(response.Data) != len(texts) {
		return nil, c.fail(errVectors)
	}
	return vectors, nil
}

// normalise makes a vector one of length 1; false where there is no such.
func normalise(v []float32) bool {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 || math.IsNaN(sum) || math.IsInf(sum, 0) {
		return false
	}
	scale := float32(1 / math.Sqrt(sum))
	for i := range v {
		v[i] *= scale
	}
	return true
}
