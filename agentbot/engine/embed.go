package engine

import "context"

// Embedder turns texts into vectors of length 1, all of the same dimension, that
// lie near each other where the texts mean nearly the same. The result has one
// for each text, in order. Errors are as every engine's.
type Embedder interface {
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}
