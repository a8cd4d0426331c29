package root

import (
	"strings"
	"unicode/utf8"
)

// maxBranch is how long a branch's name may be, in bytes.
const maxBranch = 1024

// isBranch tells what git takes for a branch's name, as `git check-ref-format --branch` does; see git-check-ref-format(1)
// for the rules. Names are short: main, not refs/heads/main.
func isBranch(name string) bool {
	if name == "" || len(name) > maxBranch || !utf8.ValidString(name) || name == "HEAD" {
		return false
	}
	if strings.HasPrefix(name, "-") || strings.HasSuffix(name, ".") {
		return false
	}
	if strings.Contains(name, "..") || strings.Contains(name, "@{") {
		return false
	}
	if strings.ContainsAny(name, ` ~^:?*[\`) || strings.ContainsFunc(name, isASCIIControl) {
		return false
	}
	for part := range strings.SplitSeq(name, "/") { // an empty one is a slash at an end, or two in a row
		if part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return true
}

func isASCIIControl(r rune) bool { return r < 0x20 || r == 0x7f }
