package finding

import (
	"strconv"
	"strings"

	gocvss31 "github.com/pandatix/go-cvss/31"

	"asm.example/asm/internal/problem"
)

// Texts that clients compare.
const (
	errWeightRange   = "Invalid, severity update values out of range"
	errWeightNumber  = "Exception - CVSS field value must be a number"
	errWeightMissing = "Exception - Severity has missing fields: "
)

// Weights are the numeric weights of a vector's 22 metrics, by the names that the API gives them ([WeightNames]).
// Existing clients send and read severities in this form. What is not defined weighs 1 among the temporal metrics and
// 0 among the environmental ones.
type Weights map[string]float64

// metric is one metric of CVSS 3.1 with the weights that the API knows for it.
type metric struct {
	name         string
	abbreviation string
	values       []metricValue
	undefined    float64 // weight of value X
	optional     bool    // may be X
}

// metricValue is a value of a metric and what it weighs.
type metricValue struct {
	value  string
	weight float64
}

// The values that several metrics share. The first value of a weight is the one that the weight means.
var (
	vectorValues      = []metricValue{{"P", 0.2}, {"L", 0.55}, {"A", 0.62}, {"N", 0.85}}
	complexityValues  = []metricValue{{"H", 0.44}, {"L", 0.77}}
	interactionValues = []metricValue{{"R", 0.62}, {"N", 0.85}}
	scopeValues       = []metricValue{{"U", 0}, {"C", 1}}
	impactValues      = []metricValue{{"N", 0}, {"L", 0.22}, {"H", 0.56}}
	requirementValues = []metricValue{{"L", 0.5}, {"X", 1}, {"M", 1}, {"H", 1.5}}
	// Privileges weigh differently once the scope changes. Either column is understood, whatever the scope.
	privilegeValues        = []metricValue{{"N", 0.85}, {"L", 0.62}, {"H", 0.27}, {"L", 0.68}, {"H", 0.5}}
	changedPrivilegeValues = []metricValue{{"N", 0.85}, {"L", 0.68}, {"H", 0.5}}
)

// metrics holds every metric in the order of the specification, table 15.
var metrics = []metric{
	{name: "attackVector", abbreviation: "AV", values: vectorValues},
	{name: "attackComplexity", abbreviation: "AC", values: complexityValues},
	{name: "privilegesRequired", abbreviation: "PR", values: privilegeValues},
	{name: "userInteraction", abbreviation: "UI", values: interactionValues},
	{name: "severityScope", abbreviation: "S", values: scopeValues},
	{name: "confidentialityImpact", abbreviation: "C", values: impactValues},
	{name: "integrityImpact", abbreviation: "I", values: impactValues},
	{name: "availabilityImpact", abbreviation: "A", values: impactValues},
	{name: "exploitability", abbreviation: "E", optional: true, undefined: 1,
		values: []metricValue{{"U", 0.91}, {"P", 0.94}, {"F", 0.97}, {"H", 1}}},
	{name: "remediationLevel", abbreviation: "RL", optional: true, undefined: 1,
		values: []metricValue{{"O", 0.95}, {"T", 0.96}, {"W", 0.97}, {"U", 1}}},
	{name: "reportConfidence", abbreviation: "RC", optional: true, undefined: 1,
		values: []metricValue{{"U", 0.92}, {"R", 0.96}, {"C", 1}}},
	{name: "confidentialityRequirement", abbreviation: "CR", optional: true, values: requirementValues},
	{name: "integrityRequirement", abbreviation: "IR", optional: true, values: requirementValues},
	{name: "availabilityRequirement", abbreviation: "AR", optional: true, values: requirementValues},
	{name: "modifiedAttackVector", abbreviation: "MAV", optional: true, values: vectorValues},
	{name: "modifiedAttackComplexity", abbreviation: "MAC", optional: true, values: complexityValues},
	{name: "modifiedPrivilegesRequired", abbreviation: "MPR", optional: true, values: privilegeValues},
	{name: "modifiedUserInteraction", abbreviation: "MUI", optional: true, values: interactionValues},
	{name: "modifiedSeverityScope", abbreviation: "MS", optional: true, values: scopeValues},
	{name: "modifiedConfidentialityImpact", abbreviation: "MC", optional: true, values: impactValues},
	{name: "modifiedIntegrityImpact", abbreviation: "MI", optional: true, values: impactValues},
	{name: "modifiedAvailabilityImpact", abbreviation: "MA", optional: true, values: impactValues},
}

