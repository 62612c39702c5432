// Package enginetest is the conformance suite of the engine interfaces: what
// package engine promises the conversation, as tests that every engine runs
// against itself.
//
//	func TestConformance(t *testing.T) {
//		enginetest.TestTTS(t, func() engine.TTS { return tts })
//	}
//
// The function given opens or returns the engine; it is called once per
// subtest and may register its own cleanup on the test it closes over.
//
// What is asserted of all engines:
//
//   - a ctx that ends makes every method return within Soon, with an error
//     that errors.Is finds ctx's error in;
//   - any other failure is an *engine.Error with one of the known kinds;
//   - Close is prompt in any state, may be repeated, and joins what Open…
//     started (no goroutine is left when the test ends);
//   - many goroutines may use one engine at once.
//
// And of each kind of engine: TTS answers at a rate Opus can encode, ends with
// io.EOF and keeps saying so, makes no sound of an empty text, and gives word
// times that rise and lie within text and speech. ASR hears nothing in silence,
// takes any number of samples a Write, and is ready again after Finish and
// Reset. VAD calls digital silence no voice. LLM ends with io.EOF and answers
// a conversation with text or a tool call.
//
// The suite measures no quality: whether words are recognised is for the
// engine's own tests.
package enginetest
