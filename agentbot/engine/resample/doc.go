// Package resample changes the sample rate of mono PCM as it streams, for what
// takes no rate that we hear or speak at: realtime transcription wants 24 kHz,
// and a call is heard at 16 kHz.
//
//	16 kHz ─▶ [×3: zeros between] ─▶ low-pass, Kaiser-windowed sinc ─▶ [÷2: every other] ─▶ 24 kHz
//
// The filter is polyphase: of the samples between which zeros would stand only
// those are multiplied that are not zero, so an output sample costs 32
// multiplications where the rate rises. Up to 0.85 of the lower rate's band the
// level stays within 0.1 dB, and what would mirror it is 65 dB down. The delay is
// 16 samples of the lower rate.
//
// Pure: no goroutine, no lock, no clock. A Resampler has one user at a time.
package resample
