package database

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"sync"
	"time"
)

// Micros is a time as the database keeps it: microseconds since 1970, UTC; the zero time is 0.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time is the reverse of [Micros]: UTC, and 0 is the zero time.
func Time(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// random lets many goroutines read one source of randomness.
type random struct {
	mu     sync.Mutex
	reader io.Reader
}

// fill fills p. A source that ends or fails leaves nothing that could be done safely, so that is a panic.
func (r *random) fill(p []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := io.ReadFull(r.reader, p); err != nil {
		panic(fmt.Sprintf("database: the source of randomness failed: %v", err))
	}
}

// fraction answers a number in [0, 1).
func (r *random) fraction() float64 {
	var p [8]byte
	r.fill(p[:])
	return float64(binary.BigEndian.Uint64(p[:])>>11) / (1 << 53)
}

// maxSequence is the largest number that an id has room for behind its time.
const maxSequence = 1<<14 - 1

// newID makes a UUIDv7 (RFC 9562, section 5.7): the milliseconds, then in rand_a the fraction of the millisecond
// (section 6.2, method 3), then in rand_b a sequence number of 14 bits (method 1) and 48 random bits. So ids of one
// time sort in the order of their sequence numbers, and those of two transactions at the same microsecond differ.
func newID(at time.Time, sequence int, r *random) string {
	micros := uint64(max(at.UnixMicro(), 0))
	var id [16]byte
	r.fill(id[10:])
	binary.BigEndian.PutUint64(id[:8], micros/1000<<16|7<<12|micros%1000*4096/1000)
	binary.BigEndian.PutUint16(id[8:10], uint16(0b10<<14|sequence&maxSequence))

	var text [36]byte
	hex.Encode(text[:8], id[:4])
	hex.Encode(text[9:13], id[4:6])
	hex.Encode(text[14:18], id[6:8])
	hex.Encode(text[19:23], id[8:10])
	hex.Encode(text[24:], id[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}
