package organization

import (
	"strings"
	"testing"

	"asm.example/asm/internal/problem"
)

func TestAnOrganizationIsMadeFromAGoodName(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		taken   bool
		kind    problem.Kind
		refusal string
	}{
		{name: "acme"},
		{name: "ab"},
		{name: strings.Repeat("a", 64)},
		{name: "a-1"},
		{name: "ACME-Labs"},
		{"a", false, problem.KindInvalid, "Exception - Invalid field length in form"},
		{"", false, problem.KindInvalid, "Exception - Invalid field length in form"},
		{strings.Repeat("a", 65), false, problem.KindInvalid, "Exception - Invalid field length in form"},
		{"acme", true, problem.KindConflict, "Name taken"},
		{"a", true, problem.KindInvalid, "Exception - Invalid field length in form"},
		{"1acme", true, problem.KindConflict, "Name taken"},
		{"1acme", false, problem.KindInvalid, "Invalid name"},
		{"-acme", false, problem.KindInvalid, "Invalid name"},
		{"ac me", false, problem.KindInvalid, "Invalid name"},
		{"acmé", false, problem.KindInvalid, "Invalid name"},
		{"acme\n", false, problem.KindInvalid, "Invalid name"},
	} {
		o, err := add(Addition{Name: row.name, Country: "Colombia"}, row.taken)

		if row.refusal == "" {
			if err != nil || o.Name != strings.ToLower(row.name) || o.Country != "Colombia" {
				t.Errorf("%q: %+v, %v, want an organization", row.name, o, err)
			}
			continue
		}
		if !problem.Is(err, row.kind) || err.Error() != row.refusal {
			t.Errorf("%q, taken %t: %v, want %s %q", row.name, row.taken, err, row.kind, row.refusal)
		}
	}
}

func TestANewOrganizationAcceptsEverything(t *testing.T) {
	t.Parallel()
	o, err := add(Addition{Name: "acme"}, false)
	if err != nil {
		t.Fatal(err)
	}

	want := Policy{MaxAcceptanceTenths: 100, InactivityDays: 90}
	if o.Policy != want {
		t.Errorf("policy = %+v, want %+v", o.Policy, want)
	}
}

func TestACountryHasBounds(t *testing.T) {
	t.Parallel()
	_, err := add(Addition{Name: "acme", Country: strings.Repeat("x", 201)}, false)
	if !problem.Is(err, problem.KindInvalid) || err.Error() != ErrLength {
		t.Errorf("201 characters: %v, want %q", err, ErrLength)
	}
}

func TestTextIsJudgedByItsRule(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		rule  Text
		value string
		want  string
	}{
		{"plain", Text{Max: 5}, "plain", ""},
		{"empty", Text{Max: 5}, "", ""},
		{"markup", Text{Max: 50}, "<script>`x`</script> \\ =cmd()", ""},
		{"laid out", Text{Max: 50}, "one\r\n\ttwo", ""},
		{"counted in characters", Text{Max: 5}, "ñáéíó", ""},
		{"a character too many", Text{Max: 5}, "ñáéíóú", ErrLength},
		{"NUL", Text{Max: 5}, "a\x00", ErrCharacters},
		{"escape", Text{Max: 5}, "\x1b[1m", ErrCharacters},
		{"a control character above ASCII", Text{Max: 5}, "a\u0085", ErrCharacters},
		{"no UTF-8", Text{Max: 5}, "a\xff", ErrCharacters},
		{"blank", Text{Max: 5}, " \n ", ""},
		{"blank but required", Text{Max: 5, Required: true}, " \n ", ErrValue},
		{"missing but required", Text{Max: 5, Required: true}, "", ErrValue},
		{"required", Text{Max: 5, Required: true}, " a ", ""},
	} {
		got := ""
		if err := row.rule.Check(row.value); err != nil {
			got = err.Error()
		}

		if got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}
