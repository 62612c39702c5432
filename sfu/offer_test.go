package sfu

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

const (
	offerHead = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
	offerKeys = "a=fingerprint:sha-256 AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA\r\n" +
		"a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"
)

var minimalOffer = offerOf(audioLine("0", "recvonly"))

// offerOf is an offer of the given m-lines in one bundle.
func offerOf(lines ...string) string {
	var mids []string
	for _, l := range lines {
		_, rest, _ := strings.Cut(l, "a=mid:")
		mid, _, _ := strings.Cut(rest, "\r\n")
		mids = append(mids, mid)
	}
	return offerHead + "a=group:BUNDLE " + strings.Join(mids, " ") + "\r\n" + offerKeys + strings.Join(lines, "")
}

func audioLine(mid, direction string, more ...string) string {
	return "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:" + mid + "\r\na=" + direction +
		"\r\na=rtcp-mux\r\na=setup:actpass\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n" + strings.Join(more, "")
}

func videoLine(mid, direction string) string {
	return "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:" + mid + "\r\na=" + direction +
		"\r\na=rtcp-mux\r\na=setup:actpass\r\na=rtpmap:96 VP8/90000\r\n"
}

func repeat(n int, f func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(f(i))
	}
	return b.String()
}

func candidateLine(i int) string {
	return fmt.Sprintf("a=candidate:%d 1 udp 2130706431 10.0.1.%d %d typ host\r\n", i, i%250, 1000+i)
}

// hostileOffers are refused, each with a sentence that has the words.
var hostileOffers = map[string]struct {
	sdp     string
	publish []Publication
	words   string
}{
	"empty":                 {"", nil, "no m-lines"},
	"garbage":               {"\x00\xff m=audio", nil, "not SDP"},
	"json":                  {`{"sdp":"x"}`, nil, "not SDP"},
	"cut short":             {minimalOffer[:40], nil, "not SDP"},
	"no m-lines":            {offerHead + offerKeys, nil, "no m-lines"},
	"too long":              {minimalOffer + strings.Repeat("a=x:y\r\n", maxOffer/7), nil, "bytes"},
	"1,000 candidates":      {minimalOffer + repeat(1000, candidateLine), nil, "1000 candidates"},
	"33 m-lines":            {offerOf(strings.Split(strings.TrimSuffix(repeat(33, func(i int) string { return audioLine(fmt.Sprint(i), "recvonly") + "|" }), "|"), "|")...), nil, "33 m-lines"},
	"no ufrag":              {strings.Replace(minimalOffer, "a=ice-ufrag:abcd\r\n", "", 1), nil, "no ice-ufrag"},
	"no password":           {strings.Replace(minimalOffer, "a=ice-pwd:abcdefghijklmnopqrstuvwx\r\n", "", 1), nil, "no ice-pwd"},
	"short password":        {strings.Replace(minimalOffer, "abcdefghijklmnopqrstuvwx", "abc", 1), nil, "too short"},
	"two ufrags":            {minimalOffer + "a=ice-ufrag:other\r\n", nil, "more than one ice-ufrag"},
	"no fingerprint":        {strings.Replace(minimalOffer, "a=fingerprint:", "a=finger:", 1), nil, "no fingerprint"},
	"broken fingerprint":    {strings.Replace(minimalOffer, "AA:AA", "ZZ:AA", 1), nil, "fingerprint is malformed"},
	"no mid":                {strings.Replace(minimalOffer, "a=mid:0\r\n", "", 1), nil, "no mid"},
	"a long mid":            {offerOf(audioLine(strings.Repeat("m", 99), "recvonly")), nil, "unusable mid"},
	"duplicate mids":        {offerOf(audioLine("0", "recvonly"), audioLine("0", "recvonly")), nil, "more than one m-line"},
	"no bundle":             {strings.Replace(offerOf(audioLine("0", "recvonly"), audioLine("1", "recvonly")), "a=group:BUNDLE 0 1\r\n", "", 1), nil, "no BUNDLE"},
	"half a bundle":         {strings.Replace(offerOf(audioLine("0", "recvonly"), audioLine("1", "recvonly")), "BUNDLE 0 1", "BUNDLE 0", 1), nil, "not in the BUNDLE"},
	"a foreign bundle":      {strings.Replace(offerOf(audioLine("0", "recvonly"), audioLine("1", "recvonly")), "BUNDLE 0 1", "BUNDLE 0 7", 1), nil, "no m-line has"},
	"an unknown kind":       {strings.Replace(minimalOffer, "m=audio", "m=text", 1), nil, "kind"},
	"no codec":              {strings.Replace(minimalOffer, "SAVPF 111", "SAVPF", 1), nil, ""},
	"a wild payload type":   {strings.Replace(minimalOffer, "SAVPF 111", "SAVPF 999", 1), nil, "payload type"},
	"two directions":        {offerOf(audioLine("0", "recvonly", "a=sendonly\r\n")), nil, "more than one direction"},
	"simulcast":             {offerOf(audioLine("0", "sendonly", "a=simulcast:send a;b\r\n")), []Publication{{"0", Microphone}}, "simulcast"},
	"many sources":          {offerOf(audioLine("0", "sendonly", repeat(100, func(i int) string { return fmt.Sprintf("a=ssrc:%d cname:x\r\n", i+1) }))), nil, "100 sources"},
	"sends without a name":  {offerOf(audioLine("0", "sendonly")), nil, "does not say what"},
	"an unknown mid":        {minimalOffer, []Publication{{"7", Microphone}}, `mid "7"`},
	"one that receives":     {minimalOffer, []Publication{{"0", Microphone}}, `mid "0"`},
	"an unknown source":     {offerOf(audioLine("0", "sendonly")), []Publication{{"0", "nose"}}, `source "nose"`},
	"audio as camera":       {offerOf(audioLine("0", "sendonly")), []Publication{{"0", Camera}}, "camera"},
	"video as microphone":   {offerOf(videoLine("0", "sendonly")), []Publication{{"0", Microphone}}, "microphone"},
	"a mid twice":           {offerOf(videoLine("0", "sendonly")), []Publication{{"0", Camera}, {"0", Screen}}, "more than once"},
	"a source twice":        {offerOf(videoLine("0", "sendonly"), videoLine("1", "sendonly")), []Publication{{"0", Camera}, {"1", Camera}}, "more than once"},
	"100 publications":      {minimalOffer, make([]Publication, 100), "100 entries"},
	"no common codec":       {strings.NewReplacer("SAVPF 111", "SAVPF 9", "a=rtpmap:111 opus/48000/2", "a=rtpmap:9 G722/8000", "a=fmtp:111 minptime=10;useinbandfec=1\r\n", "").Replace(minimalOffer), nil, ""},
	"negative ice lines":    {strings.Replace(minimalOffer, "a=mid:0\r\n", "a=mid:0\r\na=candidate:broken\r\n", 1), nil, ""},
	"a broken extension id": {strings.Replace(minimalOffer, "a=mid:0\r\n", "a=mid:0\r\na=extmap:x urn:y\r\n", 1), nil, ""},
}

