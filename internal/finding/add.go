package finding

import (
	"context"
	"fmt"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// Texts that clients compare.
const (
	errTimeToRemediate = "Exception - Min time to remediate should be a positive number"
	errDescriptionUsed = "Exception - Finding with the same description already exists"
	errThreatUsed      = "Exception - Finding with the same threat already exists"
)

// Addition is what a finding is made from.
type Addition struct {
	Words
	// MinutesToRemediate is above 0, or nil.
	MinutesToRemediate *int64
	// Vector is a CVSS 3.1 vector; when it is empty the Weights are read.
	Vector  string
	Weights Weights
}

// Add makes a finding, which stays a draft until one of its locations is released.
//
// Its title is one of the catalogue and stands in the group once; its requirements are among those of the title. Needs
// AddFinding on the group. Problems: Denied; Invalid (title, the texts, unfulfilledRequirements, minTimeToRemediate,
// cvssVector, a weight); Conflict (the group has the title, or the code with the same description or threat).
func (s *Service) Add(ctx context.Context, groupName string, n Addition) (*Finding, error) {
	grant, err := s.access.Require(ctx, access.AddFinding, access.OnGroup(groupName))
	if err != nil {
		return nil, err
	}
	made, err := add(n)
	if err != nil {
		return nil, err
	}
	err = s.db.Write(ctx, func(tx *database.Tx) error {
		if err := checkUnused(ctx, tx, Finding{GroupID: grant.GroupID()}, made.Words); err != nil {
			return err
		}
		f := made
		f.GroupID, f.GroupName, f.OrganizationName = grant.GroupID(), grant.GroupName(), grant.OrganizationName()
		a := act{tx.Now(), AuthorOf(grant.Actor()), "addFinding"}
		if err := insert(ctx, tx, a, &f); err != nil {
			return err
		}
		made = f
		return grant.Record(ctx, tx, audit.Change{Action: a.action, Kind: "finding", ID: f.ID, After: f.facts()})
	})
	if err != nil {
		return nil, err
	}
	return &made, nil
}

// add judges what is to become a finding. The order of the checks is that of the arguments.
func add(n Addition) (Finding, error) {
	if _, ok := ByTitle(n.Title); !ok {
		return Finding{}, problem.Invalid("title", errTitle)
	}
	if err := n.checkTexts(); err != nil {
		return Finding{}, err
	}
	if len(n.RequirementIDs) == 0 {
		return Finding{}, problem.Invalid("unfulfilledRequirements", errLength).With("min", 1)
	}
	if err := checkRequirements(n.Title, n.RequirementIDs); err != nil {
		return Finding{}, err
	}
	f := Finding{Words: n.Words}
	f.RequirementIDs = sorted(n.RequirementIDs)
	if n.MinutesToRemediate != nil {
		if *n.MinutesToRemediate <= 0 {
			return Finding{}, problem.Invalid("minTimeToRemediate", errTimeToRemediate).With("min", 1)
		}
		f.MinutesToRemediate = *n.MinutesToRemediate
	}
	var err error
	f.Severity, err = JudgeSeverity(n.Vector, n.Weights)
	return f, err
}

// JudgeSeverity reads the severity that a caller gives by a vector or, when that is empty, by weights. Problems: Invalid
// (cvssVector or a weight), also for a severity whose temporal score is 0, which says that nothing is wrong.
func JudgeSeverity(vector string, weights Weights) (Severity, error) {
	var severity Severity
	var err error
	if vector != "" {
		severity, err = ParseSeverity(vector)
	} else {
		severity, err = SeverityOf(weights)
	}
	if err != nil {
		return Severity{}, err
	}
	if severity.Tenths == 0 {
		return Severity{}, problem.Invalid("cvssVector", errSeverityScore)
	}
	return severity, nil
}

// One title is one finding of a group. Within a code, which imported titles may share, descriptions and threats differ.
const wordsTaken = `
	SELECT CASE WHEN title = $3 OR description = $5 THEN 'description' ELSE 'threat' END
	  FROM findings
	 WHERE group_id = $1
	   AND id <> $2
	   AND state <> 'DELETED'
	   AND (title = $3 OR code = $4 AND (description = $5 OR threat = $6))
	 ORDER BY 1
	 LIMIT 1`

// checkUnused answers a Conflict when another finding of the group says what words newly say; before is the finding that
// they are for, as it was.
func checkUnused(ctx context.Context, tx *database.Tx, before Finding, words Words) error {
	title, description, threat := words.Title, words.Description, words.Threat
	if title == before.Title { // what stays as it was conflicts with nothing
		if description == before.Description {
			description = ""
		}
		if threat == before.Threat {
			threat = ""
		}
		title = ""
	}
	taken, err := database.Collect(ctx, tx, database.Value[string], wordsTaken, before.GroupID, before.ID, title,
		codeOf(words.Title), description, threat)
	switch {
	case err != nil:
		return fmt.Errorf("look for findings that say the same: %w", err)
	case len(taken) == 0:
		return nil
	case taken[0] == "description":
		return problem.Conflict(errDescriptionUsed)
	}
	return problem.Conflict(errThreatUsed)
}

// insert writes a new finding with its counters and history. Two made at the same time under one title meet in the unique
// index, which is a Conflict.
func insert(ctx context.Context, tx *database.Tx, a act, f *Finding) error {
	f.begin(tx.NewID(), ByPerson, a)
	_, err := tx.Load(ctx, "findings", insertColumns, database.RowsOf([]*Finding{f}, (*Finding).values))
	if database.KindOf(err) == database.Unique {
		return problem.Conflict(errDescriptionUsed)
	}
	if err != nil {
		return fmt.Errorf("insert finding %s: %w", f.Title, err)
	}
	return accompany(ctx, tx, a, []*Finding{f})
}

// begin fills in what a finding has from its first moment.
func (f *Finding) begin(id string, source Source, a act) {
	f.ID, f.version, f.Source, f.State = id, 1, source, Created
	f.CreatedAt, f.CreatedBy, f.StateChangedAt = a.at, a.by.Email, a.at
}

// accompany writes the counters and the history of findings that were just inserted.
func accompany(ctx context.Context, tx *database.Tx, a act, made []*Finding) error {
	keys := database.RowsOf(made, func(f *Finding) []any { return []any{f.GroupID, f.ID} })
	if _, err := tx.Load(ctx, "finding_counters", []string{"group_id", "finding_id"}, keys); err != nil {
		return fmt.Errorf("insert counters of findings: %w", err)
	}
	histories := make([][]any, len(made))
	for i, f := range made {
		changes, err := Changes(facts{}, f.facts())
		if err != nil {
			return err
		}
		histories[i] = []any{f.GroupID, f.ID, f.version, database.Micros(a.at), a.by.Email, a.by.Credential, a.action, changes}
	}
	rows := database.RowsOf(histories, func(row []any) []any { return row })
	if _, err := tx.Load(ctx, "finding_history", historyColumns, rows); err != nil {
		return fmt.Errorf("insert history of findings: %w", err)
	}
	return nil
}