// WeightNames are the names of all weights, in the order of the specification.
func WeightNames() []string {
	names := make([]string, len(metrics))
	for i, m := range metrics {
		names[i] = m.name
	}
	return names
}

// ParseWeights reads weights that came as text; names that are no metric are left out. Problems: Invalid (the
// weight's name).
func ParseWeights(texts map[string]string) (Weights, error) {
	weights := make(Weights, len(metrics))
	for _, m := range metrics {
		text, ok := texts[m.name]
		if !ok {
			continue
		}
		number, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil {
			return nil, problem.Invalid(m.name, errWeightNumber)
		}
		weights[m.name] = number
	}
	return weights, nil
}

// SeverityOf makes the severity that weights describe.
//
// 0 in an optional metric means that it is not defined, and 1 the value that weighs as much as if it were not: H, U and
// C for the temporal metrics, X for the requirements. Only the modified scope has a meaning for 0, and it is read when
// modified privileges are given. Problems: Invalid (the weight's name), when one is missing or no weight of its metric.
func SeverityOf(weights Weights) (Severity, error) {
	missing := []string{}
	for _, m := range metrics {
		if _, ok := weights[m.name]; !ok {
			missing = append(missing, m.name)
		}
	}
	if len(missing) > 0 {
		return Severity{}, problem.Invalid(missing[0], errWeightMissing+strings.Join(missing, ", "))
	}
	vector := strings.Builder{}
	vector.WriteString("CVSS:3.1")
	for _, m := range metrics {
		value, ok := m.valueOf(weights[m.name])
		if !ok {
			return Severity{}, problem.Invalid(m.name, errWeightRange).With("allowed", m.weights())
		}
		if m.abbreviation == "MS" {
			value = modifiedScope(weights)
		}
		if value != "X" {
			vector.WriteString("/" + m.abbreviation + ":" + value)
		}
	}
	return ParseSeverity(vector.String())
}

func modifiedScope(weights Weights) string {
	switch {
	case weights["modifiedPrivilegesRequired"] == 0:
		return "X"
	case weights["modifiedSeverityScope"] == 1:
		return "C"
	}
	return "U"
}

// valueOf answers the value that a weight means, and whether it is a weight of the metric at all.
func (m metric) valueOf(weight float64) (string, bool) {
	if m.optional && weight == 0 {
		return "X", true
	}
	for _, v := range m.values {
		if v.weight == weight {
			return v.value, true
		}
	}
	return "", false
}

// weights are the weights that the metric may have, for messages.
func (m metric) weights() []float64 {
	allowed := make([]float64, len(m.values))
	for i, v := range m.values {
		allowed[i] = v.weight
	}
	return allowed
}

// Weights answers the weights of all metrics of the vector; empty when the severity is.
func (s Severity) Weights() Weights {
	weights := make(Weights, len(metrics))
	parsed, err := gocvss31.ParseVector(s.Vector)
	if err != nil {
		return weights
	}
	value := func(abbreviation string) string {
		v, _ := parsed.Get(abbreviation) // the table has only metrics that exist
		return v
	}
	scope, modified := value("S"), value("MS")
	if modified == "X" {
		modified = scope
	}
	for _, m := range metrics {
		values := m.values
		if m.abbreviation == "PR" && scope == "C" || m.abbreviation == "MPR" && modified == "C" {
			values = changedPrivilegeValues
		}
		weights[m.name] = weightOf(values, value(m.abbreviation), m.undefined)
	}
	return weights
}

// weightOf answers what a value weighs; undefined for X.
func weightOf(values []metricValue, value string, undefined float64) float64 {
	if value == "X" {
		return undefined
	}
	for _, v := range values {
		if v.value == value {
			return v.weight
		}
	}
	return undefined
}
