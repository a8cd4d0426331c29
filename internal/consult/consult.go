// Package consult holds discussion: what people write about a group, a finding or an event, and the words that an action
// leaves there.
//
// A comment belongs to a subject, of which it knows the kind and the id only, and answers another comment of the same
// subject or none. Its type says which list shows it: people write comments, and observations for reviewers; actions write
// the reasons of reattacks and of claims of zero risk. Nothing is ever changed or taken back; comments go with their
// subject. A reviewer may mark a thread as internal or external by an answer of that one word (scope.go).
package consult

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/finding"
)

// Kind is what kind of thing a comment is about.
type Kind string

// The kinds.
const (
	AboutGroup   Kind = "GROUP"
	AboutFinding Kind = "FINDING"
	AboutEvent   Kind = "EVENT"
)

// Subject is what a comment is about.
type Subject struct {
	GroupID string
	Kind    Kind
	// ID is that of the group itself, of the finding or of the event.
	ID string
}

// OfGroup is the discussion of a group.
func OfGroup(groupID string) Subject { return Subject{groupID, AboutGroup, groupID} }

// OfFinding is the discussion of a finding.
func OfFinding(key finding.Key) Subject { return Subject{key.GroupID, AboutFinding, key.ID} }

// OfEvent is the discussion of an event.
func OfEvent(groupID, eventID string) Subject { return Subject{groupID, AboutEvent, eventID} }

// Type is why a comment was written; it decides who sees it.
type Type string

// The types.
const (
	// Comment is what people write.
	Comment Type = "COMMENT"
	// Verification is the reason of a step of a reattack; it stands among the comments of its finding.
	Verification Type = "VERIFICATION"
	// Observation is what people write for reviewers.
	Observation Type = "OBSERVATION"
	// ZeroRisk is the reason of a claim of zero risk; no list of comments shows it.
	ZeroRisk Type = "ZERO_RISK"
)

// Consult is a comment as it was written.
type Consult struct {
	About Subject
	// ID is the number of milliseconds since 1970 when it was written, or the next free one; it orders a subject's comments.
	ID int64
	// ParentID is the comment that this one answers; 0 is none.
	ParentID int64
	Type     Type
	Content  string
	// WrittenAt is UTC. WrittenBy is a mail address, or the name of a host command.
	WrittenAt time.Time
	WrittenBy string
	// FullName is first and last name of whoever wrote it, else the mail address.
	FullName string
	// VulnerabilityIDs are the locations that it regards, sorted.
	VulnerabilityIDs []string
}

// Mentions are the colleagues named in the text.
func (c *Consult) Mentions() []string { return Mentions(c.Content) }

// maxMentions bounds how many people one comment calls.
const maxMentions = 20

// mention is an @ that does not stand within a word, before a mail address (RFC 5321, the forms that people have).
var mention = regexp.MustCompile(`(?:^|[^\w@.+-])@([\w.!#$%&'*+/=?^{|}~-]+@[\w-]+(?:\.[\w-]+)+)`)

// Mentions answers the mail addresses that a text calls by `@person@acme.test`, in lower case, each once, the first 20.
// Whether they are people, and may see the text, is for whoever writes to them to ask.
func Mentions(text string) []string {
	var mails []string
	for _, match := range mention.FindAllStringSubmatch(text, -1) {
		mail := strings.ToLower(match[1])
		if !slices.Contains(mails, mail) && len(mails) < maxMentions {
			mails = append(mails, mail)
		}
	}
	return mails
}

// Service writes and reads what people say.
type Service struct {
	db       *database.DB
	access   *access.Service
	findings *finding.Service
}

// New answers the service on a database.
func New(db *database.DB, access *access.Service, findings *finding.Service) *Service {
	return &Service{db: db, access: access, findings: findings}
}
