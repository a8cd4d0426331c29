package audit

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// An exported log is lines of JSON: each entry of a chain in its order, then the chain's signed head. A line has one
// spelling only, that of AppendRecord and AppendHead, so that what people read in it is what the hash covers.

// entryLine is an entry as a line shows it. Before and After are JSON inside of strings, for the hash is over their bytes.
type entryLine struct {
	Chain          string `json:"chain"`
	Number         int64  `json:"number"`
	At             string `json:"at"`
	Actor          string `json:"actor"`
	CredentialKind string `json:"credentialKind"`
	CredentialID   string `json:"credentialId"`
	Address        string `json:"address"`
	Permission     string `json:"permission"`
	RequestID      string `json:"requestId"`
	Action         string `json:"action"`
	Kind           string `json:"kind"`
	ID             string `json:"id"`
	Group          string `json:"group"`
	Before         string `json:"before"`
	After          string `json:"after"`
	Count          int64  `json:"count"`
	Digest         string `json:"digest"`
	Hash           string `json:"hash"`
}

// headLine is a signed head as a line shows it.
type headLine struct {
	Head struct {
		Chain     string `json:"chain"`
		Number    int64  `json:"number"`
		Hash      string `json:"hash"`
		SignedAt  string `json:"signedAt"`
		PublicKey string `json:"publicKey"`
		Signature string `json:"signature"`
	} `json:"head"`
}

// lineTime keeps all of a time that is in whole microseconds.
const lineTime = "2006-01-02T15:04:05.000000Z"

// headMark begins every line of a head, and no other.
var headMark = []byte(`{"head":`)

// AppendRecord appends the line of a record.
func AppendRecord(b []byte, r Record) ([]byte, error) {
	return appendLine(b, entryLine{
		r.Chain, r.Number, r.At.UTC().Format(lineTime), r.Actor, r.CredentialKind, r.CredentialID, r.Address, r.Permission,
		r.RequestID, r.Action, r.Kind, r.ID, r.Group, r.Before, r.After, r.Count, hex.EncodeToString(r.Digest), hex.EncodeToString(r.Hash[:]),
	})
}

// AppendHead appends the line of a signed head.
func AppendHead(b []byte, h SignedHead) ([]byte, error) {
	var l headLine
	l.Head.Chain, l.Head.Number, l.Head.Hash = h.Chain, h.Number, hex.EncodeToString(h.Hash[:])
	l.Head.SignedAt = h.At.UTC().Format(lineTime)
	l.Head.PublicKey, l.Head.Signature = hex.EncodeToString(h.PublicKey), hex.EncodeToString(h.Signature)
	return appendLine(b, l)
}

func appendLine(b []byte, value any) ([]byte, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return b, fmt.Errorf("encode a line of the audit log: %w", err)
	}
	return append(append(b, text...), '\n'), nil
}

// errSpelling is said of a line that an export would have written otherwise.
var errSpelling = errors.New("the line is not as an export writes it")

// readRecord reads a line that AppendRecord wrote.
func readRecord(line []byte) (Record, error) {
	var l entryLine
	if err := json.Unmarshal(line, &l); err != nil {
		return Record{}, err
	}
	r := Record{
		Chain: l.Chain, Number: l.Number, Actor: l.Actor, CredentialKind: l.CredentialKind, CredentialID: l.CredentialID,
		Address: l.Address, Permission: l.Permission, RequestID: l.RequestID, Action: l.Action, Kind: l.Kind, ID: l.ID,
		Group: l.Group, Before: l.Before, After: l.After, Count: l.Count,
	}
	var err error
	if r.At, err = time.Parse(lineTime, l.At); err != nil {
		return r, errSpelling
	}
	if r.Digest, err = hex.DecodeString(l.Digest); err != nil {
		return r, errSpelling
	}
	if err := readHash(&r.Hash, l.Hash); err != nil {
		return r, err
	}
	return r, checkSpelling(line, func(b []byte) ([]byte, error) { return AppendRecord(b, r) })
}

// readHead reads a line that AppendHead wrote.
func readHead(line []byte) (SignedHead, error) {
	var l headLine
	if err := json.Unmarshal(line, &l); err != nil {
		return SignedHead{}, err
	}
	h := SignedHead{Head: Head{Chain: l.Head.Chain, Number: l.Head.Number}}
	var err error
	if h.At, err = time.Parse(lineTime, l.Head.SignedAt); err != nil {
		return h, errSpelling
	}
	key, err := hex.DecodeString(l.Head.PublicKey)
	if err != nil {
		return h, errSpelling
	}
	h.PublicKey = ed25519.PublicKey(key)
	if h.Signature, err = hex.DecodeString(l.Head.Signature); err != nil {
		return h, errSpelling
	}
	if err := readHash(&h.Hash, l.Head.Hash); err != nil {
		return h, err
	}
	return h, checkSpelling(line, func(b []byte) ([]byte, error) { return AppendHead(b, h) })
}

func readHash(to *[HashSize]byte, text string) error {
	sum, err := hex.DecodeString(text)
	if err != nil || len(sum) != HashSize {
		return errSpelling
	}
	copy(to[:], sum)
	return nil
}

// checkSpelling refuses a line with names twice, in other letters or unknown: they would be read and not be covered.
func checkSpelling(line []byte, write func([]byte) ([]byte, error)) error {
	want, err := write(make([]byte, 0, len(line)+1))
	if err != nil {
		return err
	}
	if !bytes.Equal(bytes.TrimSuffix(want, []byte("\n")), line) {
		return errSpelling
	}
	return nil
}
