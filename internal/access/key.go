package access

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
)

// The signing key is an Ed25519 key in a PEM file (PKCS #8) that only its owner may read. Keys of before stand beside it
// in the folder old-keys: every *.key file there keeps verifying API tokens, and keeps the links alive that were made with
// it, until it is removed. To change the key: stop every process, move signing.key into old-keys, open the services once
// with [Options.ChangeKey], and copy both to the other replicas.

// oldKeysFolder stands beside the signing key.
const oldKeysFolder = "old-keys"

// keyring holds the key in use and the keys of before; it never changes.
type keyring struct {
	current signingKey
	byID    map[string]signingKey
}

type signingKey struct {
	thumbprint string // RFC 7638, base64url
	private    ed25519.PrivateKey
	public     ed25519.PublicKey
}

// derive answers 32 bytes for a purpose that tell nothing of the key or of another purpose's bytes (RFC 5869).
func (k signingKey) derive(purpose string) []byte {
	derived, err := hkdf.Key(sha256.New, k.private.Seed(), nil, "asm "+purpose, 32)
	if err != nil {
		panic(fmt.Sprintf("access: derive a key: %v", err)) // only for lengths that HKDF cannot give
	}
	return derived
}

// openKeys reads the keys, making the first one, and compares that in use with the one that the database knows; when the
// database knows none, or a change is asked for, it is told. Processes that start together do it one after the other.
func (s *Service) openKeys(ctx context.Context) (*keyring, error) {
	unlock, err := s.db.Lock(ctx, "signing key")
	if err != nil {
		return nil, err
	}
	defer unlock()
	installation, err := database.InstallationOf(ctx, s.db)
	if err != nil {
		return nil, err
	}
	s.installation = installation.ID
	known := installation.SigningKeyThumbprint
	current, err := readKey(s.options.KeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		current, err = s.firstKey(known)
	}
	if err != nil {
		return nil, err
	}
	ring, err := newKeyring(current, s.options.KeyFile)
	if err != nil || known == current.thumbprint {
		return ring, err
	}
	if known != "" && !s.options.ChangeKey {
		return nil, wrongKey(s.options.KeyFile, current.thumbprint, known)
	}
	return ring, s.useKey(ctx, current.thumbprint)
}

// newKeyring reads the keys of before that stand beside the key in use.
func newKeyring(current signingKey, keyFile string) (*keyring, error) {
	ring := &keyring{current: current, byID: map[string]signingKey{current.thumbprint: current}}
	old, err := filepath.Glob(filepath.Join(filepath.Dir(keyFile), oldKeysFolder, "*.key"))
	if err != nil {
		return nil, fmt.Errorf("list the keys of before: %w", err)
	}
	for _, file := range old {
		k, err := readKey(file)
		if err != nil {
			return nil, err
		}
		ring.byID[k.thumbprint] = k
	}
	return ring, nil
}

// firstKey makes a key, unless the database already knows one that should be here and no change is asked for.
func (s *Service) firstKey(known string) (signingKey, error) {
	if known != "" && !s.options.ChangeKey {
		return signingKey{}, wrongKey(s.options.KeyFile, "", known)
	}
	return makeKey(s.options.KeyFile, s.random)
}

// useKey tells the database which key is in use from now on.
func (s *Service) useKey(ctx context.Context, thumbprint string) error {
	err := s.db.Write(ctx, func(tx *database.Tx) error {
		if err := tx.SetSigningKey(ctx, thumbprint); err != nil {
			return err
		}
		grant := Grant{service: s, actor: HostActor("host"), permission: hostPermission}
		return grant.Record(ctx, tx, audit.Change{Action: "changeSigningKey", Kind: "signingKey", ID: thumbprint})
	})
	return inRoom("name the signing key in use", err)
}

// wrongKey says in words what to do.
func wrongKey(file, have, want string) error {
	if have == "" {
		return fmt.Errorf("there is no signing key at %s, but this database has been signed for with the key %s: copy the "+
			"signing.key of the host that serves this database to %s", file, want, file)
	}
	return fmt.Errorf("the signing key at %s is %s, but this database uses the key %s: copy the signing.key of the host that "+
		"serves this database to %s", file, have, want, file)
}

// makeKey makes a key and its file, which must not exist.
func makeKey(file string, random io.Reader) (signingKey, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return signingKey{}, fmt.Errorf("make a signing key: %w", err)
	}
	private := ed25519.NewKeyFromSeed(seed)
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return signingKey{}, fmt.Errorf("encode a signing key: %w", err)
	}
	if err := writeKey(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})); err != nil {
		return signingKey{}, err
	}
	// Whoever came first has made the key; what stands in the file counts.
	return readKey(file)
}

// writeKey puts a complete file into its place at once, unless there is one already.
func writeKey(file string, content []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(file), ".signing-*") // 0600
	if err != nil {
		return fmt.Errorf("make the signing key: %w", err)
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(content)
	err = errors.Join(err, temporary.Sync(), temporary.Close())
	if err != nil {
		return fmt.Errorf("write the signing key: %w", err)
	}
	if err := os.Link(temporary.Name(), file); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("write the signing key: %w", err)
	}
	return nil
}

// readKey reads a key's file; fs.ErrNotExist when there is none.
func readKey(file string) (signingKey, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return signingKey{}, fmt.Errorf("read the signing key: %w", err)
	}
	info, err := os.Stat(file)
	if err != nil {
		return signingKey{}, fmt.Errorf("read the signing key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return signingKey{}, fmt.Errorf("the signing key %s can be read by others (mode %04o): chmod 600 it, and change the "+
			"key if somebody may have read it", file, info.Mode().Perm())
	}
	block, _ := pem.Decode(content)
	if block == nil || block.Type != "PRIVATE KEY" {
		return signingKey{}, fmt.Errorf("%s holds no PEM block PRIVATE KEY", file)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return signingKey{}, fmt.Errorf("%s holds no private key in PKCS #8: %w", file, err)
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return signingKey{}, fmt.Errorf("%s holds another kind of key than Ed25519", file)
	}
	return newSigningKey(private)
}

func newSigningKey(private ed25519.PrivateKey) (signingKey, error) {
	public := private.Public().(ed25519.PublicKey)
	sum, err := (&jose.JSONWebKey{Key: public}).Thumbprint(crypto.SHA256)
	if err != nil {
		return signingKey{}, fmt.Errorf("compute a key's thumbprint: %w", err)
	}
	return signingKey{base64.RawURLEncoding.EncodeToString(sum), private, public}, nil
}

// JWKS is the JSON Web Key Set (RFC 7517) by which others verify API tokens: the public keys, that in use first.
func (s *Service) JWKS() ([]byte, error) {
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{s.keys.current.jwk()}}
	for id, k := range s.keys.byID {
		if id != s.keys.current.thumbprint {
			set.Keys = append(set.Keys, k.jwk())
		}
	}
	return json.Marshal(set)
}

func (k signingKey) jwk() jose.JSONWebKey {
	return jose.JSONWebKey{Key: k.public, KeyID: k.thumbprint, Algorithm: string(jose.EdDSA), Use: "sig"}
}

// issuerURN is who issues this installation's tokens, and whom they are for.
func (s *Service) issuerURN() string {
	return "urn:uuid:" + strings.ToLower(s.installation)
}
