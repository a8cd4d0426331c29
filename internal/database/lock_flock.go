//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package database

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// lockPoll is how often a lock that somebody holds is asked for again; the system has no waiting that could be ended.
const lockPoll = 10 * time.Millisecond

// lock holds the lock of a file beside the database, which keeps apart processes and, each opening the file anew,
// whoever is in one. The file stays: removing it would let two hold it.
func (e *sqliteEngine) lock(ctx context.Context, name string) (unlock func(), err error) {
	f, err := os.OpenFile(e.path+"-lock-"+name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock's file: %w", err)
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil // closing gives it back
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(err, f.Close())
		}
		if err := pause(ctx, lockPoll); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
}
