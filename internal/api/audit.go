package api

import (
	"context"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/graphql"
)

// auditArguments are those of auditEntries.
type auditArguments struct {
	pageArguments

	Action, Actor, GroupName, Kind, ObjectID, OrganizationID string
	From, To                                                 time.Time
}

func (a auditArguments) query() access.AuditQuery {
	return access.AuditQuery{
		Organization: a.OrganizationID, Group: a.GroupName, Actor: a.Actor, Action: a.Action, Kind: a.Kind, ID: a.ObjectID,
		From: a.From, To: a.To, After: a.After, First: pageSize(a.First, 50),
	}
}

func bindAudit(b *graphql.Binder, s *asm.Services) {
	bindConnection[audit.Record](b, "AuditEntriesConnection", "AuditEntryEdge")

	o := graphql.Object[audit.Record](b, "AuditEntry")
	graphql.Value(o, "action", func(r *audit.Record) string { return r.Action })
	graphql.Value(o, "actor", func(r *audit.Record) string { return r.Actor })
	graphql.Value(o, "address", func(r *audit.Record) *string { return textOrNull(r.Address) })
	graphql.Value(o, "after", func(r *audit.Record) *jsonText { return jsonOrNull(r.After) })
	graphql.Value(o, "before", func(r *audit.Record) *jsonText { return jsonOrNull(r.Before) })
	graphql.Value(o, "chain", func(r *audit.Record) string { return r.Chain })
	graphql.Value(o, "count", func(r *audit.Record) int64 { return r.Count })
	graphql.Value(o, "credentialId", func(r *audit.Record) *string { return textOrNull(r.CredentialID) })
	graphql.Value(o, "credentialKind", func(r *audit.Record) string { return r.CredentialKind })
	graphql.Value(o, "digest", func(r *audit.Record) *string { return textOrNull(hex.EncodeToString(r.Digest)) })
	graphql.Value(o, "groupId", func(r *audit.Record) *string { return textOrNull(r.Group) })
	graphql.Value(o, "hash", func(r *audit.Record) string { return hex.EncodeToString(r.Hash[:]) })
	graphql.Value(o, "kind", func(r *audit.Record) string { return r.Kind })
	graphql.Value(o, "number", func(r *audit.Record) int64 { return r.Number })
	graphql.Value(o, "objectId", func(r *audit.Record) string { return r.ID })
	graphql.Value(o, "permission", func(r *audit.Record) string { return r.Permission })
	graphql.Value(o, "recordedAt", func(r *audit.Record) time.Time { return r.At })
	graphql.Value(o, "requestId", func(r *audit.Record) *string { return textOrNull(r.RequestID) })

	h := graphql.Object[audit.SignedHead](b, "AuditHead")
	graphql.Value(h, "chain", func(h *audit.SignedHead) string { return h.Chain })
	graphql.Value(h, "hash", func(h *audit.SignedHead) string { return hex.EncodeToString(h.Hash[:]) })
	graphql.Value(h, "key", func(h *audit.SignedHead) string { return h.Thumbprint() })
	graphql.Value(h, "line", lineOfHead)
	graphql.Value(h, "number", func(h *audit.SignedHead) int64 { return h.Number })
	graphql.Value(h, "signedAt", func(h *audit.SignedHead) time.Time { return h.At })

	graphql.Query(b, "auditEntries", func(ctx context.Context, a auditArguments) (page[audit.Record], error) {
		q := a.query()
		read, err := s.Access.AuditEntries(ctx, q)
		if err != nil {
			return page[audit.Record]{}, err
		}
		cursors := make([]string, len(read.Entries))
		for i, r := range read.Entries {
			cursors[i] = strconv.FormatInt(r.Number, 10)
		}
		count := func(ctx context.Context) (int64, error) { return s.Access.CountAuditEntries(ctx, q) }
		return pageOf(read.Entries, cursors, read.HasNext, single(count), 0), nil
	}, graphql.Paged(50, 1000))
	graphql.Query(b, "auditHeads", func(ctx context.Context, _ graphql.None) ([]audit.SignedHead, error) {
		return s.Access.AuditHeads(ctx)
	})
}

// jsonOrNull answers null for what says nothing.
func jsonOrNull(text string) *jsonText {
	if text == "" {
		return nil
	}
	value := jsonText(text)
	return &value
}

// lineOfHead answers the line that stands for a signed head in an export.
func lineOfHead(h *audit.SignedHead) string {
	var line strings.Builder
	if err := audit.WriteHead(&line, *h); err != nil {
		return "" // texts and numbers are always encoded, and a builder takes them
	}
	return strings.TrimSuffix(line.String(), "\n")
}
