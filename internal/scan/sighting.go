package scan

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"asm.example/asm/internal/finding"
	"asm.example/asm/internal/scan/sarif"
	"asm.example/asm/internal/vulnerability"
)

// sightingOf answers what a location keeps of a result.
func (im *running) sightingOf(item Item) *vulnerability.Sighting {
	result := item.Result
	kept := storedKeys{
		keys: KeysOf(result, item.Place), facts: factsOf(result),
		directory: directoryDigest(im.survey.Scopes[item.Scope].Directory),
	}
	cwe := make([]int64, len(result.CWEs))
	for i, number := range result.CWEs {
		cwe[i] = int64(number)
	}
	technique, cves := techniqueOf(item)
	return &vulnerability.Sighting{
		Type: locationTypes[item.Place.Type], Place: item.Place.Where, Specific: item.Place.Specific,
		RuleID: result.RuleID, Message: result.Message, CWE: cwe,
		Vector: item.Severity.Vector, ScannerSeverity: sarif.Clean(item.Severity.Own), ScannerSeverityOrigin: item.Severity.Origin,
		Technique: technique, AdvisoryCVEs: cves, Snippet: snippetOf(result.Location), Keys: kept.store(),
	}
}

// advisory is what rules about components are named by. It stands at the beginning of a rule's id, or behind a slash.
var advisory = regexp.MustCompile(`(?:^|/)(CVE-\d{4}-\d{4,}|GHSA(?:-[0-9a-z]{4}){3})`)

// techniqueOf tells how a result was found, and which advisories it is about: rules named by an advisory speak of
// components, places on the net were tried out, and other scanners read code.
func techniqueOf(item Item) (technique vulnerability.Technique, cves []string) {
	if named := advisory.FindStringSubmatch(item.Result.RuleID); named != nil {
		return vulnerability.SCA, named[1:]
	}
	if item.Place.Type != Lines {
		return vulnerability.DAST, nil
	}
	return vulnerability.SAST, nil
}

// snippetOf answers the code of a result as text that can be kept: code may have any bytes in it. Here its end is cut
// where nobody keeps it, so that many results wait for their transaction in little memory.
func snippetOf(location sarif.Location) vulnerability.Snippet {
	text := location.Snippet[:min(len(location.Snippet), 2*vulnerability.MaxSnippet)]
	text = strings.ReplaceAll(strings.ToValidUTF8(text, string(utf8.RuneError)), "\x00", string(utf8.RuneError))
	if strings.TrimSpace(text) == "" {
		return vulnerability.Snippet{}
	}
	return vulnerability.Snippet{Text: strings.Clone(text), Line: int64(location.SnippetLine)}
}

// The most characters that a finding made from a rule has in its title, and in the texts that people are held to.
const (
	maxTitle          = 120
	maxDescription    = 1000
	maxRecommendation = 500
)

// uncatalogued begins the title of a finding that the catalogue does not know.
const uncatalogued = "000. "

// findingOf answers the finding that a new location belongs to: the catalogue's for a CWE of the result, or of its rule by
// [cweOfRules]; else one named by the rule.
func findingOf(item Item, tool string) finding.Imported {
	for _, cwe := range slices.Concat(item.Result.CWEs, cweOfRule(tool, item.Result.RuleID)) {
		w, known := finding.ByCWE(cwe)
		if !known {
			continue
		}
		severity, err := finding.ParseSeverity(w.Vector)
		if err != nil {
			panic("scan: a vector of the catalogue: " + err.Error()) // its tests hold it to be right
		}
		return finding.Imported{Severity: severity, Words: finding.Words{
			Title: w.FullTitle(), Description: w.Description, Threat: w.Threat, Recommendation: w.Recommendation,
			RequirementIDs: w.Requirements,
		}}
	}
	return namedByRule(item)
}

func namedByRule(item Item) finding.Imported {
	var rule sarif.Rule
	if item.Result.Rule != nil {
		rule = *item.Result.Rule
	}
	name := titleOf(rule.Short)
	if name == "" {
		name = titleOf(item.Result.RuleID)
	}
	description := rule.Full
	if description == "" {
		description = rule.Short
	}
	if description == "" {
		description = item.Result.Message
	}
	return finding.Imported{
		Severity: finding.Severity{Vector: item.Severity.Vector, Tenths: item.Severity.Tenths},
		Words: finding.Words{
			Title: uncatalogued + name, Description: cutText(description, maxDescription),
			Recommendation: cutText(rule.Help, maxRecommendation),
		},
	}
}

// titleOf makes one line of a text, without the full stop at its end.
func titleOf(text string) string {
	line := strings.TrimRight(strings.Join(strings.Fields(text), " "), ". ")
	return cutText(line, maxTitle-len(uncatalogued))
}

// cutText cuts a text to a number of characters, the last of them an ellipsis.
func cutText(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:most-1])) + "…"
}
