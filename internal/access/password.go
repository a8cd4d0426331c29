package access

import (
	"context"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"asm.example/asm/internal/problem"
)

// Passwords have from minPassword to maxPassword characters, and are none that many people use; nothing else is asked.
const (
	minPassword = 12
	maxPassword = 128
)

const (
	errPasswordLength = "A password has from 12 to 128 characters."
	errPasswordCommon = "This password is among the most common ones. Choose one that nobody else would think of."
	errPasswordBusy   = "Too many people are signing in at the moment. Try again in a few seconds."
)

// commonPasswords are 10,000 common passwords in lower case, sorted, one a line; see common_passwords.license.txt.
//
//go:embed common_passwords.txt
var commonPasswords string

// checkPassword judges a new password. Besides the common ones themselves it refuses one typed twice or more, which is
// how a short one is made long enough.
func checkPassword(password string) error {
	n := utf8.RuneCountInString(password)
	if !utf8.ValidString(password) || n < minPassword || n > maxPassword {
		return problem.Invalid("password", errPasswordLength).With("min", minPassword).With("max", maxPassword)
	}
	lower := strings.ToLower(password)
	for size := 1; size <= len(lower); size++ {
		if len(lower)%size == 0 && isCommon(lower[:size]) && strings.Repeat(lower[:size], len(lower)/size) == lower {
			return problem.Invalid("password", errPasswordCommon)
		}
	}
	return nil
}

// isCommon tells whether a password, in lower case, is on the list. Newlines bound each one there.
func isCommon(password string) bool {
	return strings.HasPrefix(commonPasswords, password+"\n") || strings.Contains(commonPasswords, "\n"+password+"\n")
}

// hashing are the parameters of argon2id, after OWASP's recommendation: memory in KiB.
type hashing struct {
	memory, time uint32
	threads      uint8
}

var currentHashing = hashing{memory: 19 * 1024, time: 2, threads: 1}

const (
	saltSize = 16
	hashSize = 32
	// maxWaiting is how many may wait for their turn at the hasher, for each one at work: with 25 ms a hash, the last
	// waits about a second and a half.
	maxWaiting = 64
)

// hasher hashes passwords, few at a time, for each takes 19 MiB; beyond a bounded queue it refuses.
type hasher struct {
	turns   chan struct{}
	waiting atomic.Int64
	limit   int64
	random  io.Reader
	nobody  string // a hash that no password has, for accounts that do not exist
}

func newHasher(atATime int, random io.Reader) (*hasher, error) {
	h := &hasher{turns: make(chan struct{}, atATime), limit: int64(atATime * maxWaiting), random: random}
	salt, sum := make([]byte, saltSize), make([]byte, hashSize)
	for _, b := range [][]byte{salt, sum} {
		if _, err := io.ReadFull(random, b); err != nil {
			return nil, fmt.Errorf("make a salt: %w", err)
		}
	}
	h.nobody = currentHashing.encode(salt, sum)
	return h, nil
}

// turn waits until it may hash. Problems: Unavailable when too many wait.
func (h *hasher) turn(ctx context.Context) (done func(), err error) {
	if h.waiting.Add(1) > h.limit {
		h.waiting.Add(-1)
		return nil, problem.Unavailable(errPasswordBusy)
	}
	defer h.waiting.Add(-1)
	select {
	case h.turns <- struct{}{}:
		return func() { <-h.turns }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// hash answers what to keep of a password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(h.random, salt); err != nil {
		return "", fmt.Errorf("make a salt: %w", err)
	}
	done, err := h.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return currentHashing.encode(salt, currentHashing.sum(password, salt)), nil
}

// matches tells whether a password has a hash; with "" for who has none it takes as long and answers false.
func (h *hasher) matches(ctx context.Context, password, encoded string) (bool, error) {
	if encoded == "" {
		encoded = h.nobody
	}
	parameters, salt, want, err := decodeHash(encoded)
	if err != nil {
		return false, err
	}
	done, err := h.turn(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	return subtle.ConstantTimeCompare(parameters.sum(password, salt), want) == 1, nil
}

// isOld tells whether a hash was made with other parameters than those of now.
func isOld(encoded string) bool {
	parameters, _, _, err := decodeHash(encoded)
	return err == nil && parameters != currentHashing
}

// sum hashes a password, in the one form of Unicode that keyboards of every kind lead to (RFC 8265, section 4.2).
func (p hashing) sum(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, p.time, p.memory, p.threads, hashSize)
}

// encode answers the usual text of an argon2 hash (the PHC string format).
func (p hashing) encode(salt, sum []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.time, p.threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(sum))
}

func decodeHash(encoded string) (p hashing, salt, sum []byte, err error) {
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, nil, errors.New("a password's hash has an unknown form")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.threads); err != nil {
		return p, nil, nil, fmt.Errorf("read a password's hash: %w", err)
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	sum, sumErr := base64.RawStdEncoding.DecodeString(parts[5])
	if err := errors.Join(saltErr, sumErr); err != nil {
		return p, nil, nil, fmt.Errorf("read a password's hash: %w", err)
	}
	return p, salt, sum, nil
}
