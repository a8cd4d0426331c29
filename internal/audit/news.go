package audit

import (
	"context"
	"fmt"

	"asm.example/asm/internal/database"
)

// News travels upward: an entry leaves a row in audit_news, numbered under the lock of its chain's head, so that within a
// chain rows appear in the order of their numbers and a position in each chain is all that a consumer has to keep.

const (
	joinConsumer = `
	INSERT INTO audit_consumers (name, joined_at)
	VALUES ($1, $2)
	    ON CONFLICT (name) DO NOTHING`

	startAtTheEnd = `
	INSERT INTO audit_positions (consumer, chain, number)
	SELECT $1, chain, number
	  FROM audit_heads
	 WHERE true
	    ON CONFLICT (consumer, chain) DO NOTHING`

	unseen = `
	SELECT e.chain, e.number, e.recorded_at, e.actor, e.credential_kind, e.credential_id, e.address, e.permission,
	       e.request_id, e.action, e.kind, e.object_id, e.group_id, e.before_json, e.after_json, e.things, e.digest, e.hash
	  FROM audit_news n
	  JOIN audit_entries e ON e.chain = n.chain AND e.number = n.number
	  LEFT JOIN audit_positions p ON p.chain = n.chain AND p.consumer = $1
	 WHERE n.number > coalesce(p.number, 0)
	 ORDER BY n.chain, n.number
	 LIMIT $2`

	movePosition = `
	INSERT INTO audit_positions (consumer, chain, number)
	VALUES ($1, $2, $3)
	    ON CONFLICT (consumer, chain) DO UPDATE
	   SET number = excluded.number
	 WHERE audit_positions.number < excluded.number`

	dropSeen = `
	DELETE FROM audit_news
	 WHERE NOT EXISTS (
	       SELECT 1
	         FROM audit_consumers c
	         LEFT JOIN audit_positions p ON p.consumer = c.name AND p.chain = audit_news.chain
	        WHERE coalesce(p.number, 0) < audit_news.number)`
)

// Join makes a consumer of news, which begins at the end: what happened before is no news to it. Joining again changes
// nothing.
func (l *Log) Join(ctx context.Context, tx *database.Tx, consumer string) error {
	joined, err := tx.Exec(ctx, joinConsumer, consumer, database.Micros(tx.Now()))
	if err == nil && joined > 0 {
		_, err = tx.Exec(ctx, startAtTheEnd, consumer)
	}
	if err != nil {
		return fmt.Errorf("join %s to the news: %w", consumer, err)
	}
	return nil
}

// News reads at most limit records that a consumer has not passed, in order within each chain.
func (l *Log) News(ctx context.Context, q database.Querier, consumer string, limit int) ([]Record, error) {
	records, err := database.Collect(ctx, q, scanRecord, unseen, consumer, limit)
	if err != nil {
		return nil, fmt.Errorf("read the news of %s: %w", consumer, err)
	}
	return records, nil
}

// Pass says that a consumer has dealt with a chain up to a number. A consumer calls it in the transaction that holds what
// it made of the news, so that nothing is missed or done twice.
func (l *Log) Pass(ctx context.Context, tx *database.Tx, consumer, chain string, number int64) error {
	if _, err := tx.Exec(ctx, movePosition, consumer, chain, number); err != nil {
		return fmt.Errorf("pass the news of %s for %s: %w", chain, consumer, err)
	}
	return nil
}

// DropSeen removes news that every consumer has passed, and all of it when there is none. The entries stay.
func (l *Log) DropSeen(ctx context.Context, tx *database.Tx) error {
	if _, err := tx.Exec(ctx, dropSeen); err != nil {
		return fmt.Errorf("drop news that all have seen: %w", err)
	}
	return nil
}
