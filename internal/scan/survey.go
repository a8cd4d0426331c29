package scan

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"asm.example/asm/internal/scan/sarif"
)

// Scope is what closing is limited to, beside the root: the results of one tool under one automationDetails.id. Several
// runs of a file may belong to it. The tool's version is no part of it.
type Scope struct {
	Tool         string
	ToolVersion  string
	AutomationID string // as written, "" when none

	// Complete tells that every run of the scope succeeded and brought its results, so that what is missing is gone.
	Complete bool
	// Directory is what absolute paths lost, to be handed to the scope's next survey; "" when none did.
	Directory string
	// Observations are the weaknesses seen, suppressed ones too, in the file's order.
	Observations []Observation
}

// ScopeID names a scope of a root.
type ScopeID struct {
	Tool, AutomationID string
}

// Survey is what a file says, reduced to what identity needs; texts are read again by [Survey.Items]. It takes 80 bytes for
// each result.
type Survey struct {
	Scopes []Scope
	// Receipt counts what was read, and of it what is no weakness or rejected. [Receipt.CountAll] adds the rest.
	Receipt Receipt

	log     *sarif.Log
	paths   []*Paths // of each scope
	scopeOf []int    // of each run
}

// Item is a weakness with its texts.
type Item struct {
	Scope       int // index in [Survey.Scopes]
	Observation int // index in the scope's observations
	Result      *sarif.Result
	Place       Place
	Severity    Severity
}

// NewSurvey reads the results of an opened file twice: for the directories that absolute paths lose, and for the
// observations. previous answers the directory that a scope lost at its last import, "" when it is new.
//
// A file that broke off meanwhile is a [*sarif.Refusal]; other errors are the disk's or the context's.
func NewSurvey(ctx context.Context, log *sarif.Log, previous func(ScopeID) string) (*Survey, error) {
	s := &Survey{Receipt: NewReceipt(), log: log}
	s.gatherScopes()
	if err := s.observeDirectories(ctx); err != nil {
		return nil, err
	}
	for i := range s.Scopes {
		scope := &s.Scopes[i]
		scope.Directory = s.paths[i].Settle(previous(ScopeID{scope.Tool, scope.AutomationID}))
	}
	err := s.each(ctx, &s.Receipt, func(scope int, result *sarif.Result, place Place) bool {
		observations := &s.Scopes[scope].Observations
		*observations = append(*observations, Observation{KeysOf(result, place), factsOf(result), result.Suppressed})
		return true
	})
	if err != nil {
		return nil, err
	}
	for _, paths := range s.paths {
		s.Receipt.Notes = append(s.Receipt.Notes, paths.Notes()...)
	}
	return s, nil
}

// gatherScopes puts runs of the same tool and automation id together, in the order of their first.
func (s *Survey) gatherScopes() {
	byID := map[ScopeID]int{}
	var runs [][]*sarif.Run
	var results []int
	s.scopeOf = make([]int, len(s.log.Runs))
	for i := range s.log.Runs {
		run := &s.log.Runs[i]
		id := ScopeID{sarif.Clean(run.Tool), sarif.Clean(run.AutomationID)}
		at, found := byID[id]
		if !found {
			at = len(s.Scopes)
			byID[id] = at
			s.Scopes = append(s.Scopes, Scope{Tool: id.Tool, ToolVersion: sarif.Clean(run.ToolVersion), AutomationID: id.AutomationID, Complete: true})
			runs, results = append(runs, nil), append(results, 0)
		}
		s.scopeOf[i] = at
		runs[at] = append(runs[at], run)
		results[at] += run.Results
		s.noteIncomplete(&s.Scopes[at], run)
	}
	for i := range s.Scopes {
		s.paths = append(s.paths, NewPaths(runs[i]...))
		s.Scopes[i].Observations = make([]Observation, 0, results[i])
	}
}

func (s *Survey) noteIncomplete(scope *Scope, run *sarif.Run) {
	switch {
	case run.Failed:
		s.Receipt.Notes = append(s.Receipt.Notes, scope.Tool+" says that its run did not succeed: nothing is closed")
	case !run.HasResults:
		s.Receipt.Notes = append(s.Receipt.Notes, scope.Tool+" has a run without results in this file: nothing is closed")
	default:
		return
	}
	scope.Complete = false
}

func (s *Survey) observeDirectories(ctx context.Context) error {
	for result, err := range s.log.Results(ctx) {
		var rejection *sarif.Rejection
		switch {
		case errors.As(err, &rejection):
		case err != nil:
			return err
		case isWeakness(result):
			s.paths[s.scopeOf[result.Run]].Observe(result.Location)
		}
	}
	return nil
}

// isWeakness leaves out what is of another kind, and what the scanner itself, comparing with an earlier run, says is gone.
func isWeakness(result *sarif.Result) bool {
	return result.Kind == "fail" && result.Baseline != "absent"
}

// each reads the results and hands out the weaknesses that have a place, always the same ones in the same order. What
// falls out is counted in the receipt.
func (s *Survey) each(ctx context.Context, receipt *Receipt, visit func(scope int, result *sarif.Result, place Place) bool) error {
	for result, err := range s.log.Results(ctx) {
		var rejection *sarif.Rejection
		switch {
		case errors.As(err, &rejection):
			receipt.Read++
			receipt.Reject(rejection.At, rejection.Reason)
			continue
		case err != nil:
			return err
		}
		receipt.Read++
		if !isWeakness(result) {
			receipt.NotAWeakness++
			continue
		}
		scope := s.scopeOf[result.Run]
		place, err := s.paths[scope].Place(result.Location)
		if err != nil {
			receipt.Reject(result.At, err.Error())
			continue
		}
		if !visit(scope, result, place) {
			return nil
		}
	}
	return nil
}

// Items reads the file once more and hands out the weaknesses with their texts, in the order of the observations. An error
// is the last element.
func (s *Survey) Items(ctx context.Context) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		next := make([]int, len(s.Scopes))
		ignored := NewReceipt()
		err := s.each(ctx, &ignored, func(scope int, result *sarif.Result, place Place) bool {
			item := Item{
				Scope:       scope,
				Observation: next[scope],
				Result:      result,
				Place:       place,
				Severity:    severityOf(result),
			}
			next[scope]++
			return yield(item, nil)
		})
		if err != nil {
			yield(Item{}, err)
		}
	}
}

func severityOf(result *sarif.Result) Severity {
	return SeverityOf(result.SecuritySeverity, result.Rank, result.Level)
}

// factsOf digests what is kept of a result beside its keys, so that a change of it is noticed without keeping texts.
func factsOf(result *sarif.Result) uint32 {
	severity := severityOf(result)
	return uint32(digest("facts", severity.Origin, severity.Own, fmt.Sprint(result.CWEs)))
}

// names answers the tools and the automation ids of a file, each once, in the order of their first run; no empty id.
func (s *Survey) names() (tools, automationIDs []string) {
	for _, scope := range s.Scopes {
		if !slices.Contains(tools, scope.Tool) {
			tools = append(tools, scope.Tool)
		}
		if scope.AutomationID != "" && !slices.Contains(automationIDs, scope.AutomationID) {
			automationIDs = append(automationIDs, scope.AutomationID)
		}
	}
	return tools, automationIDs
}
