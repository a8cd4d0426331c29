// Package finding holds findings: the types of weakness that a group has.
//
// A finding says what is wrong, what could come of it and how to mend it; where it is seen are its locations, the
// vulnerabilities, which stand in the room above and hang on it. A title stands once in a group: people take titles from
// the catalogue (catalogue.go), imports may bring others. What a finding shows of its locations, their number by state,
// severity and treatment, is kept in counters (counters.go) by the transactions that change locations, so that no list
// counts rows. A finding without released location is a draft, and seen only by who may see drafts.
package finding

import (
	"time"

	"asm.example/asm/internal/access"
)

// Key names a finding within its group.
type Key struct {
	GroupID, ID string
}

// State is where a finding stands in its life.
type State string

// The states. A finding is approved from the first moment that one of its locations is released.
const (
	Created  State = "CREATED"
	Approved State = "APPROVED"
	Deleted  State = "DELETED"
)

// Status is what a finding's locations make of it.
type Status string

// The statuses: nothing released, something open, all that is released is closed.
const (
	Draft      Status = "DRAFT"
	Vulnerable Status = "VULNERABLE"
	Safe       Status = "SAFE"
)

// Source is who made a finding.
type Source string

// The sources: a person, or the import of a scan.
const (
	ByPerson  Source = "ASM"
	ByMachine Source = "MACHINE"
)

// Author is who changes something, as histories keep it.
type Author struct {
	// Email is a mail address, or the name of a host command.
	Email string
	// Credential is its kind and id, such as "token 0199…"; never a secret.
	Credential string
}

// AuthorOf answers how histories name an actor.
func AuthorOf(actor *access.Actor) Author {
	return Author{Email: actor.Email, Credential: string(actor.Credential.Kind) + " " + actor.Credential.ID}
}

// Words are what a finding says.
type Words struct {
	// Title is a three-digit code, a full stop and a name.
	Title                   string
	Description             string
	AttackVectorDescription string
	Threat                  string
	Recommendation          string
	// RequirementIDs are the requirements that are not fulfilled; sorted, each once, in a finding that was read.
	RequirementIDs []string
}

// Finding is a type of weakness in a group.
type Finding struct {
	GroupID, ID                 string
	GroupName, OrganizationName string
	Words
	// MinutesToRemediate is what a fix takes; 0 when it was not told.
	MinutesToRemediate int64
	// Severity is that of locations without their own.
	Severity Severity
	// Sorts is YES, NO, or empty.
	Sorts          string
	Source         Source
	State          State
	StateChangedAt time.Time
	CreatedAt      time.Time
	// CreatedBy is a mail address; showing it needs a permission ([Service.Hackers]).
	CreatedBy string
	// Counters are the numbers of its locations. Those of drafts need a permission ([Service.Submitted]).
	Counters Counters

	version int64
}

// Key is the finding's.
func (f *Finding) Key() Key {
	return Key{f.GroupID, f.ID}
}

// Status is what its locations make of it.
func (f *Finding) Status() Status {
	switch {
	case f.Counters.Open.Total() > 0:
		return Vulnerable
	case f.Counters.Closed > 0:
		return Safe
	}
	return Draft
}

// IsReleased tells whether everybody in the group may see it.
func (f *Finding) IsReleased() bool {
	return f.Status() != Draft
}

// Age is the number of days since the oldest report of a released location; 0 when there is none.
func (f *Finding) Age(now time.Time) int {
	return daysSince(f.Counters.OldestAt, now)
}

// OpenAge is the number of days since the oldest report of an open location; 0 when there is none.
func (f *Finding) OpenAge(now time.Time) int {
	return daysSince(f.Counters.OldestOpenAt, now)
}

// LastVulnerability is the number of days since the newest report of a released location; 0 when there is none.
func (f *Finding) LastVulnerability(now time.Time) int {
	return daysSince(f.Counters.NewestAt, now)
}

// daysSince counts whole periods of 24 hours; 0 without a time, and for one that has not come.
func daysSince(at, now time.Time) int {
	if at.IsZero() || now.Before(at) {
		return 0
	}
	return int(now.Sub(at) / (24 * time.Hour))
}

// ReportedAt is the oldest report of a released location, else when the finding was made.
func (f *Finding) ReportedAt() time.Time {
	if f.Counters.OldestAt.IsZero() {
		return f.CreatedAt
	}
	return f.Counters.OldestAt
}

// IsVerified tells whether no reattack is asked for on an open location.
func (f *Finding) IsVerified() bool {
	return f.Counters.Requested == 0
}

// IsRemediated tells whether a reattack is asked for on every open location, and there is one.
func (f *Finding) IsRemediated() bool {
	open := f.Counters.Open.Total()
	return open > 0 && f.Counters.Requested == open
}
