package sfu

import (
	"testing"

	"github.com/pion/webrtc/v4"
)

func TestStartsKeyFrame(t *testing.T) {
	for _, c := range []struct {
		name    string
		codec   codecName
		payload []byte
		want    bool
	}{
		{"vp8 key", codecVP8, []byte{0x10, 0x00}, true},
		{"vp8 key, short picture id", codecVP8, []byte{0x90, 0x80, 0x11, 0x00}, true},
		{"vp8 key, long picture id, all fields", codecVP8, []byte{0x90, 0xf0, 0x81, 0x11, 0x01, 0x20, 0x00}, true},
		{"vp8 delta", codecVP8, []byte{0x10, 0x01}, false},
		{"vp8 delta, picture id", codecVP8, []byte{0x90, 0x80, 0x11, 0x01}, false},
		{"vp8 key, second packet", codecVP8, []byte{0x00, 0x00}, false},
		{"vp8 key, second partition", codecVP8, []byte{0x11, 0x00}, false},
		{"vp8 cut", codecVP8, []byte{0x90, 0x80}, false},
		{"vp8 cut in the picture id", codecVP8, []byte{0x90, 0x80, 0x81}, false},
		{"vp8 no X", codecVP8, []byte{0x90}, false},
		{"vp9 key", codecVP9, []byte{0x8c, 0x01, 0x00}, true},
		{"vp9 key, flexible, layer 0", codecVP9, []byte{0xb8, 0x81, 0x01, 0x00, 0x00}, true},
		{"vp9 key, layer 1", codecVP9, []byte{0xa8, 0x01, 0x02, 0x00}, false},
		{"vp9 inter", codecVP9, []byte{0xcc, 0x01, 0x00}, false},
		{"vp9 not the start", codecVP9, []byte{0x84, 0x01, 0x00}, false},
		{"vp9 cut", codecVP9, []byte{0x8c}, false},
		{"h264 idr without its parameter sets", codecH264, []byte{0x65, 0x88}, false},
		{"h264 sps", codecH264, []byte{0x67, 0x42}, true},
		{"h264 slice", codecH264, []byte{0x41, 0x9a}, false},
		{"h264 aggregation with sps", codecH264, []byte{0x78, 0x00, 0x02, 0x67, 0x42, 0x00, 0x01, 0x68}, true},
		{"h264 aggregation with sei, sps", codecH264, []byte{0x78, 0x00, 0x01, 0x06, 0x00, 0x02, 0x67, 0x42}, true},
		{"h264 aggregation with sei, idr", codecH264, []byte{0x78, 0x00, 0x01, 0x06, 0x00, 0x02, 0x65, 0x88}, false},
		{"h264 aggregation of slices", codecH264, []byte{0x78, 0x00, 0x02, 0x41, 0x9a}, false},
		{"h264 aggregation cut", codecH264, []byte{0x78, 0xff, 0xff}, false},
		{"h264 empty units", codecH264, []byte{0x78, 0, 0, 0, 0, 0, 0}, false},
		{"h264 first fragment of sps", codecH264, []byte{0x7c, 0x87, 0x42}, true},
		{"h264 next fragment of sps", codecH264, []byte{0x7c, 0x07, 0x42}, false},
		{"h264 first fragment of idr", codecH264, []byte{0x7c, 0x85, 0x88}, false},
		{"h264 next fragment of idr", codecH264, []byte{0x7c, 0x05, 0x88}, false},
		{"h264 first fragment of slice", codecH264, []byte{0x7c, 0x81, 0x9a}, false},
		{"av1 new sequence", codecAV1, []byte{0x18, 0x0a, 0x01}, true},
		{"av1 continued", codecAV1, []byte{0x88, 0x0a, 0x01}, false},
		{"av1 inter", codecAV1, []byte{0x10, 0x32, 0x01}, false},
		{"other", codecOther, []byte{0x10, 0x00}, false},
	} {
		if got := startsKeyFrame(c.codec, c.payload); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func FuzzStartsKeyFrame(f *testing.F) {
	f.Add([]byte{0x90, 0xf0, 0x81, 0x11, 0x01, 0x20, 0x00})
	f.Add([]byte{0x78, 0x00, 0x02, 0x67, 0x42, 0x00, 0x01, 0x68})
	f.Fuzz(func(t *testing.T, b []byte) {
		for name := codecOther; name <= codecAV1; name++ {
			if startsKeyFrame(name, b) && len(b) < 2 {
				t.Fatalf("a key frame in %d bytes", len(b))
			}
		}
	})
}

func TestCodecMatches(t *testing.T) {
	of := func(mime, line string) codec {
		return newCodec(webrtc.RTPCodecCapability{MimeType: mime, SDPFmtpLine: line})
	}
	h264 := func(profile, mode string) codec {
		return of(webrtc.MimeTypeH264, "level-asymmetry-allowed=1;packetization-mode="+mode+";profile-level-id="+profile)
	}
	for _, c := range []struct {
		name     string
		from, to codec
		want     bool
	}{
		{"vp8", of("video/vp8", ""), of("video/VP8", ""), true},
		{"vp8 and vp9", of("video/VP8", ""), of("video/VP9", ""), false},
		{"vp9 default profile", of("video/VP9", ""), of("video/VP9", "profile-id=0"), true},
		{"vp9 profiles", of("video/VP9", "profile-id=2"), of("video/VP9", "profile-id=0"), false},
		{"av1 more parameters", of("video/AV1", "level-idx=5; profile=0; tier=0"), of("video/AV1", ""), true},
		{"h264 same", h264("42e01f", "1"), h264("42e01f", "1"), true},
		{"h264 level", h264("42E01F", "1"), h264("42e034", "1"), true},
		{"h264 mode", h264("42e01f", "0"), h264("42e01f", "1"), false},
		{"h264 constrained into high", h264("42e01f", "1"), h264("64001f", "1"), true},
		{"h264 high into constrained", h264("64001f", "1"), h264("42e01f", "1"), false},
		{"opus", of("audio/opus", "stereo=1"), of("audio/opus", "minptime=10"), true},
		{"others", of("audio/PCMU", ""), of("audio/PCMA", ""), false},
	} {
		if got := c.from.matches(c.to) > 0; got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	out := &outlet{codecs: []outCodec{{h264("64001f", "1"), 108}, {h264("42e01f", "1"), 102}}}
	from := h264("42e01f", "1")
	if pt, ok := out.payloadType(&from); !ok || pt != 102 {
		t.Errorf("payload type %d, %v: the same profile comes first", pt, ok)
	}
}
