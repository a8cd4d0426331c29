package finding

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"asm.example/asm/internal/database"
)

// Changes answers, as a JSON object, the fields in which after differs from before, each with its value in after. Both
// are structs of one type with json tags. Reading the objects of a history one after the other into one struct gives the
// state at each of its moments, so what a field has lost is written too.
func Changes(before, after any) (string, error) {
	changed := map[string]any{}
	from, to := reflect.ValueOf(before), reflect.ValueOf(after)
	for i := range to.NumField() {
		name, _, _ := strings.Cut(to.Type().Field(i).Tag.Get("json"), ",")
		was, is := from.Field(i).Interface(), to.Field(i).Interface()
		if !equal(was, is) {
			changed[name] = is
		}
	}
	text, err := json.Marshal(changed)
	if err != nil {
		return "", fmt.Errorf("write changes as JSON: %w", err)
	}
	return string(text), nil
}

func equal(a, b any) bool {
	if at, ok := a.(time.Time); ok {
		return at.Equal(b.(time.Time))
	}
	return reflect.DeepEqual(a, b)
}

// facts are what a finding's history remembers.
type facts struct {
	Title                   string   `json:"title"`
	Description             string   `json:"description"`
	AttackVectorDescription string   `json:"attackVectorDescription"`
	Threat                  string   `json:"threat"`
	Recommendation          string   `json:"recommendation"`
	Requirements            []string `json:"unfulfilledRequirements"`
	MinutesToRemediate      int64    `json:"minTimeToRemediate"`
	Vector                  string   `json:"severityVector"`
	Sorts                   string   `json:"sorts"`
	State                   State    `json:"currentState"`
}

func (f *Finding) facts() facts {
	return facts{
		Title: f.Title, Description: f.Description, AttackVectorDescription: f.AttackVectorDescription,
		Threat: f.Threat, Recommendation: f.Recommendation, Requirements: f.RequirementIDs,
		MinutesToRemediate: f.MinutesToRemediate, Vector: f.Severity.Vector, Sorts: f.Sorts, State: f.State,
	}
}

// act is one operation on findings: when, by whom, under which name.
type act struct {
	at     time.Time
	by     Author
	action string
}

// historyColumns are what a new finding's first row writes.
var historyColumns = []string{
	"group_id", "finding_id", "number", "changed_at", "changed_by", "credential", "action", "changes",
}

const insertHistory = `
	INSERT INTO finding_history (group_id, finding_id, number, changed_at, changed_by, credential, action, changes)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

// remember writes what an operation changed of a finding, whose version is already the new one.
func remember(ctx context.Context, tx *database.Tx, a act, before, after *Finding) error {
	changes, err := Changes(before.facts(), after.facts())
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, insertHistory, after.GroupID, after.ID, after.version, database.Micros(a.at), a.by.Email,
		a.by.Credential, a.action, changes)
	if err != nil {
		return fmt.Errorf("write history of finding %s: %w", after.ID, err)
	}
	return nil
}
