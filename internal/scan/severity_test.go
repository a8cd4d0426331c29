package scan

import (
	"testing"

	gocvss31 "github.com/pandatix/go-cvss/31"
)

func TestTheLadderTellsTrueScores(t *testing.T) {
	t.Parallel()
	before := 0
	for _, rung := range ladder {
		vector, err := gocvss31.ParseVector(rung.vector())
		if err != nil {
			t.Errorf("%s: %v", rung.vector(), err)
			continue
		}
		if got := int(vector.BaseScore()*10 + 0.5); got != rung.tenths {
			t.Errorf("%s scores %d, the ladder says %d", rung.vector(), got, rung.tenths)
		}
		if rung.tenths <= before {
			t.Errorf("rung %d stands behind %d", rung.tenths, before)
		}
		before = rung.tenths
	}
	if before != 100 {
		t.Errorf("the ladder ends at %d", before)
	}
}

func TestSeverityIsTheScannersWord(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		security string
		rank     float64
		level    string
		tenths   int
		origin   string
		own      string
	}{
		{"security-severity first", "9.8", 10, "note", 98, OriginSecuritySeverity, "9.8"},
		{"with blanks", " 7.0 ", -1, "note", 70, OriginSecuritySeverity, "7.0"},
		{"nearest", "9.52", -1, "error", 96, OriginSecuritySeverity, "9.52"},
		{"as near to both", "9.5", -1, "error", 96, OriginSecuritySeverity, "9.5"},
		{"highest", "10.0", -1, "", 100, OriginSecuritySeverity, "10.0"},
		{"lowest", "0.0", -1, "error", 16, OriginSecuritySeverity, "0.0"},
		{"a word", "high", -1, "error", 75, OriginLevel, "error"},
		{"beyond the scale", "11", 50, "error", 50, OriginRank, "50"},
		{"not a number", "NaN", -1, "error", 75, OriginLevel, "error"},
		{"rank", "", 95, "error", 96, OriginRank, "95"},
		{"rank with fraction", "", 53.4, "error", 53, OriginRank, "53.4"},
		{"rank that is a fraction of one", "", 0.6, "error", 75, OriginLevel, "error"},
		{"rank beyond the scale", "", 101, "note", 31, OriginLevel, "note"},
		{"error", "", -1, "error", 75, OriginLevel, "error"},
		{"warning", "", -1, "warning", 53, OriginLevel, "warning"},
		{"note", "", -1, "note", 31, OriginLevel, "note"},
		{"none", "", -1, "none", 31, OriginLevel, "none"},
		{"nothing", "", -1, "", 53, OriginLevel, "warning"},
	}
	for _, test := range tests {
		got := SeverityOf(test.security, test.rank, test.level)
		if got.Tenths != test.tenths || got.Origin != test.origin || got.Own != test.own {
			t.Errorf("%s: %+v, want %d by %s %s", test.name, got, test.tenths, test.origin, test.own)
		}
	}
	if got, want := SeverityOf("", -1, "error").Vector, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"; got != want {
		t.Errorf("vector = %s, want %s", got, want)
	}
}
