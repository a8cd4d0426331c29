package finding

import (
	"strings"

	"asm.example/asm/internal/database"
)

// columns are what scan reads from tables.
const columns = `f.group_id, f.id, g.name, o.name,
	       f.title, f.description, f.attack_vector_description, f.threat, f.recommendation, f.requirement_ids,
	       f.minutes_to_remediate, f.vector, f.severity_tenths, f.sorts, f.source, f.state, f.state_changed_at,
	       f.created_at, f.created_by, f.version,
	       ` + counterColumns

// tables are joined for columns; every finding has a row of counters.
const tables = `findings f
	  JOIN finding_counters c ON c.group_id = f.group_id AND c.finding_id = f.id
	  JOIN groups g ON g.id = f.group_id
	  JOIN organizations o ON o.id = g.organization_id`

func scan(row database.Row) (*Finding, error) {
	var f Finding
	r := findingRow{finding: &f}
	if err := row.Scan(r.targets()...); err != nil {
		return nil, err
	}
	r.finish()
	return &f, nil
}

// findingRow reads a row into a finding.
type findingRow struct {
	finding                   *Finding
	requirements              string
	stateChangedAt, createdAt int64
	counters                  counterRow
}

func (r *findingRow) targets() []any {
	f := r.finding
	return append([]any{&f.GroupID, &f.ID, &f.GroupName, &f.OrganizationName,
		&f.Title, &f.Description, &f.AttackVectorDescription, &f.Threat, &f.Recommendation, &r.requirements,
		&f.MinutesToRemediate, &f.Severity.Vector, &f.Severity.Tenths, &f.Sorts, &f.Source, &f.State, &r.stateChangedAt,
		&r.createdAt, &f.CreatedBy, &f.version}, r.counters.targets()...)
}

func (r *findingRow) finish() {
	f := r.finding
	if r.requirements != "" {
		f.RequirementIDs = strings.Split(r.requirements, ",")
	}
	f.StateChangedAt = database.Time(r.stateChangedAt)
	f.CreatedAt = database.Time(r.createdAt)
	f.Counters = r.counters.counters()
}

// insertColumns are what values writes.
var insertColumns = []string{"group_id", "id", "title", "title_folded", "code", "description",
	"attack_vector_description", "threat", "recommendation", "requirement_ids", "minutes_to_remediate", "vector",
	"severity_tenths", "sorts", "source", "state", "state_changed_at", "created_at", "created_by", "version"}

// values are a new finding's row.
func (f *Finding) values() []any {
	return []any{f.GroupID, f.ID, f.Title, database.Fold(f.Title), codeOf(f.Title), f.Description,
		f.AttackVectorDescription, f.Threat, f.Recommendation, strings.Join(f.RequirementIDs, ","), f.MinutesToRemediate,
		f.Severity.Vector, f.Severity.Tenths, f.Sorts, f.Source, f.State, database.Micros(f.StateChangedAt),
		database.Micros(f.CreatedAt), f.CreatedBy, f.version}
}
