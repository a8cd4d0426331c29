package access

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/job"
)

// Defaults of [Options].
const (
	DefaultSessionLife = 40 * time.Minute
	DefaultMaxTokens   = 10
	DefaultName        = "ASM"
)

// Options say how people sign in to an installation.
type Options struct {
	// DB, Log and Jobs are the storeys below. Required, but for Jobs where nobody asks for jobs.
	DB   *database.DB
	Log  *audit.Log
	Jobs *job.Queue
	// Random is where secrets, salts and keys come from. Required; reads are serialized.
	Random io.Reader
	// KeyFile is the file of the signing key, made when missing; beside it stand the keys of before (key.go). Required.
	KeyFile string
	// ChangeKey makes the key at KeyFile, new if there is none, the one in use from now on; see key.go for the steps.
	ChangeKey bool
	// URL is the public address, without a path: links and issuers' redirects begin with it. Required.
	URL string
	// Name is the installation's name in messages; [DefaultName] when empty.
	Name string
	// SessionLife is how long a session lives after sign-in, whatever is done meanwhile; [DefaultSessionLife] when 0.
	SessionLife time.Duration
	// MaxTokens is how many live API tokens a person may have; [DefaultMaxTokens] when 0.
	MaxTokens int
	// StaffDomains are the mail domains of the operator's people; without any nobody is restricted.
	StaffDomains []string
	// Issuers are the OpenID Connect issuers that people may sign in with.
	Issuers []Issuer
	// HTTP reaches the issuers; nil means a client with a timeout of 10 seconds.
	HTTP *http.Client
	// Hashers is how many passwords are hashed at a time, each in 19 MiB; 2 when 0.
	Hashers int
	// Logger hears of what goes wrong in the background; nil means slog.Default().
	Logger *slog.Logger
}

// Service is who may do what: the people, how they sign in, their roles. It is safe for concurrent use.
type Service struct {
	db      *database.DB
	log     *audit.Log
	jobs    *job.Queue
	logger  *slog.Logger
	options Options
	random  *lockedReader

	installation string // the installation's id, a UUID
	keys         *keyring
	epochs       *epochs
	places       places
	people       cache[string, knownPerson]
	tokens       cache[[32]byte, *knownToken]
	sessions     cache[[32]byte, *knownSession]
	uses         uses
	passwords    *hasher
	guesses      *guesses
	issuers      map[string]*issuer
}

// New makes the service, and the installation's signing key when there is none yet. A key other than the one that the
// database knows is an error, which says which file to copy.
func New(ctx context.Context, o Options) (*Service, error) {
	o.setDefaults()
	s := &Service{
		db: o.DB, log: o.Log, jobs: o.Jobs, logger: o.Logger, options: o,
		random:  &lockedReader{reader: o.Random},
		epochs:  newEpochs(),
		guesses: newGuesses(),
	}
	s.places.epochs = s.epochs
	var err error
	if s.keys, err = s.openKeys(ctx); err != nil {
		return nil, err
	}
	if s.passwords, err = newHasher(o.Hashers, s.random); err != nil {
		return nil, err
	}
	if s.issuers, err = newIssuers(o); err != nil {
		return nil, err
	}
	return s, nil
}

func (o *Options) setDefaults() {
	if o.Name == "" {
		o.Name = DefaultName
	}
	if o.SessionLife == 0 {
		o.SessionLife = DefaultSessionLife
	}
	if o.MaxTokens == 0 {
		o.MaxTokens = DefaultMaxTokens
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 10 * time.Second}
	}
	if o.Hashers == 0 {
		o.Hashers = 2
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	o.StaffDomains = foldAll(o.StaffDomains)
	o.URL = strings.TrimSuffix(o.URL, "/")
}

// lockedReader lets many goroutines read one source of randomness.
type lockedReader struct {
	mu     sync.Mutex
	reader io.Reader
}

func (r *lockedReader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return io.ReadFull(r.reader, p)
}

// errZeroGrant is a mistake of the program, never of a caller.
var errZeroGrant = errors.New("access: a change was recorded under no grant")

// inRoom says what this room was doing when something failed.
func inRoom(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
