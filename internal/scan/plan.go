package scan

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"asm.example/asm/internal/blob"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/root"
	"asm.example/asm/internal/scan/sarif"
	"asm.example/asm/internal/vulnerability"
)

// An import decides everything once: what each result is and what is gone makes a plan, which is kept before its first step
// is applied. A transaction applies some steps and notes how far the plan is done. So an import that was cut off goes on
// with the same plan, ends where it would have ended, and its receipt is that of the whole.
//
// Steps are the observations in the order of the file, then the closings, scope by scope.

// action is what an observation does.
type action byte

const (
	keep action = iota // nothing: unchanged, duplicate or suppressed
	create
	move
	reopen
	refresh
)

// plan says what becomes of a surveyed file. Its fields are exported to be stored.
type plan struct {
	Receipt Receipt
	Scopes  []planOfScope // aligned with the survey's
}

// planOfScope takes 17 bytes for each observation.
type planOfScope struct {
	Actions []byte // an action for each observation
	IDs     ids    // the location of each observation; zero where there is none
	Unseen  ids    // what is to be closed
}

// ids are UUIDs, idBytes each.
type ids []byte

const idBytes = 16

func (l ids) len() int { return len(l) / idBytes }

func (l ids) raw(i int) []byte { return l[i*idBytes : (i+1)*idBytes] }

// at answers the i-th id as text.
func (l ids) at(i int) string {
	digits := hex.EncodeToString(l.raw(i))
	return strings.Join([]string{digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]}, "-")
}

func (l ids) add(id string) (ids, error) {
	l, err := hex.AppendDecode(l, []byte(strings.ReplaceAll(id, "-", "")))
	if err != nil || len(l)%idBytes != 0 {
		return nil, fmt.Errorf("the location's id %q is no UUID", id)
	}
	return l, nil
}

const directoriesOfRoot = `
	SELECT tool, automation_id, directories
	  FROM scan_scopes
	 WHERE group_id = $1
	   AND root_id = $2`

// directories are what absolute paths of a scope have lost, the last one last. A location's path is relative to the one
// of the import that wrote it last, which its keys name by a digest.
type directories []string

func (d directories) last() string {
	if len(d) == 0 {
		return ""
	}
	return d[len(d)-1]
}

// named answers the directory of a digest, "" when there is none.
func (d directories) named(digest uint32) string {
	for _, directory := range d {
		if directoryDigest(directory) == digest {
			return directory
		}
	}
	return ""
}

// with answers the list with one directory at its end.
func (d directories) with(directory string) directories {
	kept := slices.DeleteFunc(slices.Clone(d), func(other string) bool { return other == directory })
	return append(kept, directory)
}

// directoryDigest is 0 for none.
func directoryDigest(directory string) uint32 {
	return uint32(digestUnlessEmpty("directory", directory))
}

// directoriesOf answers the directories of each scope of a root.
func (s *Service) directoriesOf(ctx context.Context, on root.Key) (map[ScopeID]directories, error) {
	lost := map[ScopeID]directories{}
	_, err := database.Collect(ctx, s.db, func(row database.Row) (struct{}, error) {
		var id ScopeID
		var text string
		var list directories
		err := row.Scan(&id.Tool, &id.AutomationID, &text)
		if err == nil {
			err = json.Unmarshal([]byte(text), &list)
		}
		lost[id] = list
		return struct{}{}, err
	}, directoriesOfRoot, on.GroupID, on.ID)
	if err != nil {
		return nil, fmt.Errorf("read scopes of root %s: %w", on.ID, err)
	}
	return lost, nil
}

const replaceDirectories database.Piece = `ON CONFLICT (group_id, root_id, tool, automation_id)
	DO UPDATE SET directories = excluded.directories`

