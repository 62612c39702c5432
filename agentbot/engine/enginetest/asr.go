package enginetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
)

// TestASR tests what engine.ASR promises.
func TestASR(t *testing.T, open func() engine.ASR) {
	checkLeaks(t)

	t.Run("silence has no words", func(t *testing.T) {
		s := openASR(t, open(), patient(t))
		write(t, s, silence(time.Second), engine.FrameSamples)
		finish(t, s, "")
	})

	t.Run("no audio has no words", func(t *testing.T) {
		s := openASR(t, open(), patient(t))
		finish(t, s, "")
		finish(t, s, "")
	})

	t.Run("any size of write, utterance after utterance", func(t *testing.T) {
		s := openASR(t, open(), patient(t))
		for _, size := range []int{engine.FrameSamples, 5 * engine.FrameSamples, 1, 16000} {
			pcm := tone(400*time.Millisecond, 440)
			if size == 1 {
				pcm = pcm[:50]
			}
			write(t, s, pcm, size)
			tr, err := s.Finish(patient(t))
			if err != nil {
				t.Fatal(err)
			}
			if tr.Confidence < 0 || tr.Confidence > 1 {
				t.Errorf("confidence %v", tr.Confidence)
			}
		}
		if _, _, err := s.Write(patient(t), nil); err != nil {
			t.Errorf("Write of nothing: %v", err)
		}
	})

	t.Run("reset", func(t *testing.T) {
		s := openASR(t, open(), patient(t))
		s.Reset()
		write(t, s, tone(500*time.Millisecond, 300), engine.FrameSamples)
		s.Reset()
		s.Reset()
		finish(t, s, "")
	})

	t.Run("cancelled", func(t *testing.T) {
		asr := open()
		within(t, Soon, "OpenASR with a ctx that has ended", func() {
			s, err := asr.OpenASR(cancelled(t), "")
			if err == nil {
				closeOnce(t, s)
			} else if !errors.Is(err, context.Canceled) {
				t.Errorf("OpenASR: %v", err)
			}
		})
		s := openASR(t, asr, patient(t))
		write(t, s, tone(time.Second, 300), engine.FrameSamples)
		within(t, Soon, "Write and Finish with a ctx that has ended", func() {
			if _, _, err := s.Write(cancelled(t), silence(time.Second)); err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("Write: %v", err)
			}
			if _, err := s.Finish(cancelled(t)); err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("Finish: %v", err)
			}
		})
		// One utterance's ctx is not the stream's.
		s.Reset()
		write(t, s, silence(200*time.Millisecond), engine.FrameSamples)
		finish(t, s, "")
	})

	t.Run("closed in mid-utterance", func(t *testing.T) {
		s := openASR(t, open(), patient(t))
		write(t, s, tone(300*time.Millisecond, 300), engine.FrameSamples)
		closeOnce(t, s)
		closeOnce(t, s)
		if _, _, err := s.Write(patient(t), silence(time.Second)); err == nil {
			t.Error("Write after Close succeeded")
		} else {
			CheckError(t, err)
		}
		if _, err := s.Finish(patient(t)); err == nil {
			t.Error("Finish after Close succeeded")
		} else {
			CheckError(t, err)
		}
		s.Reset()
	})

	t.Run("unknown language", func(t *testing.T) {
		s, err := open().OpenASR(patient(t), "tlh")
		if err != nil {
			CheckError(t, err)
			return
		}
		closeOnce(t, s)
	})

	t.Run("many at once", func(t *testing.T) {
		asr := open()
		ctx := patient(t)
		together(func(int) {
			s, err := asr.OpenASR(ctx, "")
			if err != nil {
				t.Error(err)
				return
			}
			defer closeOnce(t, s)
			for range 2 {
				if _, _, err := s.Write(ctx, tone(300*time.Millisecond, 500)); err != nil {
					t.Error(err)
				}
				if _, err := s.Finish(ctx); err != nil {
					t.Error(err)
				}
			}
		})
	})
}

func openASR(t *testing.T, asr engine.ASR, ctx context.Context) engine.ASRStream {
	t.Helper()
	s, err := asr.OpenASR(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeOnce(t, s) })
	return s
}

func write(t *testing.T, s engine.ASRStream, pcm []int16, size int) {
	t.Helper()
	ctx, last := patient(t), ""
	for len(pcm) > 0 {
		n := min(size, len(pcm))
		partial, changed, err := s.Write(ctx, pcm[:n])
		if err != nil {
			t.Fatal(err)
		}
		if changed && partial == last {
			t.Errorf("partial %q is said to have changed and has not", partial)
		}
		if changed {
			last = partial
		}
		pcm = pcm[n:]
	}
}

func finish(t *testing.T, s engine.ASRStream, want string) {
	t.Helper()
	tr, err := s.Finish(patient(t))
	if err != nil {
		t.Fatal(err)
	}
	if tr.Text != want {
		t.Errorf("text %q, want %q", tr.Text, want)
	}
}
