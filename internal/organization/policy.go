package organization

// Policy is what an organization rules: which risks may be accepted, when a pipeline breaks, who has left. A group goes
// by its organization's policy until it gets its own. Severities are in tenths, 0 to 100; a nil number sets no limit.
type Policy struct {
	// MaxAcceptanceDays is for how long one acceptance may hold.
	MaxAcceptanceDays *int64
	// MinAcceptanceTenths and MaxAcceptanceTenths bound the severity that may be accepted, both included.
	MinAcceptanceTenths int64
	MaxAcceptanceTenths int64
	// MaxAcceptances is how often one vulnerability may be accepted.
	MaxAcceptances *int64
	// MinBreakingTenths is the severity from which the CI gate breaks a build; nil stands for 0.
	MinBreakingTenths *int64
	// VulnerabilityGraceDays is how long after its report the CI gate lets a vulnerability pass.
	VulnerabilityGraceDays int64
	// InactivityDays is after how many days without any activity a member is removed, where that is configured.
	InactivityDays int64
}

// DefaultPolicy is what a new organization begins with: everything may be accepted, for any time and any number of
// times, and the CI gate breaks at any severity.
func DefaultPolicy() Policy {
	return Policy{MaxAcceptanceTenths: 100, InactivityDays: 90}
}
