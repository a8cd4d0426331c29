// Package asmtest makes what tests stand on: databases of both kinds that are new, migrated and gone afterwards, and time
// that moves when the test says so. Only _test packages and test/ import it.
package asmtest

import (
	"sync"
	"time"
)

// Day is 24 hours; all of ASM's days are UTC's.
const Day = 24 * time.Hour

// Start is where a test's clock begins: a Monday morning, in no leap year, far from a month's end.
var Start = time.Date(2027, time.March, 8, 9, 30, 0, 0, time.UTC)

// Clock is time that stands still until a test moves it. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock answers a clock that shows [Start].
func NewClock() *Clock {
	return &Clock{now: Start}
}

// Now is the time that the clock shows, UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock forward.
func (c *Clock) Advance(d time.Duration) {
	if d < 0 {
		panic("asmtest: time does not go back")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
