package cast

/*
#cgo LDFLAGS: -lflite_cmu_us_slt -lflite_cmu_us_rms -lflite_cmu_us_awb -lflite_cmu_us_kal16 -lflite_usenglish -lflite_cmulex -lflite -lm
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"time"
	"unsafe"

	"github.com/relevo/relevo/agentbot/engine"
)

var register = sync.OnceFunc(func() { C.relevo_cast_init() })

var bases = map[string]C.int{"slt": C.CAST_SLT, "rms": C.CAST_RMS, "awb": C.CAST_AWB, "kal16": C.CAST_KAL16}

// Speaker is one of the cast.
type Speaker struct {
	Base   string  // slt, rms, awb or kal16
	Pace   float64 // 1 is the voice's own, 1.2 is faster; 0 is 1
	Throat float64 // 1 is the voice's own, 1.15 is higher; 0 is 1
}

// Word is when a word is said.
type Word struct {
	Text     string
	From, To time.Duration
}

// Say returns text spoken, at engine.SampleRate, and its words: what stands
// between spaces, marks included.
func (s Speaker) Say(text string) ([]int16, []Word, error) {
	base, ok := bases[s.Base]
	if !ok {
		return nil, nil, fmt.Errorf("cast: there is no voice %q", s.Base)
	}
	pace, throat := s.Pace, s.Throat
	if pace <= 0 {
		pace = 1
	}
	if throat <= 0 {
		throat = 1
	}
	register()
	ctext := C.CString(text)
	defer C.free(unsafe.Pointer(ctext))
	said := C.relevo_cast_say(base, ctext, C.float(throat/pace))
	if said == nil {
		return nil, nil, fmt.Errorf("cast: flite cannot say %q", text)
	}
	defer C.relevo_cast_free(said)
	names := strings.Fields(text)
	if int(said.words) != len(names) {
		return nil, nil, fmt.Errorf("cast: flite finds %d words in %q", int(said.words), text)
	}
	from, to := unsafe.Slice(said.from, len(names)), unsafe.Slice(said.to, len(names))
	at := func(seconds C.float) time.Duration {
		return time.Duration(float64(seconds) / throat * float64(time.Second))
	}
	words := make([]Word, len(names))
	for i, name := range names {
		words[i] = Word{name, at(from[i]), at(to[i])}
	}
	pcm := unsafe.Slice((*int16)(unsafe.Pointer(said.samples)), int(said.length))
	return resample(pcm, throat*float64(said.rate)/engine.SampleRate), words, nil
}

// resample reads pcm step samples at a time, with a windowed sinc below the
// lower of the two rates' bands.
func resample(pcm []int16, step float64) []int16 {
	const reach = 16
	band := min(1, 1/step)
	out := make([]int16, int(float64(len(pcm))/step))
	for i := range out {
		at := float64(i) * step
		middle := int(at)
		sum := 0.0
		for j := max(0, middle-reach+1); j <= min(len(pcm)-1, middle+reach); j++ {
			x := at - float64(j)
			if math.Abs(x) < reach {
				sum += float64(pcm[j]) * band * sinc(band*x) * (0.5 + 0.5*math.Cos(math.Pi*x/reach))
			}
		}
		out[i] = int16(min(max(math.Round(sum), math.MinInt16), math.MaxInt16))
	}
	return out
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}
