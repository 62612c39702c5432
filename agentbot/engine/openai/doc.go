// Package openai has engines behind any OpenAI-compatible HTTP endpoint: OpenAI
// itself, Azure by its /openai/v1 address, vLLM, Ollama, LocalAI, speaches,
// Kokoro servers and others. It is the only package that knows go-openai.
//
//	ASR  utterance ──24 kHz PCM──▶ WebSocket /realtime ─────▶ deltas, text         (ModeRealtime)
//	               └─WAV─────────▶ POST /audio/transcriptions ▶ text               (ModeSegments; ModeAuto has both)
//	LLM  messages ───────────────▶ POST /chat/completions ──SSE──▶ deltas, whole tool calls
//	TTS  text ───────────────────▶ POST /audio/speech ──PCM, WAV or Ogg Opus, streamed──▶ samples
//	     texts ──────────────────▶ POST /embeddings ──▶ vectors
//
// Each engine has its own Endpoint: base URL, key, model, HTTP client and
// limits in time. The client is given, so connections are re-used across
// engines and calls, and tests run over pipes in a synctest bubble. For that, what
// is left of an answer that is complete is read to its end.
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
// # Uploads
//
//	voice  ▁▃▅▇▅▃▅▇▇▅▃▁▁▁▅▇▅▃▁▁▁▁▁▁
//	upload   └ 0.6 s └ 1.2   └ pause    └ pause: all that was said   end of the turn: its text is there
//
// While somebody speaks, the utterance so far is uploaded each time it has grown by
// PartialEvery, one upload at a time; what two of them agree on is told as
// partial. When nobody has spoken for 180 ms all of it is uploaded. If that
// was the end, this text is the final one, and costs no time; if not, it was a
// partial. Where the last voice was is told by energy, in favour of voice.
// PartialCost bounds the audio that is uploaded before the end. An endpoint that
// fails or takes over 1.5 s gets no such uploads for half a minute.
//
// # WebSocket
//
// Turn taking is ours, so the endpoint's is switched off: a piece is committed
// when nobody has spoken for 240 ms, and the rest at the end of the turn. The
// endpoint's first message tells its dialect: OpenAI's of today, that of its beta
// (speaches and others), or vLLM's. Some want the model's name in the address,
// which is found out by asking without it first.
//
// In ModeAuto the utterance is kept as for an upload. Where the WebSocket is not
// there yet, has failed, or has no text 0.7 s after it was asked for, the
// utterance is uploaded and the quicker one counts; a failed connection is made
// anew and sent the whole utterance again, after 1, 2, 4 … 30 s. An endpoint that answers the
// upgrade with a 4xx, or speaks another protocol, is not asked again for 10
// minutes. In ModeRealtime all of that is the utterance's failure.
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
// The LLM, the TTS and the Embedder have none of their own. An ASR stream has at
// most one for an upload before the end, one for connecting, and a reader and a
// writer of its WebSocket; Finish, Reset and Close stop and join what they end.
// Queues between them are bounded: a reader waits, an endpoint that is too slow
// for the audio is given up. The one lock is a socket's, held to note why it
// ended.
package openai
