#ifndef RELEVO_SPHINX_SHIM_H
#define RELEVO_SPHINX_SHIM_H

#include <stdint.h>

typedef struct relevo_model relevo_model;
typedef struct relevo_decoder relevo_decoder;

// Making and freeing models and decoders is for one thread at a time: they
// count references without atomics. All else is per decoder.

// relevo_model_open reads the big language model; NULL when it cannot.
relevo_model *relevo_model_open(const char *lm);
// relevo_model_add reads a second one, in ARPA format, with a weight from 0 to
// 1 against the big one. 0: done.
int relevo_model_add(relevo_model *m, const char *arpa, float weight);
int relevo_model_words(relevo_model *m);
const char *relevo_model_word(relevo_model *m, int i);
// relevo_model_frequency is the logarithm of how often word i is said.
int relevo_model_frequency(relevo_model *m, int i);
// relevo_model_shareable says whether decoders can share the models.
int relevo_model_shareable(relevo_model *m);
// relevo_model_unshare has each decoder read its own.
void relevo_model_unshare(relevo_model *m);
void relevo_model_free(relevo_model *m);

// relevo_decoder_open makes a decoder; lm and arpa, NULL when there is none, are
// read when the models cannot be shared. NULL when it cannot.
relevo_decoder *relevo_decoder_open(relevo_model *m, const char *hmm, const char *dict, const char *lm, const char *arpa);
void relevo_decoder_free(relevo_decoder *d);

// relevo_decoder_fresh forgets all earlier audio.
void relevo_decoder_fresh(relevo_decoder *d);
int relevo_decoder_start(relevo_decoder *d);
int relevo_decoder_process(relevo_decoder *d, const int16_t *pcm, int n);
int relevo_decoder_end(relevo_decoder *d);
// relevo_decoder_unlearn takes the ended utterance's sound out of what the next
// ones are compared with.
void relevo_decoder_unlearn(relevo_decoder *d);
const char *relevo_decoder_text(relevo_decoder *d);
// relevo_decoder_prob is the logarithm of the text's posterior probability.
double relevo_decoder_prob(relevo_decoder *d);

#endif
