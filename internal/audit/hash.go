package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// HashSize is the size of a hash, in bytes.
const HashSize = sha256.Size

// encodingVersion begins what is hashed, so that another encoding can never answer the same hash.
const encodingVersion = "asm-audit-1"

// Head is where a chain ends.
type Head struct {
	// Chain is an organization's id or [Installation].
	Chain string
	// Number is that of the last entry; 0 for an empty chain.
	Number int64
	// Hash is that of the last entry; zero for an empty chain.
	Hash [HashSize]byte
}

// hash answers the hash of a record that follows one with the hash previous (32 zero bytes before the first).
//
// It is the SHA-256 of these fields, one after the other: the text "asm-audit-1"; previous; chain; number; time in
// microseconds since 1970 UTC; actor; credential kind; credential id; address; permission; request id; action; kind; id;
// group; before; after; count; digest. Texts and bytes are preceded by their length; lengths and numbers are 8 bytes, big
// endian. Thus no two different records have the same encoding.
func hash(previous [HashSize]byte, r Record) [HashSize]byte {
	b := make([]byte, 0, 512+len(r.Before)+len(r.After))
	text := func(s string) {
		b = binary.BigEndian.AppendUint64(b, uint64(len(s)))
		b = append(b, s...)
	}
	number := func(n int64) {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	text(encodingVersion)
	text(string(previous[:]))
	text(r.Chain)
	number(r.Number)
	number(r.At.UnixMicro())
	for _, s := range []string{r.Actor, r.CredentialKind, r.CredentialID, r.Address, r.Permission, r.RequestID,
		r.Action, r.Kind, r.ID, r.Group, r.Before, r.After} {
		text(s)
	}
	number(r.Count)
	text(string(r.Digest))
	return sha256.Sum256(b)
}

// Verify checks that records follow each other, and follow the head after which they were read (the zero Head for a chain
// from its beginning). It answers where they end, to be compared with a head known from elsewhere; an error names the
// first entry that does not fit. It asks no database.
func Verify(after Head, records []Record) (Head, error) {
	last := after
	for _, r := range records {
		if last.Chain == "" {
			last.Chain = r.Chain
		}
		if err := follow(last, r); err != nil {
			return last, err
		}
		last.Number, last.Hash = r.Number, r.Hash
	}
	return last, nil
}

// follow tells why a record is not the one that was written behind a head; nil when it is.
func follow(last Head, r Record) error {
	switch {
	case r.Chain != last.Chain:
		return fmt.Errorf("entry %d belongs to the chain %s, not to %s", r.Number, r.Chain, last.Chain)
	case r.Number != last.Number+1:
		return fmt.Errorf("chain %s: entry %d follows entry %d", r.Chain, r.Number, last.Number)
	case r.Hash != hash(last.Hash, r):
		return fmt.Errorf("chain %s: entry %d is not what was written, or follows another entry", r.Chain, r.Number)
	}
	return nil
}

// copyHash reads a hash from a column.
func copyHash(to *[HashSize]byte, from []byte) error {
	if len(from) != HashSize {
		return errors.New("a hash in the audit log is not 32 bytes long")
	}
	copy(to[:], from)
	return nil
}
