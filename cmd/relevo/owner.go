package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// ownData makes this process the one server of a data directory. A second one
// would take the first one's calls for those of a dead server, and go on with
// them while they are being held. The kernel lets go when the process ends,
// however it ends.
func ownData(dir string) (release func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "relevo.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return nil, errors.Join(fmt.Errorf("--data %s: another server%s has this directory; each needs one of its own", dir, owner(f)), f.Close())
	case err != nil:
		return nil, errors.Join(fmt.Errorf("--data %s: it cannot be locked: %w", dir, err), f.Close())
	}
	// For people who look who has it; nothing depends on it.
	if err := f.Truncate(0); err == nil {
		_, _ = fmt.Fprintf(f, "%d\n", os.Getpid())
	}
	return f.Close, nil
}

// owner says which process has noted itself.
func owner(f *os.File) string {
	var b [20]byte
	n, _ := f.ReadAt(b[:], 0) // an empty one says nothing
	if pid := strings.TrimSpace(string(b[:n])); pid != "" {
		return " (process " + pid + ")"
	}
	return ""
}
