package audit

import (
	"context"
	"fmt"
	"time"

	"asm.example/asm/internal/database"
)

// Filter says which entries of one chain are wanted. An empty field does not restrict.
type Filter struct {
	// Chain is an organization's id or [Installation]; it is always asked of one.
	Chain string
	// Actor, Action, Kind, ID and Group are as they were written.
	Actor, Action, Kind, ID, Group string
	// From is the first moment, To the first that is too late.
	From, To time.Time
	// Before is the number of the entry before which the page begins; 0 is the end of the chain.
	Before int64
}

func (f Filter) where() *database.Where {
	w := &database.Where{}
	w.And("chain = ?", f.Chain)
	if f.Actor != "" {
		w.And("actor = ?", f.Actor)
	}
	if f.Action != "" {
		w.And("action = ?", f.Action)
	}
	if f.Kind != "" {
		w.And("kind = ?", f.Kind)
	}
	if f.ID != "" {
		w.And("object_id = ?", f.ID)
	}
	if f.Group != "" {
		w.And("group_id = ?", f.Group)
	}
	if !f.From.IsZero() {
		w.And("recorded_at >= ?", database.Micros(f.From))
	}
	if !f.To.IsZero() {
		w.And("recorded_at < ?", database.Micros(f.To))
	}
	return w
}

const recordColumns = `
	SELECT chain, number, recorded_at, actor, credential_kind, credential_id, address, permission, request_id, action,
	       kind, object_id, group_id, before_json, after_json, things, digest, hash
	  FROM audit_entries `

// List reads at most limit entries of a chain, the latest first. It does not authorize.
func (l *Log) List(ctx context.Context, q database.Querier, f Filter, limit int) ([]Record, error) {
	w := f.where()
	if f.Before > 0 {
		w.And("number < ?", f.Before)
	}
	statement := recordColumns + w.String() + " ORDER BY number DESC LIMIT " + w.Argument(limit)
	records, err := database.Collect(ctx, q, scanRecord, statement, w.Arguments()...)
	if err != nil {
		return nil, fmt.Errorf("list entries of the audit chain %s: %w", f.Chain, err)
	}
	return records, nil
}

// Count answers how many entries a filter finds on all pages together. It does not authorize.
func (l *Log) Count(ctx context.Context, q database.Querier, f Filter) (int64, error) {
	w := f.where()
	n, err := database.One(ctx, q, database.Value[int64], "SELECT count(*) FROM audit_entries "+w.String(), w.Arguments()...)
	if err != nil {
		return 0, fmt.Errorf("count entries of the audit chain %s: %w", f.Chain, err)
	}
	return n, nil
}
