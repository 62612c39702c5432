#include "shim.h"

#include <string.h>

#include <webrtc/modules/audio_processing/include/audio_processing.h>
#include <webrtc/modules/interface/module_common_types.h>

namespace {

const int kRate = 16000;
const int kSamples = kRate / 100;

struct Detector {
	webrtc::AudioProcessing *apm;
	webrtc::AudioFrame frame;
};

}  // namespace

void *relevo_vad_open(int mode, int suppression) {
	static const webrtc::VoiceDetection::Likelihood kLikelihood[] = {
		webrtc::VoiceDetection::kHighLikelihood, webrtc::VoiceDetection::kModerateLikelihood,
		webrtc::VoiceDetection::kLowLikelihood, webrtc::VoiceDetection::kVeryLowLikelihood,
	};
	Detector *d = new Detector;
	d->apm = webrtc::AudioProcessing::Create();
	if (!d->apm) {
		delete d;
		return NULL;
	}
	int bad = d->apm->Initialize(kRate, kRate, kRate, webrtc::AudioProcessing::kMono,
		webrtc::AudioProcessing::kMono, webrtc::AudioProcessing::kMono);
	if (suppression >= 0) {
		bad |= d->apm->noise_suppression()->set_level(
			static_cast<webrtc::NoiseSuppression::Level>(suppression));
		bad |= d->apm->noise_suppression()->Enable(true);
	}
	bad |= d->apm->voice_detection()->set_likelihood(kLikelihood[mode]);
	bad |= d->apm->voice_detection()->Enable(true);
	if (bad) {
		relevo_vad_free(d);
		return NULL;
	}
	d->frame.sample_rate_hz_ = kRate;
	d->frame.num_channels_ = 1;
	d->frame.samples_per_channel_ = kSamples;
	return d;
}

int relevo_vad_process(void *v, int16_t *pcm) {
	Detector *d = static_cast<Detector *>(v);
	memcpy(d->frame.data_, pcm, kSamples * sizeof *pcm);
	if (d->apm->ProcessStream(&d->frame) != 0) return -1;
	memcpy(pcm, d->frame.data_, kSamples * sizeof *pcm);
	return d->apm->voice_detection()->stream_has_voice();
}

void relevo_vad_free(void *v) {
	Detector *d = static_cast<Detector *>(v);
	delete d->apm;
	delete d;
}
