package demo

import (
	"sync"
	"time"
)

// clock is set to the day of what is being made, and moves on by a millisecond each time it is asked, so that the order of what
// happened on a day can be told.
type clock struct {
	mutex sync.Mutex
	at    time.Time
}

func (c *clock) now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.at = c.at.Add(time.Millisecond)
	return c.at
}

// set moves the clock; it never goes back.
func (c *clock) set(at time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if at.After(c.at) {
		c.at = at
	}
}
