package scan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/blob"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/finding"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/job"
	"asm.example/asm/internal/problem"
	"asm.example/asm/internal/root"
	"asm.example/asm/internal/scan/sarif"
	"asm.example/asm/internal/vulnerability"
)

// maxTexts is from how many bytes of texts on a transaction is full before it has [vulnerability.MaxChanges] changes: on
// SQLite nobody else writes meanwhile.
const maxTexts = 512 << 10

// errTakenOver says that another process applies the plan.
var errTakenOver = errors.New("scan: another process goes on with this import")

// running is an import at work.
type running struct {
	*Service
	job    *job.RunningJob
	input  input
	on     root.Key
	by     finding.Author
	survey *Survey
	plan   *plan

	done    int             // steps that are applied
	total   int             // steps
	ensured map[string]bool // titles whose findings this run has seen to
}

// work does the job of an import. Begun again it goes on with the plan that it made.
func (s *Service) work(ctx context.Context, r *job.RunningJob) error {
	im := &running{Service: s, job: r, ensured: map[string]bool{}}
	if err := r.Input(&im.input); err != nil {
		return err
	}
	im.on = root.Key{GroupID: r.Job.GroupID, ID: im.input.RootID}
	done, err := s.receiptOf(ctx, im.on.GroupID, r.Job.ID)
	if err != nil {
		return err
	}
	if done != nil { // the process ended behind the last transaction
		return r.Finish(done)
	}
	err = im.do(ctx)
	if err != nil && ctx.Err() == nil && !errors.Is(err, errTakenOver) {
		return errors.Join(err, s.dropPlan(ctx, im.on))
	}
	return err
}

func (im *running) do(ctx context.Context) error {
	ctx, err := im.access.ForJob(ctx, im.job.Job)
	if err != nil {
		return err
	}
	grant, err := im.access.Require(ctx, access.ImportScan, access.OnGroup(im.on.GroupID))
	if err != nil {
		return err
	}
	im.by = finding.AuthorOf(grant.Actor())
	content, _, err := im.files.Open(im.input.Digest)
	if err != nil {
		return fmt.Errorf("open the file of a scan: %w", err)
	}
	defer content.Close()
	log, err := sarif.Open(ctx, content, limits())
	if err != nil {
		return refused(err)
	}
	if err := im.prepare(ctx, log); err != nil {
		return refused(err)
	}
	if err := im.applyResults(ctx); err != nil {
		return err
	}
	if err := im.applyClosings(ctx); err != nil {
		return err
	}
	if err := im.finish(ctx); err != nil {
		return err
	}
	return im.job.Finish(im.plan.Receipt)
}

// prepare makes the plan, or finds the one that was made.
func (im *running) prepare(ctx context.Context, log *sarif.Log) (err error) {
	if im.plan, im.done, err = im.keptPlan(ctx, im.on.GroupID, im.job.Job.ID); err != nil {
		return err
	}
	survey, lost, err := im.Service.survey(ctx, log, im.on)
	if err != nil {
		return err
	}
	im.survey = survey
	if im.plan == nil {
		if im.plan, err = im.Service.plan(ctx, survey, lost, im.on); err != nil {
			return err
		}
		if err := im.keepPlan(ctx, lost); err != nil {
			return err
		}
	}
	for i := range im.survey.Scopes {
		im.survey.Scopes[i].Observations = nil // the plan has what they say
		im.total += len(im.plan.Scopes[i].Actions) + im.plan.Scopes[i].Unseen.len()
	}
	im.job.Progress(int64(im.done), int64(im.total))
	return nil
}

// batch is the steps of one transaction, all of one scope.
type batch struct {
	scope   int
	changes []vulnerability.Change
	wanted  []finding.Imported // the findings of those that create, in their order
	texts   int                // bytes
}

// isFull tells whether the next change, of a scope, has to wait for another transaction.
func (b *batch) isFull(scope int) bool {
	return len(b.changes) > 0 && (b.scope != scope || len(b.changes) == vulnerability.MaxChanges || b.texts >= maxTexts)
}

// applyResults applies the steps of the observations, in the order of the file.
func (im *running) applyResults(ctx context.Context) error {
	var b batch
	step := 0
	for item, err := range im.survey.Items(ctx) {
		if err != nil {
			return refused(err)
		}
		scope := &im.plan.Scopes[item.Scope]
		does := action(scope.Actions[item.Observation])
		if step++; step <= im.done || does == keep {
			continue
		}
		if b.isFull(item.Scope) {
			if err := im.apply(ctx, &b, step-1); err != nil {
				return err
			}
			b = batch{}
		}
		b.scope = item.Scope
		sighting := im.sightingOf(item)
		b.texts += len(sighting.Message) + len(sighting.Snippet.Text)
		change := vulnerability.Change{Sighting: sighting}
		switch does {
		case create:
			change.Kind = vulnerability.Create
			b.wanted = append(b.wanted, findingOf(item, im.survey.Scopes[item.Scope].Tool))
		case move:
			change.Kind = vulnerability.Move
		case reopen:
			change.Kind = vulnerability.Reopen
		case refresh:
			change.Kind = vulnerability.Refresh
		}
		if does != create {
			change.ID = scope.IDs.at(item.Observation)
		}
		b.changes = append(b.changes, change)
	}
	if step <= im.done {
		return nil
	}
	return im.apply(ctx, &b, step)
}

