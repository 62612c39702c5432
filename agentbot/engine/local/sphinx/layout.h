#ifndef RELEVO_SPHINX_LAYOUT_H
#define RELEVO_SPHINX_LAYOUT_H

// Sphinxbase keeps the last history's back-off weights in the language model
// itself, so two decoders that share one would write to the same cache. A clone
// shares the n-grams and the words and has its own cache and reference count.
// That needs sphinxbase's private structures, which are written down here;
// layout_known says whether the library's are these.

#include <sphinxbase/ngram_model.h>

// layout_known says whether m can be cloned, by checking everything of the
// layout that the public functions also tell. m must have no references but one.
int layout_known(ngram_model_t *m);

// layout_clone clones m, which must outlive the clone. NULL: no memory.
ngram_model_t *layout_clone(ngram_model_t *m);

// layout_free frees a clone that nobody else refers to any more.
void layout_free(ngram_model_t *m);

#endif
