package openai

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4/pkg/media/oggwriter"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/enginetest"
	"github.com/relevo/relevo/sfu/opus"
	sine "github.com/relevo/relevo/sfu/tone"
)

// oggFile is a tone of 440 Hz as Ogg Opus, with where its pages begin.
func oggFile(t testing.TB, d time.Duration) (file []byte, pages []int) {
	t.Helper()
	enc, err := opus.NewEncoder(48000, opus.EncoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := oggwriter.NewWith(&b, 48000, 1)
	if err != nil {
		t.Fatal(err)
	}
	g := sine.NewGenerator(48000, 440)
	for i := range int(d / (20 * ms)) {
		out := make([]byte, opus.MaxPacket)
		n, err := enc.Encode(g.Frame(), out)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.WriteRTP(&rtp.Packet{Header: rtp.Header{Timestamp: uint32(960 * i)}, Payload: out[:n]}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file = b.Bytes()
	for at := 0; at >= 0; {
		pages = append(pages, at)
		next := bytes.Index(file[at+4:], []byte("OggS"))
		if next < 0 {
			break
		}
		at += 4 + next
	}
	return file, append(pages, len(file))
}

func TestOpusConformance(t *testing.T) {
	file, _ := oggFile(t, 2*time.Second)
	tts := newTTS(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "audio/ogg")
		w.Write(file)
	})
	enginetest.TestTTS(t, func() engine.TTS { return tts })
}

// Opus is heard as it comes, a page at a time, and is what was sent.
func TestOpusStreamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file, pages := oggFile(t, time.Second)
		asked := ""
		endpoint := serve(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			asked = string(body)
			w.Header().Set("Content-Type", "audio/ogg; codecs=opus")
			for i := range pages[:len(pages)-1] {
				if i >= 2 { // after the heads, one packet a page
					time.Sleep(20 * ms)
				}
				w.Write(file[pages[i]:pages[i+1]])
				flush(w)
			}
		})
		tts, err := NewTTS(TTSConfig{Endpoint: endpoint, Format: FormatOpus})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		s, err := tts.Speak(t.Context(), "Hello.", "")
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var got []int16
		first := time.Duration(0)
		pcm := make([]int16, 100)
		for {
			n, err := s.Read(pcm)
			if got = append(got, pcm[:n]...); first == 0 {
				first = time.Since(start)
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		heard := time.Duration(len(got)) * time.Second / time.Duration(s.SampleRate())
		// The writer has a pre-skip of 80 ms, which nobody is to hear.
		if !strings.Contains(asked, `"response_format":"opus"`) || first != 100*ms || heard != 920*ms || sine.Loudest(got[4800:], s.SampleRate(), 300, 440, 600) != 440 {
			t.Errorf("asked %s, first after %v, %v heard", asked, first, heard)
		}
	})
}

// An endpoint that has no PCM is asked for Opus, once for all.
func TestNoPCM(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file, _ := oggFile(t, 200*ms)
		formats := ""
		tts := newTTS(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if strings.Contains(string(body), `"pcm"`) {
				formats += "pcm "
				w.WriteHeader(422)
				fmt.Fprint(w, `{"detail":"mp3 or opus"}`)
				return
			}
			formats += "opus "
			w.Write(file)
		})
		for range 2 {
			s, err := tts.Speak(t.Context(), "Hello.", "")
			if err != nil {
				t.Fatal(err)
			}
			if n, err := s.Read(make([]int16, 100)); n == 0 || err != nil {
				t.Error(n, err)
			}
			s.Close()
		}
		if formats != "pcm opus opus " {
			t.Errorf("asked for %s", formats)
		}
	})
	if _, err := NewTTS(TTSConfig{Endpoint: Endpoint{HTTP: &http.Client{}}, Format: "mp3"}); engine.KindOf(err) != engine.Unusable {
		t.Error(err)
	}
}

func TestOpusFaults(t *testing.T) {
	file, pages := oggFile(t, time.Second)
	damaged := bytes.Clone(file)
	damaged[pages[5]+40] ^= 0xff
	for name, test := range map[string]struct {
		kind    engine.Kind
		handler http.HandlerFunc
	}{
		"damaged":     {engine.Nonsense, func(w http.ResponseWriter, _ *http.Request) { w.Write(damaged) }},
		"only heads":  {engine.Nonsense, func(w http.ResponseWriter, _ *http.Request) { w.Write(file[:pages[2]]) }},
		"cut by size": {engine.Unavailable, func(w http.ResponseWriter, _ *http.Request) { w.Write(file[:pages[5]+10]) }},
		"no Opus": {engine.Nonsense, func(w http.ResponseWriter, _ *http.Request) {
			w.Write([]byte("OggS and no more of it than that, it is"))
		}},
		"typed, not so": {engine.Nonsense, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "audio/ogg")
			w.Write(make([]byte, 1000))
		}},
		"stalls": {engine.Timeout, func(w http.ResponseWriter, r *http.Request) {
			w.Write(file[:pages[5]])
			flush(w)
			<-r.Context().Done()
		}},
		"cut": {engine.Unavailable, func(w http.ResponseWriter, r *http.Request) {
			w.Write(file[:pages[5]])
			flush(w)
			panic(http.ErrAbortHandler)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tts := newTTS(t, test.handler)
				s, err := tts.Speak(t.Context(), "Hello.", "")
				if err == nil {
					defer s.Close()
					pcm := make([]int16, 4800)
					for err == nil {
						_, err = s.Read(pcm)
					}
				}
				wantKind(t, err, test.kind)
			})
		})
	}
}
