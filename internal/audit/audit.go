// Package audit keeps the log of every change: who, by which credential, from where, what, before and after.
//
// Entries form chains, one for each organization and one for the installation, so that no chain's writers wait for
// another's. Within a chain they are numbered without gaps, and each holds the SHA-256 of itself and of the entry before
// it (hash.go says exactly over which bytes), so that whoever knows one hash can tell whether anything before it was
// changed, removed or put in. Only access.Grant appends, in the transaction that makes the change; rows are never changed.
//
// Each entry also leaves a row in audit_news (news.go), by which the storeys above learn what happened.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"asm.example/asm/internal/database"
)

// Installation is the chain of what belongs to no organization.
const Installation = "installation"

// Change is what happened to one thing, or to many at once.
type Change struct {
	// Action is the operation in the API's words: "addGroup", "importScan", "signIn".
	Action string
	// Kind and ID name the thing: "group" and its id; for many things ID is what they have in common.
	Kind, ID string
	// Group is the id of the group that the thing is below; empty when it is below none. A grant on a group fills it in.
	Group string
	// Before and After become JSON; nil when there is nothing to say. They never hold a secret.
	Before, After any
	// Count is how many things changed; 0 means one.
	Count int
	// Digest is a SHA-256 over the detail of a change of many things, which stands in their history; nil otherwise.
	Digest []byte
}

// Entry is a change and who made it.
type Entry struct {
	// Chain is an organization's id or [Installation].
	Chain string
	// Actor is the mail address of the person, or the name of a host command.
	Actor string
	// CredentialKind and CredentialID tell by what the actor was known, such as "token" and its id.
	CredentialKind, CredentialID string
	// Address is the caller's network address; empty when there is none.
	Address string
	// Permission is what allowed the change.
	Permission string
	// RequestID is the request's id; empty outside of requests.
	RequestID string
	Change
}

// Record is an entry as it was written.
type Record struct {
	// Chain and Number are its place; numbers begin at 1.
	Chain  string
	Number int64
	// At is the time of the transaction, UTC, in whole microseconds.
	At time.Time
	// The rest as in [Entry] and [Change].
	Actor, CredentialKind, CredentialID, Address, Permission, RequestID string
	Action, Kind, ID, Group                                             string
	// Before and After are the JSON texts, byte for byte; empty when there was nothing to say.
	Before, After string
	Count         int64
	Digest        []byte
	// Hash is the SHA-256 over the record and the hash before it.
	Hash [HashSize]byte
}

// Log appends to the chains. The zero Log is not ready; see [New].
type Log struct{}

// New makes the log of an installation.
func New() *Log { return &Log{} }

const (
	insertHead = `
	INSERT INTO audit_heads (chain, number, hash)
	VALUES ($1, 0, $2)
	    ON CONFLICT (chain) DO NOTHING`

	lockedHead = `
	SELECT number, hash
	  FROM audit_heads
	 WHERE chain = $1
	   FOR UPDATE`

	moveHead = `
	UPDATE audit_heads
	   SET number = $2,
	       hash = $3
	 WHERE chain = $1`

	insertEntry = `
	INSERT INTO audit_entries (chain, number, recorded_at, actor, credential_kind, credential_id, address, permission,
	       request_id, action, kind, object_id, group_id, before_json, after_json, things, digest, hash)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`

	insertNews = `
	INSERT INTO audit_news (chain, number)
	VALUES ($1, $2)`
)

// Append writes entries in their order, each to its chain, and leaves news of them. It holds the chains' heads until the
// transaction ends, so it belongs at the end of it. Called by access.Grant alone.
func (l *Log) Append(ctx context.Context, tx *database.Tx, entries ...Entry) error {
	for start := 0; start < len(entries); {
		end := start + 1
		for end < len(entries) && entries[end].Chain == entries[start].Chain {
			end++
		}
		if err := appendToChain(ctx, tx, entries[start].Chain, entries[start:end]); err != nil {
			return fmt.Errorf("append to the audit log: %w", err)
		}
		start = end
	}
	return nil
}

// appendToChain writes entries that all belong to one chain.
func appendToChain(ctx context.Context, tx *database.Tx, chain string, entries []Entry) error {
	last, err := lockHead(ctx, tx, chain)
	if err != nil {
		return fmt.Errorf("lock the head of %s: %w", chain, err)
	}
	for _, e := range entries {
		r, err := e.record(tx.Now())
		if err != nil {
			return fmt.Errorf("%s %s: %w", e.Action, e.ID, err)
		}
		r.Number = last.Number + 1
		r.Hash = hash(last.Hash, r)
		if _, err := tx.Exec(ctx, insertEntry, r.Chain, r.Number, database.Micros(r.At), r.Actor, r.CredentialKind,
			r.CredentialID, r.Address, r.Permission, r.RequestID, r.Action, r.Kind, r.ID, r.Group, r.Before, r.After,
			r.Count, notNil(r.Digest), r.Hash[:]); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, insertNews, r.Chain, r.Number); err != nil {
			return err
		}
		last = Head{Chain: chain, Number: r.Number, Hash: r.Hash}
	}
	_, err = tx.Exec(ctx, moveHead, chain, last.Number, last.Hash[:])
	return err
}

// lockHead answers where a chain ends and keeps others from adding to it. The first entry of a chain makes its head.
func lockHead(ctx context.Context, tx *database.Tx, chain string) (Head, error) {
	locked := func() ([]Head, error) {
		return database.Collect(ctx, tx, scanHead(chain), lockedHead, chain)
	}
	heads, err := locked()
	if err != nil || len(heads) == 1 {
		return firstHead(heads), err
	}
	var zero [HashSize]byte
	if _, err := tx.Exec(ctx, insertHead, chain, zero[:]); err != nil {
		return Head{}, err
	}
	heads, err = locked()
	return firstHead(heads), err
}

func firstHead(heads []Head) Head {
	if len(heads) == 0 {
		return Head{}
	}
	return heads[0]
}

func scanHead(chain string) func(database.Row) (Head, error) {
	return func(row database.Row) (Head, error) {
		h := Head{Chain: chain}
		var sum []byte
		if err := row.Scan(&h.Number, &sum); err != nil {
			return h, err
		}
		return h, copyHash(&h.Hash, sum)
	}
}

// record answers the entry as it will be written, without number and hash.
func (e Entry) record(at time.Time) (Record, error) {
	before, err := encode(e.Before)
	if err != nil {
		return Record{}, err
	}
	after, err := encode(e.After)
	if err != nil {
		return Record{}, err
	}
	return Record{
		Chain: e.Chain, At: at, Actor: e.Actor,
		CredentialKind: e.CredentialKind, CredentialID: e.CredentialID, Address: e.Address,
		Permission: e.Permission, RequestID: e.RequestID,
		Action: e.Action, Kind: e.Kind, ID: e.ID, Group: e.Group,
		Before: before, After: after, Count: max(1, int64(e.Count)), Digest: e.Digest,
	}, nil
}

// encode answers a value's JSON; "" for nil.
func encode(value any) (string, error) {
	if value == nil {
		return "", nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("encode what changed: %w", err)
	}
	return string(text), nil
}

func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
