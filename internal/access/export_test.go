package access

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"io"
	"path/filepath"
	"testing"
	"time"

	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
)

// PrivateKeyForTest reads the private key of a key file.
func PrivateKeyForTest(t testing.TB, content []byte) ed25519.PrivateKey {
	t.Helper()
	block, _ := pem.Decode(content)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key.(ed25519.PrivateKey)
}

// NewKeyForTest makes the content of another key file.
func NewKeyForTest(t testing.TB) []byte {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})
}

// DoorForTest makes a service and the token of a person in a group, for benchmarks.
func DoorForTest(b testing.TB, db *database.DB, random io.Reader) (*Service, string) {
	b.Helper()
	s, err := New(context.Background(), Options{
		DB: db, Log: audit.New(), Random: random, KeyFile: filepath.Join(b.TempDir(), "signing.key"), URL: "https://asm.example",
	})
	if err != nil {
		b.Fatal(err)
	}
	host := WithActor(context.Background(), HostActor("host"))
	if err := s.AddStakeholder(host, "dev@acme.test", User); err != nil {
		b.Fatal(err)
	}
	p, err := s.person(host, "dev@acme.test")
	if err != nil {
		b.Fatal(err)
	}
	token, err := s.AddToken(WithActor(host, p.actor(Credential{Kind: TokenCredential}, "")), "x", db.Now().Add(time.Hour))
	if err != nil {
		b.Fatal(err)
	}
	return s, token
}

// ForgetForTest drops everything that is remembered of credentials and people.
func ForgetForTest(s *Service) {
	s.tokens = cache[[32]byte, *knownToken]{}
	s.sessions = cache[[32]byte, *knownSession]{}
	s.people = cache[string, knownPerson]{}
}

// OldHashForTest makes a password's hash with other parameters than those of now.
func OldHashForTest(password string) string {
	salt := []byte("0123456789abcdef")
	p := hashing{memory: 1024, time: 1, threads: 1}
	return p.encode(salt, p.sum(password, salt))
}

// IsOldForTest tells whether a hash is to be renewed.
func IsOldForTest(hash string) bool { return isOld(hash) }

// MemberForTest makes an Actor with a role in one group.
func MemberForTest(groupName string, role Role) *Actor {
	return &Actor{Email: "dev@acme.test", UserRole: User, memberships: newMemberships(
		[]GroupMembership{{GroupID: "0190a5d4-0000-7000-8000-0000000000b1", GroupName: groupName, Role: role}}, nil)}
}

// GuessesForTest are guesses by themselves.
type GuessesForTest struct{ g *guesses }

// NewGuessesForTest makes counters that nobody has used.
func NewGuessesForTest() GuessesForTest { return GuessesForTest{newGuesses()} }

// Guess makes a guess.
func (g GuessesForTest) Guess(account, address string, now time.Time) error {
	_, err := g.g.take(account, address, now)
	return err
}

// Size is how many counters are kept.
func (g GuessesForTest) Size() int { return len(g.g.buckets) }

// CountHashesForTest counts how often a hasher has its turn.
func CountHashesForTest(t testing.TB, use func(matches func(hash string))) int {
	t.Helper()
	h, err := newHasher(1, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	turns := 0
	use(func(hash string) {
		// Whoever hashes waits for the only turn, which is taken.
		h.turns <- struct{}{}
		done := make(chan struct{})
		go func() {
			defer close(done)
			if ok, err := h.matches(context.Background(), "y", hash); ok || err != nil {
				t.Errorf("matches(%q) = %v, %v", hash, ok, err)
			}
		}()
		for h.waiting.Load() == 0 {
			select {
			case <-done: // without waiting for a turn
				<-h.turns
				return
			default:
			}
		}
		<-h.turns
		<-done
		turns++
	})
	return turns
}

// HoldHashersForTest takes all turns, until release.
func HoldHashersForTest(s *Service) (release func()) {
	for range cap(s.passwords.turns) {
		s.passwords.turns <- struct{}{}
	}
	return func() {
		for range cap(s.passwords.turns) {
			<-s.passwords.turns
		}
	}
}

// OwnPathForTest is what becomes of a path to return to.
func OwnPathForTest(path string) string { return ownPath(path) }
