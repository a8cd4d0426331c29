package scan

import "asm.example/asm/internal/finding"

// CWEOfRules answers the table as "tool rule" to its first CWE.
func CWEOfRules() map[string]int {
	all := map[string]int{}
	for tool, rules := range cweOfRules {
		for rule, cwe := range rules {
			all[tool+" "+rule] = cwe[0]
		}
	}
	return all
}

// Weakness is what a CWE leads to.
func Weakness(cwe int) (finding.Weakness, bool) { return finding.ByCWE(cwe) }
