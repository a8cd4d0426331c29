package database

import (
	"bytes"
	"math/rand/v2"
	"regexp"
	"testing"
	"time"
)

func TestIDsAreUUIDsOfVersion7(t *testing.T) {
	t.Parallel()
	// The milliseconds are RFC 9562's example, appendix A.6.
	at := time.UnixMilli(0x017F22E279B0).Add(500 * time.Microsecond)
	zeros := &random{reader: bytes.NewReader(make([]byte, 100))}

	for sequence, want := range map[int]string{
		0:           "017f22e2-79b0-7800-8000-000000000000",
		1:           "017f22e2-79b0-7800-8001-000000000000",
		maxSequence: "017f22e2-79b0-7800-bfff-000000000000",
	} {
		if got := newID(at, sequence, zeros); got != want {
			t.Errorf("id %d = %s, want %s", sequence, got, want)
		}
	}
}

func TestIDsSortByTimeThenSequence(t *testing.T) {
	t.Parallel()
	r := &random{reader: rand.NewChaCha8([32]byte{1})}
	shape := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	last := ""
	for i := range 5000 {
		at := time.UnixMicro(1_800_000_000_000_000 + int64(i/3))
		id := newID(at, i%3, r)
		if id <= last || !shape.MatchString(id) {
			t.Fatalf("id %d = %s, after %s", i, id, last)
		}
		last = id
	}
}

func TestTimesAreMicroseconds(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, time.March, 8, 9, 30, 0, 123456000, time.FixedZone("", 3600))
	if got := Micros(at); got != 1804494600123456 {
		t.Errorf("Micros = %d, want 1804494600123456", got)
	}
	if got := Time(1804494600123456); !got.Equal(at) || got.Location() != time.UTC {
		t.Errorf("Time = %s, want %s in UTC", got, at)
	}
	if Micros(time.Time{}) != 0 || !Time(0).IsZero() {
		t.Error("the zero time is not 0")
	}
}

func TestFractionsLieBetweenZeroAndOne(t *testing.T) {
	t.Parallel()
	low := &random{reader: bytes.NewReader(make([]byte, 8))}
	high := &random{reader: bytes.NewReader(bytes.Repeat([]byte{0xff}, 8))}
	if l, h := low.fraction(), high.fraction(); l != 0 || h >= 1 || h < 0.999 {
		t.Errorf("fractions from %g to %g, want 0 to just below 1", l, h)
	}
}
