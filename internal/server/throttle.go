package server

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// mostAddresses bounds the memory of a throttle: about 10 MB.
const mostAddresses = 65_536

// throttle limits how often something is done for each address.
type throttle struct {
	rate  rate.Limit
	burst int
	now   func() time.Time

	mutex    sync.Mutex
	limiters map[string]*rate.Limiter
}

func newThrottle(perSecond float64, burst int, now func() time.Time) *throttle {
	return &throttle{rate: rate.Limit(perSecond), burst: burst, now: now, limiters: map[string]*rate.Limiter{}}
}

// allow takes one turn for an address. When there is none left it answers how long to wait for one.
func (t *throttle) allow(address string) (wait time.Duration, ok bool) {
	now := t.now()
	limiter := t.limiter(address, now)
	if limiter.AllowN(now, 1) {
		return 0, true
	}
	missing := 1 - limiter.TokensAt(now)
	return time.Duration(math.Ceil(missing/float64(t.rate))) * time.Second, false
}

// exhausted tells whether an address has no turn left, without taking one.
func (t *throttle) exhausted(address string) (wait time.Duration, yes bool) {
	now := t.now()
	if missing := 1 - t.limiter(address, now).TokensAt(now); missing > 0 {
		return time.Duration(math.Ceil(missing/float64(t.rate))) * time.Second, true
	}
	return 0, false
}

func (t *throttle) limiter(address string, now time.Time) *rate.Limiter {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if found, ok := t.limiters[address]; ok {
		return found
	}
	if len(t.limiters) >= mostAddresses {
		t.forgetIdle(now)
	}
	made := rate.NewLimiter(t.rate, t.burst)
	t.limiters[address] = made
	return made
}

// forgetIdle drops addresses that have all their turns back; when none has, it forgets all of them, since remembering
// a flood of addresses must not cost more than forgetting it.
func (t *throttle) forgetIdle(now time.Time) {
	for address, limiter := range t.limiters {
		if limiter.TokensAt(now) >= float64(t.burst) {
			delete(t.limiters, address)
		}
	}
	if len(t.limiters) >= mostAddresses {
		clear(t.limiters)
	}
}
