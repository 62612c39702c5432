package sfu

import (
	"strings"

	"github.com/pion/webrtc/v4"
)

// codec is what of a negotiated codec decides whether a receiver can decode a
// source.
type codec struct {
	mime    string
	name    codecName
	profile string // VP9's profile-id or H.264's profile-level-id without the level
	mode    string // H.264's packetization-mode
}

type codecName uint8

const (
	codecOther codecName = iota
	codecOpus
	codecVP8
	codecVP9
	codecH264
	codecAV1
)

// opusCodec is the codec of every audio track. It is never written to.
var opusCodec = &codec{mime: webrtc.MimeTypeOpus, name: codecOpus}

func newCodec(c webrtc.RTPCodecCapability) codec {
	out := codec{mime: c.MimeType}
	switch {
	case strings.EqualFold(c.MimeType, webrtc.MimeTypeOpus):
		return *opusCodec
	case strings.EqualFold(c.MimeType, webrtc.MimeTypeVP8):
		out.name = codecVP8
	case strings.EqualFold(c.MimeType, webrtc.MimeTypeVP9):
		out.name, out.profile = codecVP9, fmtp(c.SDPFmtpLine, "profile-id", "0")
	case strings.EqualFold(c.MimeType, webrtc.MimeTypeAV1):
		out.name, out.profile = codecAV1, fmtp(c.SDPFmtpLine, "profile", "0")
	case strings.EqualFold(c.MimeType, webrtc.MimeTypeH264):
		out.name, out.mode = codecH264, fmtp(c.SDPFmtpLine, "packetization-mode", "0")
		// RFC 6184: without the parameter it is baseline at level 1.
		if p := strings.ToLower(fmtp(c.SDPFmtpLine, "profile-level-id", "42000a")); len(p) == 6 {
			out.profile = p[:4]
		}
	}
	return out
}

// matches says how well a receiver that negotiated r can take c; 0 is not at
// all.
func (c *codec) matches(r codec) int {
	switch {
	case c.name != r.name || c.name == codecOther && !strings.EqualFold(c.mime, r.mime):
		return 0
	case c.name != codecH264:
		if c.profile == r.profile {
			return 3
		}
		return 0
	case c.mode != r.mode:
		return 0
	case c.profile == r.profile:
		return 3
	case len(c.profile) == 4 && len(r.profile) == 4 && c.profile[:2] == r.profile[:2]:
		return 2
	case strings.HasPrefix(c.profile, "42e"):
		return 1 // constrained baseline is a subset of what every decoder takes
	}
	return 0
}

// fmtp returns a parameter of a format line.
func fmtp(line, key, otherwise string) string {
	for param := range strings.SplitSeq(line, ";") {
		k, v, _ := strings.Cut(strings.TrimSpace(param), "=")
		if strings.EqualFold(k, key) {
			return strings.TrimSpace(v)
		}
	}
	return otherwise
}
