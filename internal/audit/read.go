package audit

import (
	"context"
	"fmt"

	"asm.example/asm/internal/database"
)

const (
	recordsAfter = `
	SELECT chain, number, recorded_at, actor, credential_kind, credential_id, address, permission, request_id, action,
	       kind, object_id, group_id, before_json, after_json, things, digest, hash
	  FROM audit_entries
	 WHERE chain = $1
	   AND number > $2
	 ORDER BY number
	 LIMIT $3`

	allHeads = `
	SELECT chain, number, hash
	  FROM audit_heads
	 ORDER BY chain`
)

// After reads at most limit records of a chain that follow a number. It does not authorize.
func (l *Log) After(ctx context.Context, q database.Querier, chain string, number int64, limit int) ([]Record, error) {
	records, err := database.Collect(ctx, q, scanRecord, recordsAfter, chain, number, limit)
	if err != nil {
		return nil, fmt.Errorf("read the audit chain %s: %w", chain, err)
	}
	return records, nil
}

// Heads reads where every chain ends, by chain. It does not authorize.
func (l *Log) Heads(ctx context.Context, q database.Querier) ([]Head, error) {
	heads, err := database.Collect(ctx, q, func(row database.Row) (Head, error) {
		var h Head
		var sum []byte
		if err := row.Scan(&h.Chain, &h.Number, &sum); err != nil {
			return h, err
		}
		return h, copyHash(&h.Hash, sum)
	}, allHeads)
	if err != nil {
		return nil, fmt.Errorf("read the audit heads: %w", err)
	}
	return heads, nil
}

func scanRecord(row database.Row) (Record, error) {
	var r Record
	var at int64
	var sum []byte
	if err := row.Scan(&r.Chain, &r.Number, &at, &r.Actor, &r.CredentialKind, &r.CredentialID, &r.Address, &r.Permission,
		&r.RequestID, &r.Action, &r.Kind, &r.ID, &r.Group, &r.Before, &r.After, &r.Count, &r.Digest, &sum); err != nil {
		return r, err
	}
	r.At = database.Time(at)
	return r, copyHash(&r.Hash, sum)
}
