#include "layout.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ORDER = 5 };

// struct ngram_model_s of sphinxbase 5prealpha.
typedef struct {
	int refcount;
	uint32 *n_counts;
	int32 n_1g_alloc;
	int32 n_words;
	uint8 n;
	uint8 n_classes;
	uint8 writable;
	uint8 flags;
	logmath_t *lmath;
	float32 lw;
	int32 log_wip;
	int32 log_zero;
	char **word_str;
	void *wid;
	int32 *tmp_wids;
	void **classes;
	void *funcs;
} base_layout;

// struct lm_trie_s.
typedef struct {
	uint8 *ngram_mem;
	size_t ngram_mem_size;
	void *unigrams;
	void *middle_begin;
	void *middle_end;
	void *longest;
	void *quant;
	float backoff_cache[MAX_ORDER];
	uint32 hist_cache[MAX_ORDER - 1];
} trie_layout;

// struct ngram_model_trie_s.
typedef struct {
	base_layout base;
	trie_layout *trie;
} model_layout;

// fits says whether a block of the heap was made for about size bytes: malloc
// rounds up, and leaves no remainder too small to use.
static int fits(void *p, size_t size) {
	size_t usable = p ? malloc_usable_size(p) : 0;
	return usable >= size && usable < size + 48;
}

int layout_known(ngram_model_t *m) {
	const model_layout *l = (const model_layout *)m;
	if (!fits(m, sizeof *l)) return 0;
	const base_layout *b = &l->base;
	int32 log_wip, n = ngram_model_get_size(m);
	float32 lw = ngram_model_get_weights(m, &log_wip);
	if (b->refcount != 1 || b->n != n || n < 2 || n > MAX_ORDER) return 0;
	if (b->n_counts != ngram_model_get_counts(m)) return 0;
	if (b->n_words != (int32)b->n_counts[0] || b->n_1g_alloc != b->n_words || b->n_classes != 0) return 0;
	if (b->lw != lw || b->log_wip != log_wip || b->log_zero != ngram_zero(m)) return 0;
	ngram_model_retain(m);
	int counted = b->refcount == 2;
	ngram_model_free(m);
	if (!counted || b->refcount != 1) return 0;
	if (malloc_usable_size(b->word_str) < b->n_words * sizeof *b->word_str) return 0;
	for (int32 i = 0; i < b->n_words; i += 1 + b->n_words / 64) {
		if (b->word_str[i] != ngram_word(m, i)) return 0;
	}

	// The caches: what scoring one history leaves in them.
	const trie_layout *t = l->trie;
	if (!fits((void *)t, sizeof *t)) return 0;
	if (malloc_usable_size(t->ngram_mem) < t->ngram_mem_size) return 0;
	int32 used, hist[MAX_ORDER - 1];
	for (int32 i = 0; i < n - 1; i++) hist[i] = (b->n_words - 1 + i) % b->n_words;
	ngram_ng_score(m, 0, hist, n - 1, &used);
	for (int32 i = 0; i < n - 1; i++) {
		if (t->hist_cache[i] != (uint32)hist[i]) return 0;
	}
	ngram_model_flush(m);
	for (int32 i = 0; i < n - 1; i++) {
		if (t->hist_cache[i] != (uint32)-1) return 0;
	}
	return 1;
}

ngram_model_t *layout_clone(ngram_model_t *m) {
	model_layout *c = malloc(sizeof *c);
	trie_layout *t = malloc(sizeof *t);
	if (!c || !t) {
		free(c);
		free(t);
		return NULL;
	}
	memcpy(c, m, sizeof *c);
	memcpy(t, c->trie, sizeof *t);
	c->trie = t;
	// The reference that layout_free takes back: the library never frees the
	// shared parts.
	c->base.refcount = 1;
	ngram_model_flush((ngram_model_t *)c);
	return (ngram_model_t *)c;
}

void layout_free(ngram_model_t *m) {
	if (!m) return;
	free(((model_layout *)m)->trie);
	free(m);
}
