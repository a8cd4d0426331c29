package sarif

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Sizes of what is kept of texts that people read, in bytes.
const (
	maxText  = 8 << 10
	maxName  = 1 << 10
	maxLists = 256 // tags, relationships and the like of one rule or result
)

// Open reads the whole file once and keeps what the runs say about themselves. A file that is not SARIF 2.1.0, has no
// run, breaks off or goes beyond the limits is a [*Refusal]. The source stays with the log: who opened it closes it.
func Open(ctx context.Context, source io.ReadSeeker, limits Limits) (*Log, error) {
	start, err := sniff(source)
	if err != nil {
		return nil, err
	}
	l := &Log{source: source, limits: limits, start: start}
	decoder, err := l.newDecoder(ctx)
	if err != nil {
		return nil, err
	}
	s := &surveyor{
		reader: &reader{Decoder: decoder, start: start, depth: limits.Depth, lenient: true},
		limits: limits,
		top:    map[string]bool{},
	}
	if err := s.log(); err != nil {
		return nil, s.refusal(err)
	}
	l.Runs = s.runs
	return l, nil
}

// surveyor is the first pass.
type surveyor struct {
	*reader
	limits  Limits
	top     map[string]bool // names at the top, to tell what the file is when it is not SARIF; at most maxLists
	version string
	isSARIF bool // by its schema or its runs
	runs    []Run
	kept    int64 // bytes of texts
	results int
}

func (s *surveyor) log() error {
	err := s.object(func(name []byte) error {
		if len(s.top) < maxLists {
			s.top[cut(string(name), maxName)] = true
		}
		switch string(name) {
		case "$schema":
			schema, err := s.scalar(maxName)
			s.isSARIF = strings.Contains(strings.ToLower(schema), "sarif")
			return err
		case "version":
			version, err := s.scalar(maxName)
			if err != nil {
				return err
			}
			s.version = version
			return s.checkVersion()
		case "runs":
			s.isSARIF = true
			if err := s.checkVersion(); err != nil {
				return err
			}
			return s.strictly('[', "runs", func() error { return s.array(s.run) })
		}
		return s.skip()
	})
	if err != nil {
		return err
	}
	if _, err := s.ReadToken(); err != io.EOF {
		if err == nil {
			err = &Refusal{Reason: "The scan goes on after its end", At: &Place{Offset: s.InputOffset()}}
		}
		return err
	}
	return s.complete()
}

// checkVersion refuses another version as soon as it and the format are known, before a large file is read to its end. Other
// formats have versions, too.
func (s *surveyor) checkVersion() error {
	if s.isSARIF && s.version != "" && s.version != Version {
		return &Refusal{Reason: fmt.Sprintf("The scan is SARIF of version %q; only %s is read", s.version, Version)}
	}
	return nil
}

func (s *surveyor) complete() error {
	switch {
	case s.version == Version && len(s.runs) == 0:
		return &Refusal{Reason: "The scan has no runs: there is nothing in it to import"}
	case !s.top["runs"]:
		return &Refusal{Reason: "The scan is no SARIF file, it has no runs: it looks like " + looksLikeKeys(s.top)}
	case s.version == "":
		return &Refusal{Reason: "The scan says no version of SARIF; only " + Version + " is read"}
	}
	for i := range s.runs {
		if s.runs[i].Tool == "" {
			return &Refusal{Reason: fmt.Sprintf("The scan does not say which tool made it: /runs/%d/tool/driver/name is missing", i)}
		}
		s.runs[i].resolveTaxa()
	}
	return nil
}

// strictly is for the few values without which nothing can be read.
func (s *surveyor) strictly(kind byte, what string, read func() error) error {
	if got := s.PeekKind(); got != 0 && byte(got) != kind {
		if _, err := s.ReadToken(); err != nil {
			return err
		}
		at := s.here()
		return &Refusal{Reason: fmt.Sprintf("The scan is no valid SARIF: %s is %s", what, kindName(got)), At: &Place{at.Pointer, at.Offset - s.start}}
	}
	return read()
}

func (s *surveyor) run(int) error {
	return s.strictly('{', "a run", func() error {
		run := Run{Bases: map[string]Artifact{}}
		err := s.object(func(name []byte) error { return s.runMember(&run, string(name)) })
		s.runs = append(s.runs, run)
		return err
	})
}

func (s *surveyor) runMember(run *Run, name string) error {
	switch name {
	case "tool":
		return s.tool(run)
	case "automationDetails":
		return s.object(func(name []byte) (err error) {
			if string(name) != "id" {
				return s.skip()
			}
			run.AutomationID, err = s.keep(maxName)
			return err
		})
	case "invocations":
		return s.array(func(int) error { return s.invocation(run) })
	case "results":
		run.HasResults = true
		return s.strictly('[', "results", func() error { return s.array(func(int) error { return s.countResult(run) }) })
	case "originalUriBaseIds":
		return s.object(func(name []byte) error {
			base := string(name)
			artifact, err := s.artifactLocation()
			run.Bases[base] = artifact
			return err
		})
	case "artifacts":
		run.artifacts = nil
		return s.array(func(int) error { return s.artifact(run) })
	case "taxonomies":
		run.taxonomies = nil
		return s.array(func(int) (err error) {
			taxonomy, err := s.component("taxa")
			run.taxonomies = append(run.taxonomies, taxonomy)
			return err
		})
	case "externalPropertyFileReferences":
		return s.externals(run)
	}
	return s.skip()
}

