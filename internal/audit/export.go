package audit

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"io"

	"asm.example/asm/internal/database"
)

// pageSize is how many entries are read at a time when many are.
const pageSize = 1000

// each reads a chain from its beginning to its end of now, page by page, so that memory does not grow with it.
func (l *Log) each(ctx context.Context, q database.Querier, chain string, take func(Record) error) error {
	last := int64(0)
	for {
		records, err := l.After(ctx, q, chain, last, pageSize)
		if err != nil {
			return err
		}
		for _, r := range records {
			if err := take(r); err != nil {
				return err
			}
			last = r.Number
		}
		if len(records) < pageSize {
			return nil
		}
	}
}

// Export writes a chain as lines of JSON, from its beginning to its end of now, and behind it its head, signed. A chain that
// is not what was written is exported all the same, without a head, and the error then names the first place that does
// not fit. Memory does not grow with the chain. It does not authorize.
func (l *Log) Export(ctx context.Context, db *database.DB, chain string, key ed25519.PrivateKey, to io.Writer) error {
	last := Head{Chain: chain}
	var broken error
	var buffer []byte
	err := l.each(ctx, db, chain, func(r Record) error {
		if err := follow(last, r); err != nil && broken == nil {
			broken = err
		}
		last.Number, last.Hash = r.Number, r.Hash
		var err error
		if buffer, err = AppendRecord(buffer[:0], r); err != nil {
			return err
		}
		_, err = to.Write(buffer)
		return err
	})
	if err != nil {
		return fmt.Errorf("export the audit chain %s: %w", chain, err)
	}
	if broken != nil {
		return fmt.Errorf("the audit log was tampered with: %w", broken)
	}
	return WriteHead(to, Sign(last, db.Now(), key))
}

// WriteHead writes the line of a signed head.
func WriteHead(to io.Writer, h SignedHead) error {
	line, err := AppendHead(nil, h)
	if err != nil {
		return err
	}
	_, err = to.Write(line)
	return err
}
