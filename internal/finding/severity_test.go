package finding_test

import (
	"maps"
	"testing"

	"pgregory.net/rapid"

	"asm.example/asm/internal/finding"
	"asm.example/asm/internal/problem"
)

const invalidVector = "Exception - Error invalid severity CVSS v3.1 vector string"

func TestVectorsAreCanonicalAndScoredByTheirTemporalMetrics(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, vector, want string
		tenths             int
	}{
		{"as it is", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98},
		{"other order", "CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98},
		{"X left out", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:X/RL:O/MAV:X",
			"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/RL:O", 94},
		{"scope changed", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 100},
		{"environment without part", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N/MC:H/CR:H",
			"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N/CR:H/MC:H", 53},
		{"no impact", "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", 0},
		{"proof of concept, official fix", "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N/E:P/RL:O/RC:C",
			"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N/E:P/RL:O/RC:C", 59},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()

			got, err := finding.ParseSeverity(row.vector)

			if err != nil || got.Vector != row.want || got.Tenths != row.tenths {
				t.Errorf("= %+v, %v, want %s with %d tenths", got, err, row.want, row.tenths)
			}
		})
	}
}

func TestWhatIsNoVectorIsRefused(t *testing.T) {
	t.Parallel()
	for name, vector := range map[string]string{
		"empty":             "",
		"version 3.0":       "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"version 4.0":       "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
		"no prefix":         "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"base incomplete":   "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
		"metric twice":      "CVSS:3.1/AV:N/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"unknown metric":    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/ZZ:H",
		"unknown value":     "CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"slash at the end":  "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/",
		"X in the base":     "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"letters too small": "cvss:3.1/av:n/ac:l/pr:n/ui:n/s:u/c:h/i:h/a:h",
	} {
		if got, err := finding.ParseSeverity(vector); !problem.Is(err, problem.KindInvalid) || err.Error() != invalidVector {
			t.Errorf("%s = %+v, %v, want %q", name, got, err, invalidVector)
		}
	}
}

func TestExposureGrowsByFourWithEachPoint(t *testing.T) {
	t.Parallel()
	for tenths, want := range map[int]int64{0: 4, 20: 62, 40: 1000, 41: 1149, 50: 4000, 98: 3104188, 100: 4096000} {
		if got := finding.CVSSF(tenths); got != want {
			t.Errorf("CVSSF(%d) = %d thousandths, want %d", tenths, got, want)
		}
	}
}

func TestLevelsBeginWhereTheSpecificationSays(t *testing.T) {
	t.Parallel()
	for tenths, want := range map[int]finding.Level{
		0: finding.NoLevel, 1: finding.LowLevel, 39: finding.LowLevel, 40: finding.MediumLevel, 69: finding.MediumLevel,
		70: finding.HighLevel, 89: finding.HighLevel, 90: finding.CriticalLevel, 100: finding.CriticalLevel,
	} {
		if got := finding.LevelOf(tenths); got != want {
			t.Errorf("LevelOf(%d) = %d, want %d", tenths, got, want)
		}
	}
}

func TestExploitableUnlessOnlyProvenOrInTheory(t *testing.T) {
	t.Parallel()
	for suffix, want := range map[string]bool{"": true, "/E:H": true, "/E:F": true, "/E:P": false, "/E:U": false} {
		severity, err := finding.ParseSeverity("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if got := severity.IsExploitable(); got != want {
			t.Errorf("with %q exploitable = %v, want %v", suffix, got, want)
		}
	}
}

// nineEight are the weights of a vector as existing clients send them, nothing optional defined.
func nineEight() finding.Weights {
	weights := finding.Weights{}
	for _, name := range finding.WeightNames() {
		weights[name] = 0
	}
	maps.Copy(weights, finding.Weights{
		"attackVector": 0.85, "attackComplexity": 0.77, "privilegesRequired": 0.85, "userInteraction": 0.85,
		"confidentialityImpact": 0.56, "integrityImpact": 0.56, "availabilityImpact": 0.56,
	})
	return weights
}

func TestWeightsBecomeAVector(t *testing.T) {
	t.Parallel()
	const base = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
	for _, row := range []struct {
		name   string
		change finding.Weights
		want   string
	}{
		{"nothing optional", nil, base},
		{"1 among temporal metrics", finding.Weights{"exploitability": 1, "remediationLevel": 1, "reportConfidence": 1},
			base + "/E:H/RL:U/RC:C"},
		{"1 among requirements", finding.Weights{"confidentialityRequirement": 1, "integrityRequirement": 1}, base},
		{"requirements", finding.Weights{"confidentialityRequirement": 1.5, "integrityRequirement": 0.5}, base + "/CR:H/IR:L"},
		{"privileges of the other scope", finding.Weights{"privilegesRequired": 0.68},
			"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"},
		{"privileges, scope changed", finding.Weights{"privilegesRequired": 0.27, "severityScope": 1},
			"CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:C/C:H/I:H/A:H"},
		{"modified scope alone", finding.Weights{"modifiedSeverityScope": 1}, base},
		{"modified scope with privileges", finding.Weights{"modifiedSeverityScope": 1, "modifiedPrivilegesRequired": 0.62},
			base + "/MPR:L/MS:C"},
		{"modified privileges", finding.Weights{"modifiedPrivilegesRequired": 0.85}, base + "/MPR:N/MS:U"},
		{"modified impact", finding.Weights{"modifiedIntegrityImpact": 0.22}, base + "/MI:L"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			weights := nineEight()
			maps.Copy(weights, row.change)

			got, err := finding.SeverityOf(weights)

			if err != nil || got.Vector != row.want {
				t.Errorf("= %+v, %v, want %s", got, err, row.want)
			}
		})
	}
}

func TestWeightsThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	const outOfRange = "Invalid, severity update values out of range"
	for name, change := range map[string]finding.Weights{
		"between two":       {"attackVector": 0.7},
		"0 in the base":     {"attackComplexity": 0},
		"negative":          {"exploitability": -1},
		"beyond ten":        {"reportConfidence": 11},
		"another metric's":  {"userInteraction": 0.44},
		"scope 2":           {"severityScope": 2},
		"requirement of 10": {"integrityRequirement": 10},
	} {
		weights := nineEight()
		maps.Copy(weights, change)
		if _, err := finding.SeverityOf(weights); !problem.Is(err, problem.KindInvalid) || err.Error() != outOfRange {
			t.Errorf("%s: %v, want %q", name, err, outOfRange)
		}
	}
}

func TestMissingWeightsAreNamed(t *testing.T) {
	t.Parallel()
	weights := nineEight()
	delete(weights, "severityScope")
	delete(weights, "attackVector")

	_, err := finding.SeverityOf(weights)

	if want := "Exception - Severity has missing fields: attackVector, severityScope"; err == nil || err.Error() != want {
		t.Errorf("error = %v, want %q", err, want)
	}
}

func TestWeightsAsTextMustBeNumbers(t *testing.T) {
	t.Parallel()
	weights, err := finding.ParseWeights(map[string]string{"attackVector": "0.85", "severity": "critical"})
	if err != nil || len(weights) != 1 || weights["attackVector"] != 0.85 {
		t.Errorf("weights = %v, %v, want attackVector 0.85 alone", weights, err)
	}

	_, err = finding.ParseWeights(map[string]string{"attackVector": "high"})

	if want := "Exception - CVSS field value must be a number"; err == nil || err.Error() != want {
		t.Errorf("error = %v, want %q", err, want)
	}
}

// What a client reads and sends back unchanged must keep its score. The vector may lose what the weights cannot tell
// apart: X among the temporal metrics, M among the requirements, a modified scope without modified privileges.
func TestReadingWeightsAndSendingThemBackKeepsTheScore(t *testing.T) {
	t.Parallel()
	options := map[string][]string{
		"AV": {"N", "A", "L", "P"}, "AC": {"L", "H"}, "PR": {"N", "L", "H"}, "UI": {"N", "R"}, "S": {"U", "C"},
		"C": {"N", "L", "H"}, "I": {"N", "L", "H"}, "A": {"N", "L", "H"}, "E": {"X", "U", "P", "F", "H"},
		"RL": {"X", "O", "T", "W", "U"}, "RC": {"X", "U", "R", "C"}, "CR": {"X", "L", "H"}, "MAV": {"X", "N", "P"},
		"MPR": {"X", "N", "L", "H"}, "MC": {"X", "L", "H"},
	}
	order := []string{"AV", "AC", "PR", "UI", "S", "C", "I", "A", "E", "RL", "RC", "CR", "MAV", "MPR", "MC"}
	rapid.Check(t, func(t *rapid.T) {
		vector := "CVSS:3.1"
		for _, metric := range order {
			vector += "/" + metric + ":" + rapid.SampledFrom(options[metric]).Draw(t, metric)
		}
		severity, err := finding.ParseSeverity(vector)
		if err != nil {
			t.Fatal(err)
		}

		back, err := finding.SeverityOf(severity.Weights())

		if err != nil || back.Tenths != severity.Tenths {
			t.Fatalf("%s became %+v, %v, want %d tenths", severity.Vector, back, err, severity.Tenths)
		}
		if again, err := finding.SeverityOf(back.Weights()); err != nil || again != back {
			t.Fatalf("%+v became %+v, %v at the second turn, want no change", back, again, err)
		}
	})
}

func FuzzVectorsThatAreReadAreReadAgain(f *testing.F) {
	f.Add("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")
	f.Add("CVSS:3.1/A:H/I:H/C:H/S:C/UI:R/PR:H/AC:H/AV:P/E:X/RL:W/RC:U/MS:U/MPR:L")
	f.Add("CVSS:3.1/")
	f.Fuzz(func(t *testing.T, vector string) {
		severity, err := finding.ParseSeverity(vector)
		if err != nil {
			return
		}
		again, err := finding.ParseSeverity(severity.Vector)
		if err != nil || again != severity || severity.Tenths < 0 || severity.Tenths > 100 {
			t.Fatalf("%q is %+v, which is %+v, %v", vector, severity, again, err)
		}
	})
}
