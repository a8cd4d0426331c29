package access

import (
	"context"
	"io"
	"slices"
	"strconv"
	"time"

	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// signInterval is how often the heads of the audit log's chains are signed: what is changed in the database behind our back
// within it, before anybody saved a head, is not found.
const signInterval = time.Minute

// AuditQuery says which entries of the audit log are wanted. An empty field does not restrict.
type AuditQuery struct {
	// Organization, an id or name, chooses its chain; a group's name or id that of its organization; without either it is
	// the installation's.
	Organization, Group string
	// Actor is a mail address in any case, or the name of a host command.
	Actor string
	// Action, Kind and ID are as the entries tell them, such as "addGroup", "group" and a group's id.
	Action, Kind, ID string
	// From is the first moment, To the first that is too late.
	From, To time.Time
	// After is the cursor of the entry before: its number.
	After string
	// First is how many at most; above 1,000 it is 1,000.
	First int
}

// AuditPage is a page of the audit log.
type AuditPage struct {
	// Entries are the latest first.
	Entries []*audit.Record
	// HasNext tells that older ones follow.
	HasNext bool
}

// auditFilter authorizes and says what to look for in which chain.
func (s *Service) auditFilter(ctx context.Context, q AuditQuery) (audit.Filter, error) {
	grant, err := s.Require(ctx, QueryAuditEntries, OnUser())
	if err != nil {
		return audit.Filter{}, err
	}
	f := audit.Filter{
		Chain: audit.Installation, Actor: askable(q.Actor), Action: askable(q.Action), Kind: askable(q.Kind), ID: askable(q.ID),
		From: q.From, To: q.To,
	}
	if q.Organization != "" {
		found, err := s.locate(ctx, grant.actor, OnOrganization(q.Organization))
		if err != nil {
			return f, err
		}
		f.Chain = found.organizationID
	}
	if q.Group == "" {
		return f, nil
	}
	found, err := s.locate(ctx, grant.actor, OnGroup(q.Group))
	switch {
	case err == nil && (q.Organization == "" || f.Chain == found.organizationID):
		f.Chain, f.Group = found.organizationID, found.groupID
	case err == nil || q.Organization != "":
		f.Group = foldKey(q.Group) // a group that is gone is still known by its id
	default:
		return f, err
	}
	return f, nil
}

// AuditEntries answers a page of the audit log. Needs QueryAuditEntries at user level, which administrators have.
// Problems: Denied; NotFound (organization, group); Invalid (first, after).
func (s *Service) AuditEntries(ctx context.Context, q AuditQuery) (AuditPage, error) {
	f, err := s.auditFilter(ctx, q)
	if err != nil {
		return AuditPage{}, err
	}
	if q.First < 1 {
		return AuditPage{}, problem.Invalid("first", "Exception - The argument must be a positive integer: first")
	}
	if q.After != "" {
		if f.Before, err = strconv.ParseInt(q.After, 10, 64); err != nil || f.Before < 1 {
			return AuditPage{}, problem.Invalid("after", "Exception - The cursor is invalid with a filter")
		}
	}
	first := min(q.First, maxPage)
	records, err := s.log.List(ctx, s.db, f, first+1)
	if err != nil {
		return AuditPage{}, err
	}
	page := AuditPage{HasNext: len(records) > first}
	for i := range records[:min(first, len(records))] {
		page.Entries = append(page.Entries, &records[i])
	}
	return page, nil
}

// CountAuditEntries answers how many there are on all pages together. Needs and problems as [Service.AuditEntries].
func (s *Service) CountAuditEntries(ctx context.Context, q AuditQuery) (int64, error) {
	f, err := s.auditFilter(ctx, q)
	if err != nil {
		return 0, err
	}
	return s.log.Count(ctx, s.db, f)
}

// SignAudit signs the heads of the chains that moved. [Service.Run] does it once a minute; tests may. An error names the
// chain that does not fit what was signed before.
func (s *Service) SignAudit(ctx context.Context) error {
	return s.log.SignHeads(ctx, s.db, s.keys.current.private)
}

// AuditHeads signs what has moved and answers the signed head of every chain, by chain. Needs QueryAuditEntries at user
// level. Problems: Denied.
func (s *Service) AuditHeads(ctx context.Context) ([]audit.SignedHead, error) {
	if _, err := s.Require(ctx, QueryAuditEntries, OnUser()); err != nil {
		return nil, err
	}
	if err := s.SignAudit(ctx); err != nil {
		return nil, err
	}
	return s.log.SignedHeads(ctx, s.db)
}

// ExportAudit writes the chain of an organization, by id or name, or the installation's for [audit.Installation], or all
// for "", as lines of JSON with the signed head behind each. That it was exported is an entry itself, the installation's.
// Until it has authorized and found the chain it writes nothing. Needs QueryAuditEntries at user level. Problems: Denied;
// NotFound.
func (s *Service) ExportAudit(ctx context.Context, chain string, to io.Writer) error {
	grant, err := s.Require(ctx, QueryAuditEntries, OnUser())
	if err != nil {
		return err
	}
	chain = askable(chain)
	if chain != "" && chain != audit.Installation {
		found, err := s.locate(ctx, grant.actor, OnOrganization(chain))
		if err != nil {
			return err
		}
		chain = found.organizationID
	}
	err = s.db.Write(ctx, func(tx *database.Tx) error {
		return grant.Record(ctx, tx, audit.Change{Action: "exportAudit", Kind: "auditLog", ID: chain})
	})
	if err != nil {
		return inRoom("record the export of the audit log", err)
	}
	chains := []string{chain}
	if chain == "" {
		if chains, err = s.log.Chains(ctx, s.db); err != nil {
			return err
		}
	}
	for _, c := range chains {
		if err := s.log.Export(ctx, s.db, c, s.keys.current.private, to); err != nil {
			return err
		}
	}
	return nil
}

// VerifyAudit reads the whole audit log of the database and compares it with the heads signed last and with those in
// saved. Signatures of the installation's own keys are believed, and of those in keys. For commands on the host. Problems:
// Denied. What does not fit is in the report, not in the error.
func (s *Service) VerifyAudit(ctx context.Context, saved []audit.SignedHead, keys []string) (audit.Report, error) {
	if _, err := s.requireHost(ctx); err != nil {
		return audit.Report{}, err
	}
	believed := slices.Clone(keys)
	for id := range s.keys.byID {
		believed = append(believed, id)
	}
	var report audit.Report
	err := s.db.Read(ctx, func(tx *database.Tx) error {
		signed, err := s.log.SignedHeads(ctx, tx)
		if err != nil {
			return err
		}
		v := audit.NewVerifier(append(signed, saved...), believed)
		if err := s.log.Check(ctx, tx, v); err != nil {
			return err
		}
		report = v.Close(false)
		return nil
	})
	return report, inRoom("verify the audit log", err)
}
