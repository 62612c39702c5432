// Package openai has engines behind any OpenAI-compatible HTTP endpoint: OpenAI
// itself, Azure by its /openai/v1 address, vLLM, Ollama, LocalAI, speaches,
// Kokoro servers and others. It is the only package that knows go-openai.
//
//	ASR  utterance ──WAV──▶ POST /audio/transcriptions ──▶ text (partials: the utterance so far, again and again)
//	LLM  messages ────────▶ POST /chat/completions ──SSE──▶ deltas, whole tool calls
//	TTS  text ────────────▶ POST /audio/speech ──PCM, streamed──▶ samples
//
// Each engine has its own Endpoint: base URL, key, model, HTTP client and
// limits in time. The client is given, so connections are re-used across
// engines and calls, and tests run over pipes in a synctest bubble.
//
// # Time
//
//	request ──────────── first ──── more ──── more ──────── end
//	  │◀──── First ───────▶│◀─Stall─▶│◀─Stall─▶│              │
//	  │◀─────────────────── Total ──────────────────────────▶│
//
// What does not come in time ends the request with kind Timeout. A ctx that is
// cancelled ends it with ctx's error; nothing is read after that.
//
// # Failures
//
// 401 and 403 are Unauthorized, 404 is Unusable (a wrong address or model),
// 429 RateLimited, what else is no success and a network that fails or cuts
// the stream Unavailable. HTML, JSON that is none, text where audio is due and
// answers without end are Nonsense: bodies are bounded as they are read. A
// cause holds at most a few hundred characters of the endpoint's message.
//
// # Goroutines
//
// The LLM and the TTS have none of their own. An ASR stream with partials has
// at most one at a time, for the upload of the utterance so far; Finish, Reset
// and Close stop and join it. There are no locks.
package openai
