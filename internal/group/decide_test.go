package group

import (
	"slices"
	"strings"
	"testing"
	"time"

	"asm.example/asm/internal/organization"
)

var noon = time.Date(2027, time.March, 8, 12, 0, 0, 0, time.UTC)

func TestAGroupIsMadeFromGoodWords(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for _, row := range []struct {
		name     string
		addition Addition
		want     string
	}{
		{"shortest name", Addition{Name: "ab", Description: "x"}, ""},
		{"longest name", Addition{Name: strings.Repeat("a", 64), Description: "x"}, ""},
		{"any case, digits, hyphens", Addition{Name: "Web-Shop-2", Description: "x"}, ""},
		{"markup in the description", Addition{Name: "web", Description: "<b>=x`"}, ""},
		{"longest description", Addition{Name: "web", Description: strings.Repeat("é", 200)}, ""},
		{"no squad", Addition{Name: "web", Description: "x", HasSquad: &no}, ""},
		{"no machine, squad untold", Addition{Name: "web", Description: "x", HasMachine: &no}, ""},
		{"digit first", Addition{Name: "1web", Description: "x"}, "Exception - Invalid group name in form"},
		{"underscore", Addition{Name: "we_b", Description: "x"}, "Exception - Invalid group name in form"},
		{"empty name", Addition{Description: "x"}, "Exception - Invalid group name in form"},
		{"short name", Addition{Name: "a", Description: "x"}, "Exception - Invalid field length in form"},
		{"long name", Addition{Name: strings.Repeat("a", 65), Description: "x"}, "Exception - Invalid field length in form"},
		{"long description", Addition{Name: "web", Description: strings.Repeat("é", 201)}, "Exception - Invalid field length in form"},
		{"control character", Addition{Name: "web", Description: "a\x07"}, "Exception - Invalid characters"},
		{"blank description", Addition{Name: "web", Description: " \n"}, "Exception - Error value is not valid"},
		{"squad without machine", Addition{Name: "web", Description: "x", HasMachine: &no, HasSquad: &yes}, "Exception - Squad is only available when Machine is too"},
		{"another language", Addition{Name: "web", Description: "x", Language: "FR"}, "Exception - Invalid group language in form"},
		{"another service", Addition{Name: "web", Description: "x", Service: "GREY"}, "Exception - Error value is not valid"},
		{"another subscription", Addition{Name: "web", Description: "x", Subscription: "NEVER"}, "Exception - Error value is not valid"},
	} {
		_, err := add(row.addition, noon)

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

func TestANewGroupHasEveryCapability(t *testing.T) {
	t.Parallel()
	g, err := add(Addition{Name: "Web", Description: "  The shop \n"}, noon)
	if err != nil {
		t.Fatal(err)
	}

	want := Group{
		Name: "web", Description: "The shop", State: Active, StateChangedAt: noon, Language: English,
		Subscription: Continuous, Service: White, Tier: FreeTier, HasMachine: true, HasSquad: true,
		SprintWeeks: 1, SprintStart: time.Date(2027, time.March, 8, 0, 0, 0, 0, time.UTC), CreatedAt: noon,
	}
	if *g != want {
		t.Errorf("group = %+v, want %+v", *g, want)
	}
}

func TestAGroupAssessedOnceIsSeenFromOutside(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		given, want ServiceType
	}{{"", Black}, {White, White}} {
		g, err := add(Addition{Name: "web", Description: "x", Subscription: OneShot, Service: row.given}, noon)

		if err != nil || g.Service != row.want {
			t.Errorf("service %q becomes %q, %v, want %q", row.given, g.Service, err, row.want)
		}
	}
}

func TestInformationIsJudged(t *testing.T) {
	t.Parallel()
	weeks := func(n int64) *int64 { return &n }
	words := func(s string) *string { return &s }
	later := noon.Add(time.Second)
	good := Info{Description: "x", Language: English}
	for _, row := range []struct {
		name   string
		change func(*Info)
		want   string
	}{
		{"as it is", func(*Info) {}, ""},
		{"longest sprint", func(i *Info) { i.SprintWeeks = weeks(10) }, ""},
		{"sprint begins now", func(i *Info) { i.SprintStart = &noon }, ""},
		{"longest business", func(i *Info) {
			i.BusinessID, i.BusinessName = words(strings.Repeat("é", 60)), words(strings.Repeat("é", 60))
		}, ""},
		{"blank description", func(i *Info) { i.Description = " " }, "Exception - Error value is not valid"},
		{"long description", func(i *Info) { i.Description = strings.Repeat("x", 201) }, "Exception - Invalid field length in form"},
		{"long business id", func(i *Info) { i.BusinessID = words(strings.Repeat("x", 61)) }, "Exception - Invalid field length in form"},
		{"long business name", func(i *Info) { i.BusinessName = words(strings.Repeat("x", 61)) }, "Exception - Invalid field length in form"},
		{"control character in a business name", func(i *Info) { i.BusinessName = words("a\x00") }, "Exception - Invalid characters"},
		{"another language", func(i *Info) { i.Language = "DE" }, "Exception - Invalid group language in form"},
		{"no sprint", func(i *Info) { i.SprintWeeks = weeks(0) }, "Exception - Value must be between 1 (inclusive) and 10 (inclusive)"},
		{"too long a sprint", func(i *Info) { i.SprintWeeks = weeks(11) }, "Exception - Value must be between 1 (inclusive) and 10 (inclusive)"},
		{"sprint begins later", func(i *Info) { i.SprintStart = &later }, "Exception - The inserted date is invalid"},
	} {
		i := good
		row.change(&i)
		_, err := updateInfo(Group{SprintWeeks: 1}, i, noon)

		if got := text(err); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

func TestInformationThatIsAbsentStays(t *testing.T) {
	t.Parallel()
	start := time.Date(2027, time.March, 1, 0, 0, 0, 0, time.UTC)
	before := Group{BusinessID: "42", BusinessName: "Shop", SprintWeeks: 3, SprintStart: start}
	empty, bogota := "", time.FixedZone("", -5*60*60)
	lateOnTheFifth := time.Date(2027, time.March, 4, 23, 0, 0, 0, bogota)

	kept, err := updateInfo(before, Info{Description: "x", Language: Spanish}, noon)
	if err != nil {
		t.Fatal(err)
	}
	changed, err := updateInfo(before, Info{
		Description: "x", Language: Spanish, BusinessID: &empty, SprintStart: &lateOnTheFifth,
	}, noon)
	if err != nil {
		t.Fatal(err)
	}

	if kept.BusinessID != "42" || kept.BusinessName != "Shop" || kept.SprintWeeks != 3 || kept.SprintStart != start {
		t.Errorf("what was absent became %+v", kept)
	}
	if changed.BusinessID != "" || changed.BusinessName != "Shop" {
		t.Errorf("business = %q, %q, want the id cleared and the name kept", changed.BusinessID, changed.BusinessName)
	}
	if want := time.Date(2027, time.March, 5, 0, 0, 0, 0, time.UTC); changed.SprintStart != want {
		t.Errorf("sprint begins %s, want %s", changed.SprintStart, want)
	}
}

func TestAttributesFollowFromTheGroup(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		group Group
		want  []string
	}{
		{"new", Group{State: Active, Subscription: Continuous, HasMachine: true, HasSquad: true}, []string{
			"can_report_vulnerabilities", "can_request_zero_risk", "has_asm", "has_forces", "has_service_black",
			"has_service_white", "has_squad", "is_continuous"}},
		{"machine alone", Group{State: Active, Subscription: Continuous, HasMachine: true}, []string{
			"can_report_vulnerabilities", "can_request_zero_risk", "has_asm", "has_forces", "has_service_black",
			"has_service_white", "is_continuous"}},
		{"neither", Group{State: Active, Subscription: Continuous}, []string{
			"has_asm", "has_forces", "has_service_black", "has_service_white", "is_continuous"}},
		{"once", Group{State: Active, Subscription: OneShot}, []string{
			"can_report_vulnerabilities", "has_asm", "has_service_black", "has_service_white"}},
		{"deleted", Group{State: Deleted, Subscription: Continuous}, []string{"is_continuous"}},
	} {
		if got := attributes(&row.group); !slices.Equal(got, row.want) {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

func TestAGroupsOwnPolicyReplacesItsOrganizations(t *testing.T) {
	t.Parallel()
	number := func(n int64) *int64 { return &n }
	whole := organization.Policy{
		MaxAcceptanceDays: number(30), MaxAcceptanceTenths: 69, MinAcceptanceTenths: 1, MaxAcceptances: number(2),
		MinBreakingTenths: number(40), VulnerabilityGraceDays: 5, InactivityDays: 21,
	}

	inherited := policyRow{organization: whole}
	own := policyRow{organization: whole, maxTenths: number(89), minTenths: number(10), graceDays: number(0)}

	if got, want := inherited.inForce(), (Policy{Policy: whole}); got != want {
		t.Errorf("inherited = %+v, want %+v", got, want)
	}
	want := Policy{IsOwn: true, Policy: organization.Policy{
		MaxAcceptanceTenths: 89, MinAcceptanceTenths: 10, InactivityDays: 21,
	}}
	if got := own.inForce(); got != want {
		t.Errorf("own = %+v, want %+v", got, want)
	}
}

func TestDifferencesAddUp(t *testing.T) {
	t.Parallel()
	d := Difference{Open: BySeverity{1, 2, 3, 4, 5}, Closed: 6, OpenFindings: 7, ExposureThousandths: 8}
	d.Add(Difference{Open: BySeverity{10, 20, 30, 40, 50}, Closed: -6, OpenFindings: 70, ExposureThousandths: 80})

	want := Difference{Open: BySeverity{11, 22, 33, 44, 55}, Closed: 0, OpenFindings: 77, ExposureThousandths: 88}
	if d != want || d.Open.Total() != 165 {
		t.Errorf("sum = %+v with total %d, want %+v with 165", d, d.Open.Total(), want)
	}
}
