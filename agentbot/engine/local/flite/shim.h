#ifndef RELEVO_FLITE_SHIM_H
#define RELEVO_FLITE_SHIM_H

#include <stdint.h>

// The voices of this package, as indices.
enum { RELEVO_SLT, RELEVO_RMS };

// relevo_flite_init makes flite and its voices ready; call it once.
void relevo_flite_init(void);

// relevo_flite_rate is the voice's sample rate, 0 when it is missing.
int relevo_flite_rate(int voice);

// relevo_flite_speak speaks text; words and samples go to the stream that
// handle names. 0: done or stopped; -1: flite could not.
int relevo_flite_speak(int voice, const char *text, uintptr_t handle);

// relevo_flite_phones writes the phones of text, separated by spaces, into out.
// The result is their whole length, which may exceed size; -1: flite could not.
int relevo_flite_phones(int voice, const char *text, char *out, int size);

#endif
