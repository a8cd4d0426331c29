package finding

import (
	"math"

	gocvss31 "github.com/pandatix/go-cvss/31"

	"asm.example/asm/internal/problem"
)

// Texts that clients compare.
const (
	errVector        = "Exception - Error invalid severity CVSS v3.1 vector string"
	errSeverityScore = "Exception - Severity score is invalid"
)

// Severity is a CVSS 3.1 vector and its temporal score. Environmental metrics are kept and shown, but have no part in
// the score.
type Severity struct {
	// Vector is canonical: metrics in the order of the specification, those of value X left out.
	Vector string
	// Tenths is the temporal score in tenths, 0 to 100.
	Tenths int
}

// ParseSeverity reads a CVSS 3.1 vector with its metrics in any order. All base metrics must be there, each at most
// once. Problems: Invalid (cvssVector).
func ParseSeverity(vector string) (Severity, error) {
	parsed, err := gocvss31.ParseVector(vector)
	if err != nil {
		return Severity{}, problem.Invalid("cvssVector", errVector)
	}
	return Severity{Vector: parsed.Vector(), Tenths: int(math.Round(parsed.TemporalScore() * 10))}, nil
}

// Score is the temporal score, 0.0 to 10.0 with one decimal.
func (s Severity) Score() float64 {
	return float64(s.Tenths) / 10
}

// IsExploitable tells whether code that exploits the weakness is likely to exist: exploit code maturity functional,
// high or not defined.
func (s Severity) IsExploitable() bool {
	return s.Weights()["exploitability"] >= 0.97
}

// Level is a step of the qualitative severity scale of CVSS 3.1, section 5.
type Level int

// The levels by temporal score.
const (
	NoLevel       Level = iota // 0.0
	LowLevel                   // 0.1 to 3.9
	MediumLevel                // 4.0 to 6.9
	HighLevel                  // 7.0 to 8.9
	CriticalLevel              // 9.0 to 10.0
)

// LevelOf answers the level of a score in tenths.
func LevelOf(tenths int) Level {
	switch {
	case tenths >= 90:
		return CriticalLevel
	case tenths >= 70:
		return HighLevel
	case tenths >= 40:
		return MediumLevel
	case tenths > 0:
		return LowLevel
	}
	return NoLevel
}

// CVSSF is the risk exposure of one location in thousandths: 4^(score − 4), rounded half to even, so that ten lows do
// not outweigh a critical. Sums add the rounded values.
func CVSSF(tenths int) int64 {
	return int64(math.RoundToEven(1000 * math.Pow(4, float64(tenths-40)/10)))
}