// applyClosings closes what was not seen. It comes last, when all that was seen is there.
func (im *running) applyClosings(ctx context.Context) error {
	step := 0
	for i := range im.plan.Scopes {
		step += len(im.plan.Scopes[i].Actions)
	}
	for i := range im.plan.Scopes {
		unseen := im.plan.Scopes[i].Unseen
		b := batch{scope: i}
		for j := range unseen.len() {
			if step++; step <= im.done {
				continue
			}
			b.changes = append(b.changes, vulnerability.Change{Kind: vulnerability.End, ID: unseen.at(j)})
			if len(b.changes) == vulnerability.MaxChanges || j == unseen.len()-1 {
				if err := im.apply(ctx, &b, step); err != nil {
					return err
				}
				b.changes = nil
			}
		}
	}
	return nil
}

// apply makes the changes of a batch in one transaction, which leads up to a step of the plan.
func (im *running) apply(ctx context.Context, b *batch, upTo int) error {
	if err := im.ensure(ctx, b.wanted); err != nil {
		return err
	}
	err := im.db.Write(ctx, func(tx *database.Tx) error {
		if err := im.advance(ctx, tx, upTo); err != nil {
			return err
		}
		if err := b.assignFindings(ctx, tx, im.on.GroupID, im.by); err != nil {
			return err
		}
		scope := &im.survey.Scopes[b.scope]
		_, err := vulnerability.Apply(ctx, tx, vulnerability.Import{
			Scope: vulnerability.Scope{
				GroupID: im.on.GroupID, RootID: im.on.ID, Tool: scope.Tool, AutomationID: scope.AutomationID,
			},
			By: im.by, Action: ImportJob, ToolVersion: scope.ToolVersion,
		}, b.changes)
		return err
	})
	if err != nil {
		return fmt.Errorf("apply results of a scan: %w", err)
	}
	im.done = upTo
	im.job.Progress(int64(im.done), int64(im.total))
	return nil
}

// advance notes how far the plan is, keeps the root from ending meanwhile, and stops who is not alone at it.
func (im *running) advance(ctx context.Context, tx *database.Tx, upTo int) error {
	on, err := root.Locked(ctx, tx, im.on)
	if err != nil {
		return err
	}
	if !on.Common().IsActive() {
		return problem.Conflict(errInactive)
	}
	changed, err := tx.Exec(ctx, advancePlan, im.on.GroupID, im.job.Job.ID, im.done, upTo)
	if err == nil && changed != 1 {
		err = errTakenOver
	}
	return err
}

// ensure makes the findings that are missing, in a transaction of its own: making one locks the group's counters first,
// applying results locks them last, and two imports would wait for each other.
func (im *running) ensure(ctx context.Context, wanted []finding.Imported) error {
	if !slices.ContainsFunc(wanted, func(f finding.Imported) bool { return !im.ensured[f.Title] }) {
		return nil
	}
	err := im.db.Write(ctx, func(tx *database.Tx) error {
		_, err := finding.Ensure(ctx, tx, im.on.GroupID, im.by, wanted)
		return err
	})
	if err != nil {
		return fmt.Errorf("make findings of a scan: %w", err)
	}
	for _, f := range wanted {
		im.ensured[f.Title] = true
	}
	return nil
}

// assignFindings names the findings of new locations.
func (b *batch) assignFindings(ctx context.Context, tx *database.Tx, groupID string, by finding.Author) error {
	if len(b.wanted) == 0 {
		return nil
	}
	ensured, err := finding.Ensure(ctx, tx, groupID, by, b.wanted)
	if err != nil {
		return err
	}
	next := 0
	for i := range b.changes {
		if b.changes[i].Kind == vulnerability.Create {
			b.changes[i].FindingID = ensured[next].ID
			next++
		}
	}
	return nil
}

const (
	insertScan = `
	INSERT INTO scans (group_id, id, root_id, automation_id, digest, file_name, size_bytes, tools, imported_at, imported_by,
	       receipt)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

	receiptOfScan = `
	SELECT receipt
	  FROM scans
	 WHERE group_id = $1
	   AND id = $2`
)

// finish records the import, and what the next one of its scopes has to know.
func (im *running) finish(ctx context.Context) error {
	receipt, err := json.Marshal(im.plan.Receipt)
	if err != nil {
		return fmt.Errorf("write a receipt as JSON: %w", err)
	}
	tools, automationIDs := im.survey.names()
	toolList, err := json.Marshal(tools)
	if err != nil {
		return fmt.Errorf("write names of tools as JSON: %w", err)
	}
	var dropped []blob.Digest
	err = im.db.Write(ctx, func(tx *database.Tx) (err error) {
		if err := im.advance(ctx, tx, im.total); err != nil {
			return err
		}
		dropped, err = database.Collect(ctx, tx, database.Value[blob.Digest], dropPlans, im.on.GroupID, im.on.ID)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, insertScan, im.on.GroupID, im.job.Job.ID, im.on.ID, strings.Join(automationIDs, ", "),
			im.input.Digest, im.input.FileName, im.input.Size, string(toolList), database.Micros(tx.Now()), im.by.Email,
			string(receipt))
		if err != nil {
			return err
		}
		return group.SetLastScan(ctx, tx, im.on.GroupID, tx.Now())
	})
	if err != nil {
		return fmt.Errorf("record a scan: %w", err)
	}
	return im.forget("", dropped)
}

// receiptOf answers the receipt of an import that was recorded; nil when it was not.
func (s *Service) receiptOf(ctx context.Context, groupID, jobID string) (*Receipt, error) {
	text, err := database.One(ctx, s.db, database.Value[string], receiptOfScan, groupID, jobID)
	if errors.Is(err, database.ErrNoRow) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the receipt of scan %s: %w", jobID, err)
	}
	receipt := NewReceipt()
	if err := json.Unmarshal([]byte(text), &receipt); err != nil {
		return nil, fmt.Errorf("read the receipt of scan %s: %w", jobID, err)
	}
	return &receipt, nil
}
