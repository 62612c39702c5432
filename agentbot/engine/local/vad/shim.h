#ifndef RELEVO_VAD_SHIM_H
#define RELEVO_VAD_SHIM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// relevo_vad_open makes a detector for 16 kHz mono; NULL when it cannot.
void *relevo_vad_open(int mode, int suppression);
// relevo_vad_process judges and cleans 160 samples in place: 1 voice, 0 none,
// -1 the library refuses.
int relevo_vad_process(void *v, int16_t *pcm);
void relevo_vad_free(void *v);

#ifdef __cplusplus
}
#endif

#endif