// keepDirectories notes what absolute paths lose from now on. A scan of a scope without absolute paths says nothing of it.
func keepDirectories(ctx context.Context, tx *database.Tx, on root.Key, scopes []Scope, lost map[ScopeID]directories) error {
	var rows [][]any
	for _, scope := range scopes {
		before := lost[ScopeID{scope.Tool, scope.AutomationID}]
		if scope.Directory == "" || scope.Directory == before.last() {
			continue
		}
		list, err := json.Marshal(before.with(scope.Directory))
		if err != nil {
			return fmt.Errorf("write directories as JSON: %w", err)
		}
		rows = append(rows, []any{on.GroupID, on.ID, scope.Tool, scope.AutomationID, string(list)})
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.LoadOnConflict(ctx, "scan_scopes", []string{"group_id", "root_id", "tool", "automation_id", "directories"},
		replaceDirectories, database.RowsOf(rows, func(row []any) []any { return row }))
	return err
}

// survey reads a file for a root. Done again after its plan was kept it answers the same. It does not authorize.
func (s *Service) survey(ctx context.Context, log *sarif.Log, on root.Key) (*Survey, map[ScopeID]directories, error) {
	lost, err := s.directoriesOf(ctx, on)
	if err != nil {
		return nil, nil, err
	}
	survey, err := NewSurvey(ctx, log, func(id ScopeID) string { return lost[id].last() })
	return survey, lost, err
}

// plan compares a surveyed file with what is known of its scopes. It writes nothing, and does not authorize.
func (s *Service) plan(ctx context.Context, survey *Survey, lost map[ScopeID]directories, on root.Key) (*plan, error) {
	p := &plan{Receipt: survey.Receipt, Scopes: make([]planOfScope, len(survey.Scopes))}
	for i := range survey.Scopes {
		scope := &survey.Scopes[i]
		known, err := s.known(ctx, scope, on, lost[ScopeID{scope.Tool, scope.AutomationID}])
		if err != nil {
			return nil, err
		}
		p.Scopes[i] = planScope(scope, known, &p.Receipt)
	}
	if !p.Receipt.Balanced() {
		return nil, fmt.Errorf("the receipt of a scan does not balance: %+v", p.Receipt)
	}
	return p, nil
}

func planScope(scope *Scope, k knownOfScope, receipt *Receipt) planOfScope {
	matching := Match(k.locations, scope.Observations)
	receipt.CountAll(matching, scope.Complete)
	n := len(matching.Verdicts)
	p := planOfScope{Actions: make([]byte, n), IDs: make(ids, n*idBytes)}
	for i, verdict := range matching.Verdicts {
		does := actionOf(verdict)
		p.Actions[i] = byte(does)
		if does != keep && does != create {
			copy(p.IDs[i*idBytes:], k.ids.raw(int(verdict.Known)))
		}
	}
	if scope.Complete {
		for _, i := range matching.Unseen {
			p.Unseen = append(p.Unseen, k.ids.raw(int(i))...)
		}
	}
	return p
}

func actionOf(v Verdict) action {
	switch v.Outcome {
	case Created:
		return create
	case Moved:
		return move
	case Reopened:
		return reopen
	case Unchanged:
		if v.Refresh {
			return refresh
		}
	}
	return keep
}

// knownOfScope are the locations of a scope: 96 bytes for each.
type knownOfScope struct {
	locations []Known
	ids       ids
}

// known reads what ASM has of a scope whose absolute paths have lost these directories.
func (s *Service) known(ctx context.Context, scope *Scope, on root.Key, lost directories) (knownOfScope, error) {
	var all knownOfScope
	for k, err := range vulnerability.Stream(ctx, s.db, vulnerability.Scope{
		GroupID: on.GroupID, RootID: on.ID, Tool: scope.Tool, AutomationID: scope.AutomationID,
	}) {
		if err != nil {
			return all, err
		}
		kept := loadKeys(k)
		place := Place{Type: typeOf(k.Type), Where: k.Place, Specific: k.Specific}
		if place.Type == Lines {
			place.Where = Rebase(k.Place, lost.named(kept.directory), scope.Directory)
		}
		all.locations = append(all.locations, Known{
			Keys: kept.keys.At(place), Facts: kept.facts, Closed: k.State == vulnerability.Safe, Rebased: place.Where != k.Place,
		})
		if all.ids, err = all.ids.add(k.ID); err != nil {
			return all, err
		}
	}
	return all, nil
}

// keysKind is the kind of recognition key that holds a location's [storedKeys].
const keysKind = 1

// storedKeys are kept with a location: what recognises it, what may change beside, and what its path is relative to.
type storedKeys struct {
	keys      Keys
	facts     uint32
	directory uint32 // digest
}

// behindKeys is how many bytes follow the keys.
const behindKeys = 8

func (k storedKeys) store() []vulnerability.RecognitionKey {
	b := binary.BigEndian.AppendUint32(k.keys.Encode(), k.facts)
	return []vulnerability.RecognitionKey{{Kind: keysKind, Digest: binary.BigEndian.AppendUint32(b, k.directory)}}
}

// loadKeys answers what was stored. A location whose keys are of a form that is not known is recognised by its rule and
// place, and has its keys written anew.
func loadKeys(k vulnerability.Known) storedKeys {
	for _, key := range k.Keys {
		end := len(key.Digest) - behindKeys
		if key.Kind != keysKind || end < 0 {
			continue
		}
		if keys, err := DecodeKeys(key.Digest[:end]); err == nil {
			facts, directory := key.Digest[end:end+4], key.Digest[end+4:]
			return storedKeys{keys, binary.BigEndian.Uint32(facts), binary.BigEndian.Uint32(directory)}
		}
	}
	return storedKeys{keys: Keys{Rule: digest("rule", k.RuleID)}}
}

// The types of a location in the words of scans and of locations.
var locationTypes = map[string]vulnerability.Type{
	Lines: vulnerability.Lines, Inputs: vulnerability.Inputs, Ports: vulnerability.Ports,
}

func typeOf(t vulnerability.Type) string {
	for word, known := range locationTypes {
		if known == t {
			return word
		}
	}
	return Lines
}

const (
	dropPlans = `
	DELETE FROM scan_plans
	 WHERE group_id = $1
	   AND root_id = $2
	RETURNING digest`

	insertPlan = `
	INSERT INTO scan_plans (group_id, job_id, root_id, digest, done)
	VALUES ($1, $2, $3, $4, 0)`

	planOfJob = `
	SELECT digest, done
	  FROM scan_plans
	 WHERE group_id = $1
	   AND job_id = $2`

	// Nobody else applies the same plan as long as the number is as it was left.
	advancePlan = `
	UPDATE scan_plans
	   SET done = $4
	 WHERE group_id = $1
	   AND job_id = $2
	   AND done = $3`
)

// keepPlan writes the plan of an import down, in place of any other on the root: the jobs of those are over, or plan anew.
func (im *running) keepPlan(ctx context.Context, lost map[ScopeID]directories) error {
	digest, err := im.storePlan(ctx, im.plan)
	if err != nil {
		return fmt.Errorf("keep the plan of an import: %w", err)
	}
	var dropped []blob.Digest
	err = im.db.Write(ctx, func(tx *database.Tx) (err error) {
		dropped, err = database.Collect(ctx, tx, database.Value[blob.Digest], dropPlans, im.on.GroupID, im.on.ID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, insertPlan, im.on.GroupID, im.job.Job.ID, im.on.ID, digest); err != nil {
			return err
		}
		return keepDirectories(ctx, tx, im.on, im.survey.Scopes, lost)
	})
	if err != nil {
		return fmt.Errorf("keep the plan of an import: %w", err)
	}
	return im.forget(digest, dropped)
}

func (s *Service) storePlan(ctx context.Context, p *plan) (blob.Digest, error) {
	reader, writer := io.Pipe()
	defer reader.Close() // lets the encoder end when Put does not read to the end
	go func() { writer.CloseWithError(gob.NewEncoder(writer).Encode(p)) }()
	digest, _, err := s.files.Put(ctx, reader, math.MaxInt64)
	return digest, err
}

// forget removes the files of plans that are no longer needed, but the one that is.
func (s *Service) forget(needed blob.Digest, dropped []blob.Digest) error {
	for _, digest := range dropped {
		if digest == needed {
			continue
		}
		if err := s.files.Remove(digest); err != nil {
			return err
		}
	}
	return nil
}

// keptPlan answers a job's plan, and how many of its steps are applied; nil when it has none yet.
func (s *Service) keptPlan(ctx context.Context, groupID, jobID string) (p *plan, done int, err error) {
	type row struct {
		digest blob.Digest
		done   int
	}
	kept, err := database.One(ctx, s.db, func(r database.Row) (k row, err error) {
		return k, r.Scan(&k.digest, &k.done)
	}, planOfJob, groupID, jobID)
	if errors.Is(err, database.ErrNoRow) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read the plan of an import: %w", err)
	}
	content, _, err := s.files.Open(kept.digest)
	if err != nil {
		return nil, 0, fmt.Errorf("read the plan of an import: %w", err)
	}
	defer content.Close()
	p = &plan{}
	if err := gob.NewDecoder(bufio.NewReader(content)).Decode(p); err != nil {
		return nil, 0, fmt.Errorf("read the plan of an import: %w", err)
	}
	return p, kept.done, nil
}

// dropPlan forgets the plans of a root.
func (s *Service) dropPlan(ctx context.Context, on root.Key) error {
	var dropped []blob.Digest
	err := s.db.Write(ctx, func(tx *database.Tx) (err error) {
		dropped, err = database.Collect(ctx, tx, database.Value[blob.Digest], dropPlans, on.GroupID, on.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget the plan of an import: %w", err)
	}
	return s.forget("", dropped)
}
