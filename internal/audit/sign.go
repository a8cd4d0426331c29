package audit

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"asm.example/asm/internal/database"
)

// headVersion begins what is signed, so that no other signature of the same key can be taken for a head's.
const headVersion = "asm-audit-head-1"

// SignedHead is a head with the signature of the installation's key: a promise that the chain had exactly these entries.
// Kept where the log's keepers cannot write, it proves later that nothing before it was changed.
type SignedHead struct {
	Head
	// At is when it was signed, UTC, in whole microseconds.
	At time.Time
	// PublicKey is the key that verifies Signature.
	PublicKey ed25519.PublicKey
	// Signature is Ed25519's (RFC 8032) over what signedBytes answers.
	Signature []byte
}

// signedBytes is what a signature is over: the text "asm-audit-head-1", chain, number, hash, and the time in microseconds
// since 1970 UTC, encoded as what an entry's hash is over.
func signedBytes(h Head, at time.Time) []byte {
	b := make([]byte, 0, 160)
	text := func(s string) {
		b = binary.BigEndian.AppendUint64(b, uint64(len(s)))
		b = append(b, s...)
	}
	text(headVersion)
	text(h.Chain)
	b = binary.BigEndian.AppendUint64(b, uint64(h.Number))
	text(string(h.Hash[:]))
	return binary.BigEndian.AppendUint64(b, uint64(at.UnixMicro()))
}

// Sign signs a head.
func Sign(h Head, at time.Time, key ed25519.PrivateKey) SignedHead {
	at = at.UTC().Truncate(time.Microsecond)
	return SignedHead{h, at, key.Public().(ed25519.PublicKey), ed25519.Sign(key, signedBytes(h, at))}
}

// IsGenuine tells whether the signature is the key's. Whose key it is says [SignedHead.Thumbprint].
func (h SignedHead) IsGenuine() bool {
	return len(h.PublicKey) == ed25519.PublicKeySize && ed25519.Verify(h.PublicKey, signedBytes(h.Head, h.At), h.Signature)
}

// Thumbprint names the key as /.well-known/jwks.json does: RFC 7638 with SHA-256, base64url.
func (h SignedHead) Thumbprint() string {
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + base64.RawURLEncoding.EncodeToString(h.PublicKey) + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

const (
	unsignedHeads = `
	SELECT h.chain, h.number, h.hash, coalesce(s.number, 0), s.hash
	  FROM audit_heads h
	  LEFT JOIN audit_signed_heads s ON s.chain = h.chain
	 WHERE h.number <> coalesce(s.number, 0)
	    OR h.hash <> s.hash
	 ORDER BY h.chain`

	signedHeads = `
	SELECT chain, number, hash, signed_at, public_key, signature
	  FROM audit_signed_heads
	 ORDER BY chain`

	saveSignedHead = `
	INSERT INTO audit_signed_heads (chain, number, hash, signed_at, public_key, signature)
	VALUES ($1, $2, $3, $4, $5, $6)
	    ON CONFLICT (chain) DO UPDATE
	   SET number = excluded.number,
	       hash = excluded.hash,
	       signed_at = excluded.signed_at,
	       public_key = excluded.public_key,
	       signature = excluded.signature
	 WHERE audit_signed_heads.number < excluded.number`
)

// unsigned is a head that moved since its chain was last signed, which was at the head before.
type unsigned struct{ head, before Head }

// SignHeads signs the head of every chain that moved since it was last signed, after checking that what was added follows
// what was signed before: a chain that does not is not signed, and the error names it; the others are. It does not
// authorize.
func (l *Log) SignHeads(ctx context.Context, db *database.DB, key ed25519.PrivateKey) error {
	moved, err := database.Collect(ctx, db, scanUnsigned, unsignedHeads)
	if err != nil {
		return fmt.Errorf("read the audit heads to sign: %w", err)
	}
	var signed []SignedHead
	var broken []error
	for _, m := range moved {
		if err := l.checkTail(ctx, db, m); err != nil {
			broken = append(broken, fmt.Errorf("the audit log was tampered with, its head is not signed: %w", err))
			continue
		}
		signed = append(signed, Sign(m.head, db.Now(), key))
	}
	if len(signed) == 0 {
		return errors.Join(broken...)
	}
	err = db.Write(ctx, func(tx *database.Tx) error {
		for _, h := range signed { // a minute's few; in the order of chains, so that two replicas never wait for each other
			if _, err := tx.Exec(ctx, saveSignedHead, h.Chain, h.Number, h.Hash[:], database.Micros(h.At), []byte(h.PublicKey), h.Signature); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		broken = append(broken, fmt.Errorf("keep signed audit heads: %w", err))
	}
	return errors.Join(broken...)
}

// checkTail reads what follows the head signed before and checks that it leads to the head.
func (l *Log) checkTail(ctx context.Context, q database.Querier, u unsigned) error {
	last := u.before
	for last.Number < u.head.Number {
		records, err := l.After(ctx, q, u.head.Chain, last.Number, int(min(pageSize, u.head.Number-last.Number)))
		if err != nil {
			return err
		}
		if len(records) == 0 {
			return fmt.Errorf("chain %s ends at entry %d, before its head %d", u.head.Chain, last.Number, u.head.Number)
		}
		if last, err = Verify(last, records); err != nil {
			return err
		}
	}
	if last != u.head {
		return fmt.Errorf("chain %s: the head %d is not what the entries lead to", u.head.Chain, u.head.Number)
	}
	return nil
}

// SignedHeads reads the last signed head of every chain, by chain. It does not authorize.
func (l *Log) SignedHeads(ctx context.Context, q database.Querier) ([]SignedHead, error) {
	heads, err := database.Collect(ctx, q, scanSignedHead, signedHeads)
	if err != nil {
		return nil, fmt.Errorf("read the signed audit heads: %w", err)
	}
	return heads, nil
}

func scanUnsigned(row database.Row) (unsigned, error) {
	var u unsigned
	var head, before []byte
	if err := row.Scan(&u.head.Chain, &u.head.Number, &head, &u.before.Number, &before); err != nil {
		return u, err
	}
	u.before.Chain = u.head.Chain
	if before != nil {
		if err := copyHash(&u.before.Hash, before); err != nil {
			return u, err
		}
	}
	return u, copyHash(&u.head.Hash, head)
}

func scanSignedHead(row database.Row) (SignedHead, error) {
	var h SignedHead
	var at int64
	var sum, key []byte
	if err := row.Scan(&h.Chain, &h.Number, &sum, &at, &key, &h.Signature); err != nil {
		return h, err
	}
	h.At, h.PublicKey = database.Time(at), key
	return h, copyHash(&h.Hash, sum)
}
