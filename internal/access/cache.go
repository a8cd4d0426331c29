package access

import (
	"context"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"asm.example/asm/internal/database"
)

// freshFor is how long an answer of the database may be believed: what other processes change is seen after it.
const freshFor = time.Second

// cacheSize bounds every cache of this package, in entries.
const cacheSize = 10_000

// cache is a map that never grows beyond cacheSize: when full, some entry goes, no matter which, since every entry can be
// had again. The zero cache is ready.
type cache[K comparable, V any] struct {
	mu      sync.RWMutex
	entries map[K]V
}

func (c *cache[K, V]) get(key K) (V, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	v, ok := c.entries[key]
	return v, ok
}

func (c *cache[K, V]) put(key K, value V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil {
		c.entries = make(map[K]V)
	}
	if _, ok := c.entries[key]; !ok && len(c.entries) >= cacheSize {
		for some := range c.entries {
			delete(c.entries, some)
			break
		}
	}
	c.entries[key] = value
}

// epochs count changes, so that what was read before a change is not believed after it, without a list of what was read.
// People share counters by hash: a collision costs one more reading.
type epochs struct {
	seed     maphash.Seed
	counters [1024]atomic.Uint64
	all      atomic.Uint64
}

func newEpochs() *epochs {
	return &epochs{seed: maphash.MakeSeed()}
}

func (e *epochs) counter(key string) *atomic.Uint64 {
	return &e.counters[maphash.String(e.seed, key)%uint64(len(e.counters))]
}

// of answers the number to keep beside what is about to be read.
func (e *epochs) of(key string) uint64 {
	return e.counter(key).Load()
}

// end makes everything read of these keys before now old.
func (e *epochs) end(keys ...string) {
	for _, key := range keys {
		e.counter(key).Add(1)
	}
	e.all.Add(1)
}

// changes answers a number that grows with every end, whoever it is about.
func (e *epochs) changes() uint64 {
	return e.all.Load()
}

// endAll does it for every key.
func (e *epochs) endAll() {
	for i := range e.counters {
		e.counters[i].Add(1)
	}
	e.all.Add(1)
}

// reading is when something was read, and under which epoch.
type reading struct {
	at    time.Time
	epoch uint64
}

// isFresh tells whether a reading may still be believed.
func (r reading) isFresh(now time.Time, epoch uint64) bool {
	age := now.Sub(r.at)
	return r.epoch == epoch && age >= 0 && age < freshFor
}

// changedChannel carries to other replicas whose access has changed; "" means everybody's.
const changedChannel = "access"

// forget drops, once tx has committed, what is remembered of people: here at once, elsewhere as soon as word gets there and
// within a second in any case.
func (s *Service) forget(ctx context.Context, tx *database.Tx, emails ...string) error {
	tx.OnCommit(func() { s.epochs.end(emails...) })
	for _, email := range emails {
		if err := tx.Notify(ctx, changedChannel, email); err != nil {
			return inRoom("tell that access has changed", err)
		}
	}
	return nil
}

// ForgetAll drops, once tx has committed, what is remembered of everybody: for changes of groups and organizations
// themselves, such as removing one.
func (s *Service) ForgetAll(ctx context.Context, tx *database.Tx) error {
	tx.OnCommit(s.epochs.endAll)
	return inRoom("tell that access has changed", tx.Notify(ctx, changedChannel, ""))
}

// hear drops what another replica has changed.
func (s *Service) hear(email string) {
	if email == "" {
		s.epochs.endAll()
		return
	}
	s.epochs.end(email)
}
