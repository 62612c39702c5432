#include "shim.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <pocketsphinx.h>
#include <sphinxbase/cmn.h>
#include <sphinxbase/err.h>
#include <sphinxbase/feat.h>
#include <sphinxbase/ngram_model.h>

#include "layout.h"

struct relevo_model {
	cmd_ln_t *config;
	logmath_t *lmath;
	ngram_model_t *big, *small;
	float weight; // of small
	int shareable;
};

struct relevo_decoder {
	ps_decoder_t *ps;
	ngram_model_t *big, *small; // with this decoder's own caches
	int shared;
	mfcc_t *first; // cepstral mean of a decoder that has heard nothing
	mfcc_t *before; // and before this utterance
};

static const arg_t model_args[] = {
	{"-lw", ARG_FLOAT32, "6.5", "language weight"},
	{"-wip", ARG_FLOAT32, "0.65", "word insertion penalty"},
	{NULL, 0, NULL, NULL},
};

relevo_model *relevo_model_open(const char *lm) {
	err_set_logfp(NULL); // sphinx's log is the process's, and is off
	relevo_model *m = calloc(1, sizeof *m);
	if (!m) return NULL;
	m->config = cmd_ln_init(NULL, model_args, TRUE, NULL);
	// As pocketsphinx makes its own: models in a set must agree on it.
	m->lmath = logmath_init(1.0001, 0, 1);
	if (m->config && m->lmath) m->big = ngram_model_read(m->config, lm, NGRAM_BIN, m->lmath);
	if (!m->big) {
		relevo_model_free(m);
		return NULL;
	}
	m->shareable = layout_known(m->big);
	return m;
}

int relevo_model_add(relevo_model *m, const char *arpa, float weight) {
	m->small = ngram_model_read(m->config, arpa, NGRAM_ARPA, m->lmath);
	m->weight = weight;
	if (!m->small) return -1;
	m->shareable = m->shareable && layout_known(m->small);
	return 0;
}

int relevo_model_words(relevo_model *m) { return ngram_model_get_counts(m->big)[0]; }
const char *relevo_model_word(relevo_model *m, int i) { return ngram_word(m->big, i); }
int relevo_model_frequency(relevo_model *m, int i) {
	int32 used;
	return ngram_ng_prob(m->big, i, NULL, 0, &used);
}
int relevo_model_shareable(relevo_model *m) { return m->shareable; }
void relevo_model_unshare(relevo_model *m) { m->shareable = 0; }

void relevo_model_free(relevo_model *m) {
	if (!m) return;
	ngram_model_free(m->big);
	ngram_model_free(m->small);
	if (m->config) cmd_ln_free_r(m->config);
	if (m->lmath) logmath_free(m->lmath);
	free(m);
	malloc_trim(0);
}

static cmn_t *cmn_of(relevo_decoder *d) { return ps_get_feat(d->ps)->cmn_struct; }

relevo_decoder *relevo_decoder_open(relevo_model *m, const char *hmm, const char *dict, const char *lm, const char *arpa) {
	relevo_decoder *d = calloc(1, sizeof *d);
	if (!d) return NULL;
	// A key phrase as the first search keeps ps_init from reading a language
	// model of its own; it is replaced at once.
	cmd_ln_t *config = cmd_ln_init(NULL, ps_args(), TRUE,
		"-hmm", hmm, "-dict", dict, "-keyphrase", "hello", NULL);
	if (config) {
		d->ps = ps_init(config);
		cmd_ln_free_r(config);
	}
	if (!d->ps) goto fail;
	d->shared = m->shareable;
	if (d->shared) {
		d->big = layout_clone(m->big);
		if (m->small) d->small = layout_clone(m->small);
	} else {
		d->big = ngram_model_read(m->config, lm, NGRAM_BIN, m->lmath);
		if (m->small) d->small = ngram_model_read(m->config, arpa, NGRAM_ARPA, m->lmath);
	}
	if (!d->big || (m->small && !d->small)) goto fail;

	ngram_model_t *use = d->big;
	if (d->small) {
		ngram_model_t *models[] = {d->big, d->small};
		char *names[] = {"big", "small"};
		float32 weights[] = {1 - m->weight, m->weight};
		use = ngram_model_set_init(NULL, models, names, weights, 2);
		if (!use) goto fail;
	} else {
		ngram_model_retain(use);
	}
	int bad = ps_set_lm(d->ps, "relevo", use) || ps_set_search(d->ps, "relevo");
	ngram_model_free(use);
	if (bad) goto fail;
	ps_unset_search(d->ps, "_default");

	cmn_t *cmn = cmn_of(d);
	d->first = calloc(cmn->veclen, sizeof *d->first);
	d->before = calloc(cmn->veclen, sizeof *d->before);
	if (!d->first || !d->before) goto fail;
	cmn_live_get(cmn, d->first);
	return d;
fail:
	relevo_decoder_free(d);
	return NULL;
}

void relevo_decoder_free(relevo_decoder *d) {
	if (!d) return;
	if (d->ps) ps_free(d->ps);
	if (d->shared) {
		layout_free(d->big);
		layout_free(d->small);
	} else {
		ngram_model_free(d->big);
		ngram_model_free(d->small);
	}
	free(d->first);
	free(d->before);
	free(d);
	// A decoder is many thousand small pieces, in the arena of whichever thread
	// made it; left there, they would be of no use to the next thread.
	malloc_trim(0);
}

void relevo_decoder_fresh(relevo_decoder *d) {
	ps_start_stream(d->ps);
	cmn_live_set(cmn_of(d), d->first);
}

int relevo_decoder_start(relevo_decoder *d) {
	cmn_live_get(cmn_of(d), d->before);
	return ps_start_utt(d->ps);
}

int relevo_decoder_process(relevo_decoder *d, const int16_t *pcm, int n) {
	return ps_process_raw(d->ps, pcm, n, FALSE, FALSE);
}

int relevo_decoder_end(relevo_decoder *d) { return ps_end_utt(d->ps); }

void relevo_decoder_unlearn(relevo_decoder *d) { cmn_live_set(cmn_of(d), d->before); }

const char *relevo_decoder_text(relevo_decoder *d) {
	int32 score;
	return ps_get_hyp(d->ps, &score);
}

double relevo_decoder_prob(relevo_decoder *d) {
	return logmath_log_to_ln(ps_get_logmath(d->ps), ps_get_prob(d->ps));
}
