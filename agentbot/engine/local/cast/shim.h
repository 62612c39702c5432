#ifndef RELEVO_CAST_SHIM_H
#define RELEVO_CAST_SHIM_H

#include <stdint.h>

enum { CAST_SLT, CAST_RMS, CAST_AWB, CAST_KAL16, CAST_VOICES };

// relevo_cast_init makes flite and its voices ready; call it once.
void relevo_cast_init(void);

// relevo_cast_speech is what was said. Free it with relevo_cast_free.
typedef struct {
	int rate, length;
	int16_t *samples;
	int words;
	float *from, *to; // seconds, of each word
} relevo_cast_speech;

// relevo_cast_say speaks text, stretch times slower; NULL: flite could not.
relevo_cast_speech *relevo_cast_say(int voice, const char *text, float stretch);
void relevo_cast_free(relevo_cast_speech *s);

#endif