// countResult passes over a result whatever is in it; the second pass judges it.
func (s *surveyor) countResult(run *Run) error {
	run.Results++
	s.results++
	if s.results > s.limits.Results {
		return &Refusal{Reason: fmt.Sprintf("The scan has more than %d results", s.limits.Results)}
	}
	base := s.StackDepth()
	if _, err := s.ReadToken(); err != nil {
		return err
	}
	return s.leave(base)
}

func (s *surveyor) invocation(run *Run) error {
	return s.object(func(name []byte) error {
		if string(name) != "executionSuccessful" || s.PeekKind() != 'f' {
			return s.skip()
		}
		run.Failed = true
		return s.skip()
	})
}

// externals notices results that are in another file, of which nothing is known.
func (s *surveyor) externals(run *Run) error {
	return s.object(func(name []byte) error {
		if string(name) != "results" {
			return s.skip()
		}
		return s.array(func(int) error {
			run.HasResults = false
			return s.skip()
		})
	})
}

func (s *surveyor) artifact(run *Run) error {
	var artifact Artifact
	err := s.object(func(name []byte) (err error) {
		if string(name) != "location" {
			return s.skip()
		}
		artifact, err = s.artifactLocation()
		return err
	})
	run.artifacts = append(run.artifacts, artifact)
	s.kept += 32
	return err
}

func (s *surveyor) artifactLocation() (Artifact, error) {
	var artifact Artifact
	err := s.object(func(name []byte) (err error) {
		switch string(name) {
		case "uri":
			artifact.URI, err = s.keep(0)
		case "uriBaseId":
			artifact.BaseID, err = s.keep(maxName)
		default:
			err = s.skip()
		}
		return err
	})
	return artifact, err
}

func (s *surveyor) tool(run *Run) error {
	return s.object(func(name []byte) error {
		switch string(name) {
		case "driver":
			var err error
			run.driver, err = s.driver(run)
			return err
		case "extensions":
			run.extensions = nil
			return s.array(func(int) error {
				extension, err := s.component("rules")
				run.extensions = append(run.extensions, extension)
				return err
			})
		}
		return s.skip()
	})
}

// driver also notes the tool's name and version.
func (s *surveyor) driver(run *Run) (component, error) {
	var semantic, plain string
	c, err := s.componentWith("rules", func(name string) (err error) {
		switch name {
		case "version":
			plain, err = s.keep(maxName)
		case "semanticVersion":
			semantic, err = s.keep(maxName)
		default:
			err = s.skip()
		}
		return err
	})
	run.Tool = strings.TrimSpace(c.name)
	run.ToolVersion = semantic
	if semantic == "" {
		run.ToolVersion = plain
	}
	return c, err
}

func (s *surveyor) component(descriptors string) (component, error) {
	return s.componentWith(descriptors, func(string) error { return s.skip() })
}

// componentWith reads a tool component; descriptors is the member that holds its rules or taxa.
func (s *surveyor) componentWith(descriptors string, other func(name string) error) (component, error) {
	c := component{byID: map[string]int{}}
	err := s.object(func(member []byte) (err error) {
		switch name := string(member); name {
		case "name":
			c.name, err = s.keep(maxName)
		case "guid":
			c.guid, err = s.keep(maxName)
		case "globalMessageStrings":
			c.messages, err = s.messageStrings()
		case descriptors:
			c.rules, c.byID = nil, map[string]int{}
			err = s.array(func(int) error { return s.descriptor(&c) })
		default:
			err = other(name)
		}
		return err
	})
	return c, err
}

func (s *surveyor) descriptor(c *component) error {
	rule, err := s.rule()
	if err != nil {
		return err
	}
	if _, taken := c.byID[rule.ID]; !taken && rule.ID != "" {
		c.byID[rule.ID] = len(c.rules)
	}
	c.rules = append(c.rules, rule)
	return nil
}

// keep reads a text that stays in memory until the log is dropped.
func (s *surveyor) keep(max int) (string, error) {
	text, err := s.text(max)
	return text, s.account(text, err)
}

// account counts a kept text, with what a map or slice needs for it.
func (s *surveyor) account(text string, err error) error {
	if s.kept += int64(len(text)) + 16; err == nil && s.kept > s.limits.Metadata {
		return &Refusal{Reason: fmt.Sprintf("The scan has more than %s of rules, artifacts and bases", size(s.limits.Metadata))}
	}
	return err
}

// resolveTaxa finds the CWE ids that rules name by a taxon's position alone, which may stand behind the rules.
func (run *Run) resolveTaxa() {
	for _, c := range append([]component{run.driver}, run.extensions...) {
		for i := range c.rules {
			rule := &c.rules[i]
			for _, t := range rule.taxa {
				rule.addCWE(run.cweOf(t))
			}
			for _, cwe := range rule.weakCWEs {
				rule.addCWE(cwe)
			}
			rule.taxa, rule.weakCWEs = nil, nil
		}
	}
}

// cweOf answers the CWE id that a reference to a taxon means, 0 when it means another thing.
func (run *Run) cweOf(t taxon) int {
	if t.index >= 0 && t.component >= 0 && t.component < len(run.taxonomies) && t.id == "" {
		taxonomy := run.taxonomies[t.component]
		if t.index < len(taxonomy.rules) {
			t.id, t.name = taxonomy.rules[t.index].ID, taxonomy.name
		}
	}
	if strings.EqualFold(t.name, "CWE") {
		return cweNumber(t.id)
	}
	return CWE(t.id)
}

func (r *Rule) addCWE(cwe int) {
	if cwe > 0 && !slices.Contains(r.CWEs, cwe) && len(r.CWEs) < maxLists {
		r.CWEs = append(r.CWEs, cwe)
	}
}
