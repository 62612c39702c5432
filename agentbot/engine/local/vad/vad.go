package vad

/*
#cgo CXXFLAGS: -std=c++11
#cgo pkg-config: webrtc-audio-processing
#include "shim.h"
*/
import "C"

import (
	"errors"
	"unsafe"

	"github.com/relevo/relevo/agentbot/engine"
)

const (
	mode        = 2   // WebRTC's VAD: 0 finds most voice, 3 least noise
	suppression = 1   // moderate
	blockLength = 160 // samples the library takes at once
	lateMost    = 8   // frames before the gate opened that may have been voice; more begin no utterance
	lateGap     = 4   // frames without voice that may be among them
)

// WebRTC is a VAD by WebRTC's detector with noise suppression: Process cleans
// the frame in place.
type WebRTC struct{}

var (
	_ engine.VAD   = WebRTC{}
	_ engine.Later = (*webrtcStream)(nil)
)

// OpenVAD opens a detector for one leg.
func (WebRTC) OpenVAD() (engine.VADStream, error) {
	d := C.relevo_vad_open(mode, suppression)
	if d == nil {
		return nil, &engine.Error{Engine: "webrtc vad", Kind: engine.Unusable, Cause: errors.New("libwebrtc-audio-processing does not come up")}
	}
	return &webrtcStream{detector: d, gate: newGate()}, nil
}

type webrtcStream struct {
	detector unsafe.Pointer // nil: closed
	gate     *gate
	voice    bool // the last frame
	faint    uint // of the newest frames, those with voice for which the gate was all but open; the newest in bit 0
	late     int
}

// Process judges a frame. Samples beyond whole blocks of 10 ms are left out.
func (s *webrtcStream) Process(frame []int16) bool {
	if s.detector == nil {
		return false
	}
	loud := s.gate.voice(frame) // before the suppression, which lowers noise and with it the gate
	voice := false
	for ; len(frame) >= blockLength; frame = frame[blockLength:] {
		if C.relevo_vad_process(s.detector, (*C.int16_t)(unsafe.Pointer(&frame[0]))) > 0 {
			voice = true
		}
	}
	was := s.voice
	s.voice, s.late = voice && loud, 0
	if s.voice && !was {
		s.late = s.before()
	}
	s.faint <<= 1
	if voice && s.gate.near && !s.voice {
		s.faint |= 1
	}
	return s.voice
}

// before is how many frames before the gate opened belong to the voice for which
// it did: from the first that was all but loud enough, over short gaps.
func (s *webrtcStream) before() (frames int) {
	for i := 0; i < min(lateMost, frames+lateGap+1); i++ {
		if s.faint>>i&1 == 1 {
			frames = i + 1
		}
	}
	return frames
}

// Late implements engine.Later: the voice that began too faintly for the gate,
// which is one by what follows.
func (s *webrtcStream) Late() int { return s.late }

// Close frees the detector.
func (s *webrtcStream) Close() error {
	if s.detector != nil {
		C.relevo_vad_free(s.detector)
		s.detector = nil
	}
	return nil
}
