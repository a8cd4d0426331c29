package access

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"asm.example/asm/internal/problem"
)

// Guessing is limited for an account from one address, and for an address, never for an account alone: a stranger must not
// be able to keep somebody from signing in. What is right is given back, so that an office behind one address may sign in
// as often as it likes.
const (
	guessesAtAccount = 10
	guessesAtAddress = 100
	guessWindow      = 15 * time.Minute // in which all of them grow back
	maxGuessers      = 20_000           // counters kept; the one longest unused goes first
)

const errTooManyGuesses = "Too many attempts to sign in from this address. Wait a moment and try again."

// guesses count attempts. Memory is bounded.
type guesses struct {
	mu      sync.Mutex
	buckets map[guesser]*list.Element
	recent  *list.List // of *bucket, the one used last first
}

type guesser struct {
	address, account string // account is "" for the address itself
}

// bucket holds what is left of a guesser's attempts.
type bucket struct {
	guesser guesser
	left    float64
	at      time.Time
}

func newGuesses() *guesses {
	return &guesses{buckets: make(map[guesser]*list.Element), recent: list.New()}
}

// guess is an attempt that was let through.
type guess struct {
	guesses *guesses
	buckets []*bucket
}

// take lets an attempt through, before it is known whether it is right. Problems: Limited.
func (g *guesses) take(account, address string, now time.Time) (guess, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	network := networkOf(address)
	taken := guess{guesses: g}
	for _, want := range []struct {
		guesser guesser
		limit   float64
	}{
		{guesser{network, account}, guessesAtAccount},
		{guesser{network, ""}, guessesAtAddress},
	} {
		b := g.bucket(want.guesser, want.limit, now)
		if b.left < 1 {
			taken.giveBack()
			missing := (1 - b.left) / want.limit
			return guess{}, problem.Limited(errTooManyGuesses, time.Duration(missing*float64(guessWindow))+time.Second)
		}
		b.left--
		taken.buckets = append(taken.buckets, b)
	}
	return taken, nil
}

// right gives an attempt back that was no guess.
func (t guess) right() {
	t.guesses.mu.Lock()
	defer t.guesses.mu.Unlock()
	t.giveBack()
}

func (t guess) giveBack() {
	for _, b := range t.buckets {
		b.left++
	}
}

// bucket answers a guesser's counter as of now.
func (g *guesses) bucket(who guesser, limit float64, now time.Time) *bucket {
	if element, ok := g.buckets[who]; ok {
		g.recent.MoveToFront(element)
		b := element.Value.(*bucket)
		if passed := now.Sub(b.at); passed > 0 {
			b.left = min(limit, b.left+limit*float64(passed)/float64(guessWindow))
			b.at = now
		}
		return b
	}
	if g.recent.Len() >= maxGuessers {
		oldest := g.recent.Back()
		delete(g.buckets, g.recent.Remove(oldest).(*bucket).guesser)
	}
	b := &bucket{guesser: who, left: limit, at: now}
	g.buckets[who] = g.recent.PushFront(b)
	return b
}

// networkOf answers what counts as one address: an IPv4 address, or the /64 that one host of IPv6 commonly owns.
func networkOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}
