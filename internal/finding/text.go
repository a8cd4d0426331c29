package finding

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"asm.example/asm/internal/problem"
)

// Texts that clients compare.
const (
	errLength         = "Exception - Invalid field length in form"
	errCharacters     = "Exception - Invalid characters"
	errID             = "Exception - Invalid finding id in form"
	errTitle          = "Exception - The inserted Draft/Finding title is invalid"
	errRequirement    = "Exception - The requirement is not valid in the vulnerability"
	errNoRequirements = "Exception - The unfulfilled requirements are required"
)

// Most characters of a finding's texts.
const (
	maxDescription    = 1000
	maxAttackVector   = 650
	maxThreat         = 650
	maxRecommendation = 500
	maxRequirement    = 300
)

// Ids of findings have been UUIDs and, long ago, numbers.
var idPattern = regexp.MustCompile(`^([0-9]+|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$`)

// checkID answers an Invalid problem for what cannot be an id.
func checkID(findingID string) error {
	if !idPattern.MatchString(findingID) {
		return problem.Invalid("findingId", errID)
	}
	return nil
}

// checkTexts judges what people write about a weakness.
func (w Words) checkTexts() error {
	for _, text := range []struct {
		field, value string
		most         int
	}{
		{"description", w.Description, maxDescription},
		{"attackVectorDescription", w.AttackVectorDescription, maxAttackVector},
		{"threat", w.Threat, maxThreat},
		{"recommendation", w.Recommendation, maxRecommendation},
	} {
		if err := checkText(text.field, text.value, text.most); err != nil {
			return err
		}
	}
	return nil
}

// checkText wants 1 to most characters, one of them visible, and none that controls something but line breaks and tabs.
// Whatever is dangerous in HTML or a spreadsheet is made safe where it is written out.
func checkText(field, value string, most int) error {
	if n := utf8.RuneCountInString(value); n < 1 || n > most {
		return problem.Invalid(field, errLength).With("min", 1).With("max", most)
	}
	if !utf8.ValidString(value) || strings.TrimSpace(value) == "" || strings.ContainsFunc(value, isForbidden) {
		return problem.Invalid(field, errCharacters)
	}
	return nil
}

func isForbidden(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r'
}

// checkRequirements judges ids by what the title's entry of the catalogue lists, or for a title outside of it by what
// requirements there are.
func checkRequirements(title string, ids []string) error {
	weakness, catalogued := ByTitle(title)
	for _, id := range ids {
		if err := checkText("unfulfilledRequirements", id, maxRequirement); err != nil {
			return err
		}
		_, known := RequirementByID(id)
		if catalogued {
			known = slices.Contains(weakness.Requirements, id)
		}
		if !known {
			return problem.Invalid("unfulfilledRequirements", errRequirement).With("allowed", weakness.Requirements)
		}
	}
	return nil
}

// codeOf is what stands before the first full stop of a title.
func codeOf(title string) string {
	code, _, _ := strings.Cut(title, ".")
	return code
}

// sorted answers the values in order, each once.
func sorted(values []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(values)))
}

// CheckText answers an Invalid problem for a text that people may not write about a weakness: one that is shorter or longer
// than allowed, in characters, that holds control characters other than line breaks and tabs, or blanks alone.
func CheckText(field, value string, least, most int) error {
	if value == "" && least == 0 {
		return nil
	}
	if n := utf8.RuneCountInString(value); n < least {
		return problem.Invalid(field, errLength).With("min", least).With("max", most)
	}
	return checkText(field, value, most)
}
