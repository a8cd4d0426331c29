package organization_test

import (
	"testing"

	"asm.example/asm/internal/organization"
)

func TestAPolicysNumbersAreBounded(t *testing.T) {
	t.Parallel()
	whole := func(n int64) *int64 { return &n }
	score := func(f float64) *float64 { return &f }
	for _, row := range []struct {
		name   string
		change organization.PolicyChange
		want   string
	}{
		{"no days", organization.PolicyChange{MaxAcceptanceDays: whole(0)}, ""},
		{"days below none", organization.PolicyChange{MaxAcceptanceDays: whole(-1)}, "Exception - Acceptance days should be a positive integer"},
		{"the highest severity", organization.PolicyChange{MaxAcceptanceSeverity: score(10)}, ""},
		{"more than the highest", organization.PolicyChange{MaxAcceptanceSeverity: score(10.1)}, "Exception - Severity value must be a positive floating number between 0.0 and 10.0"},
		{"less than none", organization.PolicyChange{MinAcceptanceSeverity: score(-0.1)}, "Exception - Severity value must be a positive floating number between 0.0 and 10.0"},
		{"the least above what is in force", organization.PolicyChange{MinAcceptanceSeverity: score(8.1)}, "Exception - Min acceptance severity value should not be higher than the max value"},
		{"the least above the most", organization.PolicyChange{MinAcceptanceSeverity: score(5), MaxAcceptanceSeverity: score(4)}, "Exception - Min acceptance severity value should not be higher than the max value"},
		{"no acceptance", organization.PolicyChange{MaxAcceptances: whole(0)}, ""},
		{"fewer than none", organization.PolicyChange{MaxAcceptances: whole(-1)}, "Exception - Number of acceptances should be zero or positive"},
		{"a breaking severity of eleven", organization.PolicyChange{MinBreakingSeverity: score(11)}, "Exception - Severity value must be between 0.0 and 10.0"},
		{"grace below none", organization.PolicyChange{VulnerabilityGraceDays: whole(-1)}, "Exception - Vulnerability grace period value should be a positive integer"},
		{"three weeks of inactivity", organization.PolicyChange{InactivityDays: whole(21)}, ""},
		{"a day less", organization.PolicyChange{InactivityDays: whole(20)}, "Exception - Inactivity period should be greater than the provided value"},
	} {
		before := organization.DefaultPolicy()
		before.MaxAcceptanceTenths = 80
		_, err := row.change.On(before)
		if got := text(err); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestAbsentNumbersOfAPolicyStayAndSeveritiesAreRounded(t *testing.T) {
	t.Parallel()
	low, high, days := 0.25, 6.96, int64(30)
	p, err := organization.PolicyChange{MinAcceptanceSeverity: &low, MaxAcceptanceSeverity: &high, MaxAcceptanceDays: &days}.On(organization.DefaultPolicy())
	if err != nil {
		t.Fatal(err)
	}
	again, err := organization.PolicyChange{}.On(p)

	if err != nil || !again.Equal(p) {
		t.Errorf("changed nothing and got %+v, %v, want %+v", again, err, p)
	}
	if p.MinAcceptanceTenths != 2 || p.MaxAcceptanceTenths != 70 || *p.MaxAcceptanceDays != 30 || p.MaxAcceptances != nil || p.InactivityDays != 90 {
		t.Errorf("policy = %+v, want 0.2 to 7.0 for 30 days", p)
	}
}
