package sfu

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
)

// The limits of an offer. A browser with every slot and every interface of a
// laptop stays far below them.
const (
	maxOffer      = 256 << 10
	maxMLines     = 32
	maxCandidates = 100
	maxAttributes = 4096
	maxSSRCs      = 64
)

// offer is what of an offer matters here.
type offer struct {
	lines []mline
}

// mline is one media m-line. sends and receives are the client's view.
type mline struct {
	index           int
	mid             string
	kind            Kind
	sends, receives bool
}

func refuse(format string, args ...any) *OfferError {
	return &OfferError{Message: fmt.Sprintf(format, args...)}
}

// parseOffer checks an offer before Pion sees it. What it lets through has
// unique mids, one bundle, one encoding an m-line, credentials and a
// fingerprint, and stays within the limits.
func parseOffer(text string) (*offer, *OfferError) {
	if len(text) > maxOffer {
		return nil, refuse("the offer has %d bytes; at most %d are taken", len(text), maxOffer)
	}
	if n := strings.Count(text, "a=candidate:"); n > maxCandidates {
		return nil, refuse("the offer has %d candidates; at most %d are taken", n, maxCandidates)
	}
	if n := strings.Count(text, "\nm="); n > maxMLines {
		return nil, refuse("the offer has %d m-lines; at most %d are taken", n, maxMLines)
	}
	var desc sdp.SessionDescription
	if err := desc.UnmarshalString(text); err != nil {
		return nil, &OfferError{Message: "the offer is not SDP", Cause: err}
	}
	if len(desc.MediaDescriptions) == 0 {
		return nil, refuse("the offer has no m-lines: audio, video and a data channel are negotiated by them")
	}
	if len(desc.MediaDescriptions) > maxMLines {
		return nil, refuse("the offer has %d m-lines; at most %d are taken", len(desc.MediaDescriptions), maxMLines)
	}
	o := &offer{}
	seen := map[string]bool{}
	media := false
	for i, m := range desc.MediaDescriptions {
		line, err := parseLine(i, m)
		if err != nil {
			return nil, err
		}
		if seen[line.mid] {
			return nil, refuse("the mid %q is on more than one m-line", line.mid)
		}
		seen[line.mid] = true
		media = media || line.kind != "" || m.MediaName.Media == "application"
		if line.kind != "" {
			o.lines = append(o.lines, line)
		}
	}
	if !media {
		return nil, refuse("the offer has no audio, video or application m-line")
	}
	if err := checkTransport(&desc); err != nil {
		return nil, err
	}
	if err := checkBundle(&desc, seen); err != nil {
		return nil, err
	}
	return o, nil
}

// parseLine checks one m-line. Its kind is "" for a data channel.
func parseLine(i int, m *sdp.MediaDescription) (mline, *OfferError) {
	line := mline{index: i}
	if len(m.Attributes) > maxAttributes {
		return line, refuse("m-line %d has %d attributes; at most %d are taken", i, len(m.Attributes), maxAttributes)
	}
	mid, ok := m.Attribute(sdp.AttrKeyMID)
	if !ok || mid == "" {
		return line, refuse("m-line %d has no mid", i)
	}
	if len(mid) > 32 || strings.ContainsAny(mid, " \t") {
		return line, refuse("m-line %d has an unusable mid", i)
	}
	line.mid = mid
	switch m.MediaName.Media {
	case "audio":
		line.kind = Audio
	case "video":
		line.kind = Video
	case "application":
		return line, nil
	default:
		return line, refuse("m-line %q is of kind %q; audio, video and application are known", mid, m.MediaName.Media)
	}
	if len(m.MediaName.Formats) == 0 {
		return line, refuse("m-line %q names no codec", mid)
	}
	for _, f := range m.MediaName.Formats {
		if pt, err := strconv.ParseUint(f, 10, 7); err != nil || pt > 127 {
			return line, refuse("m-line %q has the payload type %q", mid, f)
		}
	}
	directions := 0
	line.sends, line.receives = true, true
	ssrcs := map[string]bool{}
	for _, a := range m.Attributes {
		switch a.Key {
		case sdp.AttrKeySendRecv:
			directions++
		case sdp.AttrKeySendOnly:
			directions++
			line.receives = false
		case sdp.AttrKeyRecvOnly:
			directions++
			line.sends = false
		case sdp.AttrKeyInactive:
			directions++
			line.sends, line.receives = false, false
		case "simulcast", "rid":
			return line, refuse("m-line %q is simulcast; offer one encoding an m-line", mid)
		case sdp.AttrKeySSRC:
			id, _, _ := strings.Cut(a.Value, " ")
			ssrcs[id] = true
		}
	}
	if directions > 1 {
		return line, refuse("m-line %q has more than one direction", mid)
	}
	if len(ssrcs) > maxSSRCs {
		return line, refuse("m-line %q has %d sources; at most %d are taken", mid, len(ssrcs), maxSSRCs)
	}
	if m.MediaName.Port.Value == 0 {
		if _, bundled := m.Attribute("bundle-only"); !bundled {
			line.sends, line.receives = false, false // RFC 8829: a stopped transceiver
		}
	}
	return line, nil
}

