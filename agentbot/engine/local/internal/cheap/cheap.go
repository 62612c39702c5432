// Package cheap tells how much memory C has allocated in this process, which
// no Go profile shows: the leak tests of the cgo engines compare it before and
// after. It counts glibc's malloc, in all threads' arenas.
package cheap

// #include <malloc.h>
import "C"

// InUse is the number of bytes that C has allocated and not freed.
func InUse() int {
	m := C.mallinfo2()
	return int(m.uordblks + m.hblkhd)
}
