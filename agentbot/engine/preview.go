package engine

import "context"

// Previewer is an ASRStream that can tell the text of an utterance before it
// has ended. It is asked in a silence that is likely to be the end, so that the
// text is there when the end is sure.
type Previewer interface {
	// Preview returns what Finish would return if the utterance ended here. The
	// utterance goes on: more may be written, and Finish returns all of it. An
	// error is no failure of the utterance. Where nothing but silence follows,
	// the preview is taken for the final text, and Reset ends the utterance.
	Preview(ctx context.Context) (Transcript, error)
}