// checkTransport looks for what ICE and DTLS need: one set of credentials and
// one fingerprint.
func checkTransport(d *sdp.SessionDescription) *OfferError {
	values := func(key string) map[string]bool {
		out := map[string]bool{}
		if v, ok := d.Attribute(key); ok {
			out[v] = true
		}
		for _, m := range d.MediaDescriptions {
			if v, ok := m.Attribute(key); ok {
				out[v] = true
			}
		}
		return out
	}
	one := func(key string, least, most int) *OfferError {
		vs := values(key)
		if len(vs) == 0 {
			return refuse("the offer has no %s", key)
		}
		if len(vs) > 1 {
			return refuse("the offer has more than one %s; bundle all m-lines on one transport", key)
		}
		for v := range vs {
			if len(v) < least || len(v) > most {
				return refuse("the offer's %s is too short or too long", key)
			}
		}
		return nil
	}
	// RFC 8839, section 5.4.
	if err := one("ice-ufrag", 4, 256); err != nil {
		return err
	}
	if err := one("ice-pwd", 22, 256); err != nil {
		return err
	}
	if err := one("fingerprint", 1, 1024); err != nil {
		return err
	}
	for v := range values("fingerprint") {
		hash, digest, _ := strings.Cut(v, " ")
		raw, err := hex.DecodeString(strings.ReplaceAll(digest, ":", ""))
		if hash == "" || err != nil || len(raw) < 20 {
			return &OfferError{Message: "the offer's fingerprint is malformed", Cause: err}
		}
	}
	return nil
}

// checkBundle wants one bundle group of known mids that has all media.
func checkBundle(d *sdp.SessionDescription, mids map[string]bool) *OfferError {
	if len(d.MediaDescriptions) == 1 {
		return nil
	}
	group, ok := d.Attribute(sdp.AttrKeyGroup)
	members, isBundle := strings.CutPrefix(group, "BUNDLE")
	if !ok || !isBundle {
		return refuse("the offer has no BUNDLE group; all m-lines must share one transport")
	}
	in := map[string]bool{}
	for _, mid := range strings.Fields(members) {
		if !mids[mid] {
			return refuse("the BUNDLE group names the mid %q, which no m-line has", mid)
		}
		in[mid] = true
	}
	for _, m := range d.MediaDescriptions {
		mid, _ := m.Attribute(sdp.AttrKeyMID)
		if _, bundleOnly := m.Attribute("bundle-only"); !in[mid] && (m.MediaName.Port.Value != 0 || bundleOnly) {
			return refuse("m-line %q is not in the BUNDLE group; all m-lines must share one transport", mid)
		}
	}
	return nil
}

// checkPublications matches what a client says it publishes with what its
// m-lines send. before is what it already publishes, by mid.
func (o *offer) checkPublications(publish []Publication, before map[string]Source) (map[string]Source, *OfferError) {
	if len(publish) > maxMLines {
		return nil, refuse("publish has %d entries; at most %d are taken", len(publish), maxMLines)
	}
	sending := map[string]Kind{}
	for _, l := range o.lines {
		if l.sends {
			sending[l.mid] = l.kind
		}
	}
	sources := map[string]Source{}
	from := map[Source]string{}
	for _, pub := range publish {
		kind, ok := sending[pub.MID]
		switch {
		case pub.Source.kind() == "":
			return nil, refuse("publish names the source %q; microphone, camera and screen are known", pub.Source)
		case !ok:
			return nil, refuse("publish names the mid %q, but no m-line of that mid sends", pub.MID)
		case kind != pub.Source.kind():
			return nil, refuse("publish says that m-line %q is the %s, but it is %s", pub.MID, pub.Source, kind)
		case sources[pub.MID] != "":
			return nil, refuse("publish names the mid %q more than once", pub.MID)
		case from[pub.Source] != "":
			return nil, refuse("publish names the %s more than once", pub.Source)
		case before[pub.MID] != "" && before[pub.MID] != pub.Source:
			return nil, refuse("m-line %q is the %s and cannot become the %s", pub.MID, before[pub.MID], pub.Source)
		}
		sources[pub.MID], from[pub.Source] = pub.Source, pub.MID
	}
	for _, l := range o.lines {
		if !l.sends || sources[l.mid] != "" {
			continue
		}
		source, known := before[l.mid]
		if !known {
			return nil, refuse("m-line %q sends, but publish does not say what", l.mid)
		}
		if from[source] != "" {
			return nil, refuse("the %s is published by m-line %q already", source, l.mid)
		}
		sources[l.mid], from[source] = source, l.mid
	}
	return sources, nil
}
