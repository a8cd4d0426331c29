package sarif

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// resolve puts what a result refers to in its place and gives defaults. Its error is the reason of a rejection.
func (p *parser) resolve(result *Result, w *raw) error {
	run := &p.log.Runs[result.Run]
	component := run.componentOf(w.rule)
	result.Rule = run.ruleOf(component, w)
	switch {
	case result.Rule != nil && result.Rule.ID != "":
		result.RuleID = result.Rule.ID
	case w.ruleID != "":
		result.RuleID = w.ruleID
	default:
		result.RuleID = w.rule.id
	}
	if result.RuleID = Clean(result.RuleID); result.RuleID == "" {
		return errors.New("the result names no rule")
	}
	if err := resolveKind(result, w.level); err != nil {
		return err
	}
	if err := run.resolveArtifact(&result.Location, w.artifactIndex); err != nil {
		return err
	}
	result.Message = w.message.render(result.Rule, component)
	result.Suppressed = w.suppressions > 0 && w.rejected == 0
	run.resolveSeverity(result, w)
	return nil
}

// componentOf finds the driver or the extension whose rule is meant.
func (run *Run) componentOf(rule taxon) *component {
	if rule.component >= 0 && rule.component < len(run.extensions) {
		return &run.extensions[rule.component]
	}
	if rule.name != "" {
		for i := range run.extensions {
			if run.extensions[i].name == rule.name {
				return &run.extensions[i]
			}
		}
	}
	return &run.driver
}

// ruleOf finds a result's rule: by its index, unless the id there contradicts; else by id, in the component meant, then in
// all; else by the id's part before the last slash, since a result may name a case of its rule (SARIF 2.1.0, 3.27.5).
func (run *Run) ruleOf(c *component, w *raw) *Rule {
	id := w.ruleID
	if id == "" {
		id = w.rule.id
	}
	for _, index := range []int{w.rule.index, w.ruleIndex} {
		if index < 0 || index >= len(c.rules) {
			continue
		}
		if rule := &c.rules[index]; id == "" || rule.ID == id || strings.HasPrefix(id, rule.ID+"/") {
			return rule
		}
	}
	for id != "" {
		if i, found := c.byID[id]; found {
			return &c.rules[i]
		}
		for _, other := range run.extensions {
			if i, found := other.byID[id]; found {
				return &other.rules[i]
			}
		}
		id = id[:max(strings.LastIndexByte(id, '/'), 0)]
	}
	return nil
}

var kinds = []string{"fail", "pass", "open", "review", "informational", "notApplicable"}

// resolveKind also settles the level (SARIF 2.1.0, 3.27.9 and 3.27.10).
func resolveKind(result *Result, written string) error {
	if result.Kind == "" {
		result.Kind = "fail"
	}
	if !slices.Contains(kinds, result.Kind) {
		return fmt.Errorf("the kind %q is none of %s", result.Kind, strings.Join(kinds, ", "))
	}
	result.Level = level(written)
	switch {
	case result.Level != "":
	case result.Kind != "fail":
		result.Level = "none"
	case result.Rule != nil && result.Rule.Level != "":
		result.Level = result.Rule.Level
	default:
		result.Level = "warning"
	}
	return nil
}

// resolveArtifact fills in what the result leaves to the run's list of artifacts.
func (run *Run) resolveArtifact(location *Location, index int) error {
	if location.URI != "" || index < 0 {
		return nil
	}
	if index >= len(run.artifacts) {
		return fmt.Errorf("the location refers to artifact %d, and the run lists %d", index, len(run.artifacts))
	}
	location.Artifact = run.artifacts[index]
	return nil
}

func (run *Run) resolveSeverity(result *Result, w *raw) {
	var own Rule
	for _, t := range w.taxa {
		own.addCWE(run.cweOf(t))
	}
	for _, cwe := range w.cwes {
		own.addCWE(cwe)
	}
	result.CWEs = own.CWEs
	if result.Rule == nil {
		return
	}
	if len(result.CWEs) == 0 {
		result.CWEs = result.Rule.CWEs
	}
	if result.SecuritySeverity == "" {
		result.SecuritySeverity = result.Rule.SecuritySeverity
	}
	if result.Rank < 0 {
		result.Rank = result.Rule.Rank
	}
}