// A hostile offer is answered with a sentence and costs nobody anything: the
// call beside it goes on, and the same client may try again.
func TestHostileOffers(t *testing.T) {
	inWorld(t, func(w *world) {
		ai := w.agent(0)
		ai.speak(t)
		listener := w.join(clientSpec{id: "listener", role: Observer, audioSlots: 1})
		p, err := w.room.Join("hostile", Caller)
		must(t, err)
		for name, o := range hostileOffers {
			answer, err := p.Negotiate(context.Background(), o.sdp, o.publish)
			var oe *OfferError
			if o.words == "" && err == nil {
				continue // Pion can answer it; no panic is what is asked
			}
			if !errors.As(err, &oe) || !strings.Contains(oe.Message, o.words) {
				t.Errorf("%s: %.40q, %v", name, answer, err)
			}
		}
		if len(p.Tracks()) != 0 {
			t.Errorf("tracks of refused offers: %v", p.Tracks())
		}
		p.Leave()
		p, err = w.room.Join("hostile", Caller)
		must(t, err)
		if _, err := p.Negotiate(context.Background(), "garbage", nil); err == nil {
			t.Error("garbage was answered")
		}
		if _, err := p.Negotiate(context.Background(), minimalOffer, nil); err != nil {
			t.Errorf("a second try: %v", err)
		}
		if !listener.hears(0) {
			t.Error("the call beside stopped")
		}
		if sn, ts := breaks(listener.packets(audio, 0)); sn != 0 || ts != 0 {
			t.Errorf("the call beside broke: %d, %d", sn, ts)
		}
		ai.end()
		listener.leave()
	})
}

// A client that never connects costs a connection that waits, and Leave ends it.
func TestNeverConnects(t *testing.T) {
	inWorld(t, func(w *world) {
		p, err := w.room.Join("x", Caller)
		must(t, err)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := p.Negotiate(ctx, minimalOffer, nil); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		_, err = p.Negotiate(context.Background(), minimalOffer, nil)
		must(t, err)
		time.Sleep(10 * time.Minute)
		p.Leave()
	})
}

// The answer offers what can be forwarded and nothing else.
func TestAnswer(t *testing.T) {
	inWorld(t, func(w *world) {
		c := w.dial(clientSpec{id: "x", role: Caller, publish: []Source{Microphone, Camera}, audioSlots: 1, videoSlots: 1, channel: true})
		answer := c.pc.RemoteDescription().SDP
		for _, want := range []string{
			"opus/48000/2", "minptime=10;useinbandfec=1", "VP8/90000", "VP9/90000", "profile-id=2", "H264/90000", "AV1/90000",
			"nack pli", "ccm fir", "a=rtcp-fb:111 transport-cc", "a=rtcp-fb:96 transport-cc", "a=candidate:", "max-message-size:65536",
		} {
			if !strings.Contains(answer, want) {
				t.Errorf("the answer has no %s", want)
			}
		}
		for _, never := range []string{"rtx", "PCMU", "goog-remb", ".local"} {
			if strings.Contains(answer, never) {
				t.Errorf("the answer has %s", never)
			}
		}
		if c.p.SSRC(c.mid(webrtc.RTPCodecTypeAudio, 0)) == 0 {
			t.Error("no SSRC")
		}
		c.leave()
	})
}

func FuzzOffer(f *testing.F) {
	for _, o := range hostileOffers {
		if len(o.sdp) < 4096 {
			f.Add(o.sdp)
		}
	}
	f.Add(minimalOffer)
	f.Add(offerOf(audioLine("0", "sendrecv"), videoLine("1", "sendonly")))
	f.Fuzz(func(t *testing.T, text string) {
		o, err := parseOffer(text)
		if (o == nil) == (err == nil) {
			t.Fatal("neither or both")
		}
		if err != nil {
			if err.Message == "" || len(err.Message) > 1000 {
				t.Fatalf("message %q", err.Message)
			}
			return
		}
		if len(o.lines) > maxMLines {
			t.Fatalf("%d m-lines", len(o.lines))
		}
		_, _ = o.checkPublications([]Publication{{"0", Microphone}, {"1", Camera}}, nil)
	})
}
