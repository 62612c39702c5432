#include "shim.h"

#include <stdlib.h>
#include <string.h>

#include <flite/flite.h>

cst_voice *register_cmu_us_slt(const char *voxdir);
cst_voice *register_cmu_us_rms(const char *voxdir);
cst_voice *register_cmu_us_awb(const char *voxdir);
cst_voice *register_cmu_us_kal16(const char *voxdir);

static cst_voice *voices[CAST_VOICES];

void relevo_cast_init(void) {
	flite_init();
	voices[CAST_SLT] = register_cmu_us_slt(NULL);
	voices[CAST_RMS] = register_cmu_us_rms(NULL);
	voices[CAST_AWB] = register_cmu_us_awb(NULL);
	voices[CAST_KAL16] = register_cmu_us_kal16(NULL);
}

// segment is the first or last segment of a token.
static const cst_item *segment(const cst_item *token, int last) {
	const cst_item *i = last ? item_last_daughter(token) : item_daughter(token);
	if (i) i = item_as(i, "SylStructure");
	if (i) i = last ? item_last_daughter(i) : item_daughter(i);
	if (i) i = last ? item_last_daughter(i) : item_daughter(i);
	if (i) i = item_as(i, "Segment");
	return i;
}

static float end_of(const cst_item *segment) {
	return segment && item_feat_present(segment, "end") ? item_feat_float(segment, "end") : 0;
}

relevo_cast_speech *relevo_cast_say(int voice, const char *text, float stretch) {
	cst_utterance *u = new_utterance();
	relevo_cast_speech *s;
	const cst_item *t;
	const cst_wave *w;
	int n = 0;
	utt_set_input_text(u, text);
	utt_init(u, voices[voice]);
	feat_set_float(u->features, "duration_stretch", stretch);
	if (!utt_synth(u) || !(w = utt_wave(u))) {
		delete_utterance(u);
		return NULL;
	}
	for (t = relation_head(utt_relation(u, "Token")); t; t = item_next(t)) n++;
	s = calloc(1, sizeof *s);
	s->rate = w->sample_rate;
	s->length = w->num_samples;
	s->samples = malloc(s->length * sizeof *s->samples + 1);
	memcpy(s->samples, w->samples, s->length * sizeof *s->samples);
	s->from = calloc(n + 1, sizeof *s->from);
	s->to = calloc(n + 1, sizeof *s->to);
	for (t = relation_head(utt_relation(u, "Token")); t; t = item_next(t)) {
		const cst_item *first = segment(t, 0);
		s->from[s->words] = first ? end_of(item_prev(first)) : 0;
		s->to[s->words++] = end_of(segment(t, 1));
	}
	delete_utterance(u);
	return s;
}

void relevo_cast_free(relevo_cast_speech *s) {
	free(s->samples);
	free(s->from);
	free(s->to);
	free(s);
}
