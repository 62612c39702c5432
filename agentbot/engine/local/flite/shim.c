#include "shim.h"

#include <string.h>

#include <flite/flite.h>
#include <flite/cst_cg.h>

#include "_cgo_export.h"

cst_voice *register_cmu_us_slt(const char *voxdir);
cst_voice *register_cmu_us_rms(const char *voxdir);
cst_utterance *utt_synth_text2segs(cst_utterance *u);

static cst_voice *voices[2];

void relevo_flite_init(void) {
	flite_init();
	voices[RELEVO_SLT] = register_cmu_us_slt(NULL);
	voices[RELEVO_RMS] = register_cmu_us_rms(NULL);
}

int relevo_flite_rate(int voice) {
	if (!voices[voice]) return 0;
	return flite_get_param_int(voices[voice]->features, "sample_rate", 0);
}

// report_words tells the stream when each token of the utterance begins.
static void report_words(const cst_utterance *u, uintptr_t handle) {
	const cst_item *tok;
	for (tok = relation_head(utt_relation(u, "Token")); tok; tok = item_next(tok)) {
		// Token -> first word -> first syllable -> first segment.
		const cst_item *i = item_daughter(tok);
		if (i) i = item_as(i, "SylStructure");
		if (i) i = item_daughter(i);
		if (i) i = item_daughter(i);
		if (i) i = item_as(i, "Segment");
		if (!i) continue;
		i = item_prev(i);
		relevoFliteWord(handle, (char *)item_feat_string(tok, "name"),
			i && item_feat_present(i, "end") ? item_feat_float(i, "end") : 0);
	}
}

static int on_chunk(const cst_wave *w, int start, int size, int last, cst_audio_streaming_info *asi) {
	uintptr_t handle = (uintptr_t)asi->userdata;
	(void)last;
	if (start == 0 && asi->utt) report_words(asi->utt, handle);
	if (size <= 0) return CST_AUDIO_STREAM_CONT;
	return relevoFliteSamples(handle, w->samples + start, size) ? CST_AUDIO_STREAM_CONT : CST_AUDIO_STREAM_STOP;
}

int relevo_flite_speak(int voice, const char *text, uintptr_t handle) {
	cst_utterance *u = new_utterance();
	cst_audio_streaming_info *asi = new_audio_streaming_info();
	asi->min_buffsize = 320;
	asi->asc = on_chunk;
	asi->userdata = (void *)handle;
	utt_set_input_text(u, text);
	utt_init(u, voices[voice]);
	// The utterance owns asi from here.
	flite_feat_set(u->features, "streaming_info", audio_streaming_info_val(asi));
	if (!utt_synth(u)) {
		delete_utterance(u);
		return -1;
	}
	delete_utterance(u);
	return 0;
}

int relevo_flite_phones(int voice, const char *text, char *out, int size) {
	const cst_item *seg;
	int n = 0;
	cst_utterance *u = new_utterance();
	utt_set_input_text(u, text);
	utt_init(u, voices[voice]);
	if (!utt_synth_text2segs(u)) {
		delete_utterance(u);
		return -1;
	}
	for (seg = relation_head(utt_relation(u, "Segment")); seg; seg = item_next(seg)) {
		const char *name = item_feat_string(seg, "name");
		int len = strlen(name);
		if (n + len + 2 <= size) {
			if (n > 0) out[n - 1] = ' ';
			memcpy(out + n, name, len + 1);
		}
		n += len + 1;
	}
	delete_utterance(u);
	return n;
}
