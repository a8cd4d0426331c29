package consult

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/finding"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/problem"
)

// Texts that clients compare.
const (
	errLength     = "Exception - Invalid field length in form"
	errCharacters = "Exception - Invalid characters"
	errParent     = "Exception - Comment parent is invalid"
	errDraft      = "Exception - Consults are not allowed in Drafts"
)

// Most characters of a comment.
const (
	maxOfGroup = 5000
	// MaxContent is that of comments on findings and events.
	MaxContent = 20000
)

// Words are what somebody says.
type Words struct {
	Content string
	// Parent is the id of the comment that it answers, or "0".
	Parent string
}

// AddToGroup writes a comment about a group and answers its id.
//
// Needs AddGroupConsult on the group, HandleCommentScope for a mark, and a group with hasSquad. Problems: Denied; Invalid
// (content, parentComment).
func (s *Service) AddToGroup(ctx context.Context, groupName string, w Words) (id int64, err error) {
	grant, err := s.access.Require(ctx, access.AddGroupConsult, access.OnGroup(groupName))
	if err != nil {
		return 0, err
	}
	if err := requireSquad(ctx, s.db, grant.GroupID()); err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, func(tx *database.Tx) (err error) {
		id, err = Say(ctx, tx, grant, Saying{
			Action: "addGroupConsult", About: OfGroup(grant.GroupID()), Type: Comment, Words: w, Max: maxOfGroup,
		})
		return err
	})
	return id, err
}

// AddToFinding writes a comment about a finding, of type Comment or Observation, and answers its id.
//
// Needs AddFindingConsult on the finding's group; a comment needs hasSquad and a finding that was released, an observation
// PostFindingObservation, a mark HandleCommentScope. Problems: Denied (also for an unknown finding); Invalid (findingId,
// content, parentComment); Conflict (a draft).
func (s *Service) AddToFinding(ctx context.Context, findingID string, t Type, w Words) (id int64, err error) {
	groupID, err := s.findings.GroupOf(ctx, findingID)
	if err != nil {
		return 0, err
	}
	grant, err := s.access.Require(ctx, access.AddFindingConsult, access.OnGroup(groupID))
	if err != nil {
		return 0, err
	}
	switch t {
	case Comment:
		err = requireSquad(ctx, s.db, groupID)
	case Observation:
		_, err = s.access.Require(ctx, access.PostFindingObservation, access.OnGroup(groupID))
	default:
		err = problem.Invalid("type", "People write comments and observations.")
	}
	if err != nil {
		return 0, err
	}
	key := finding.Key{GroupID: groupID, ID: findingID}
	err = s.db.Write(ctx, func(tx *database.Tx) error {
		f, err := finding.Live(ctx, tx, key)
		if err != nil {
			return err
		}
		if t == Comment && !f.IsReleased() {
			return problem.Conflict(errDraft)
		}
		id, err = Say(ctx, tx, grant, Saying{
			Action: "addFindingConsult", About: OfFinding(key), Type: t, Words: w, Max: MaxContent,
		})
		return err
	})
	return id, err
}

// requireSquad refuses a group that was made without hasSquad, as clients expect where people write to each other.
// Problems: Denied.
func requireSquad(ctx context.Context, q database.Querier, groupID string) error {
	g, err := group.ByID(ctx, q, groupID)
	if err != nil {
		return err
	}
	if !g.IsActive() || !g.HasSquad {
		return problem.Denied()
	}
	return nil
}

// Saying is what a person says where.
type Saying struct {
	// Action is the operation, in the API's words.
	Action string
	About  Subject
	Type   Type
	Words
	// Max is the greatest number of characters.
	Max int
}

// Say judges and writes a person's words in the transaction of whoever has the grant on the subject's group and knows that
// the subject is there, records them and answers the comment's id.
//
// A mark needs HandleCommentScope. Problems: Denied (a mark); Invalid (content, parentComment).
func Say(ctx context.Context, tx *database.Tx, grant access.Grant, s Saying) (int64, error) {
	if isMark(s.Content) {
		if !seesMarks(grant.Actor(), s.About.GroupID) {
			return 0, problem.Denied()
		}
		if s.Parent == "0" {
			return 0, problem.Invalid("parentComment", errParent)
		}
	}
	if err := CheckContent("content", s.Content, s.Max); err != nil {
		return 0, err
	}
	if strings.TrimSpace(s.Content) == "" {
		return 0, problem.Invalid("content", errCharacters)
	}
	parent, err := findParent(ctx, tx, s, seesMarks(grant.Actor(), s.About.GroupID))
	if err != nil {
		return 0, err
	}
	id, err := Write(ctx, tx, grant.Actor(), Entry{About: s.About, Type: s.Type, Parent: parent, Content: s.Content})
	if err != nil {
		return 0, err
	}
	return id, grant.Record(ctx, tx, audit.Change{
		Action: s.Action, Kind: "consult", ID: s.About.ID + "/" + strconv.FormatInt(id, 10),
		After: spoken{s.About.Kind, s.About.ID, s.Type, s.Parent, s.Content, Mentions(s.Content)},
	})
}

// spoken is what the audit log keeps of a comment, and what those who write mails read.
type spoken struct {
	About    Kind     `json:"about"`
	ID       string   `json:"id"`
	Type     Type     `json:"type"`
	Parent   string   `json:"parentComment"`
	Content  string   `json:"content"`
	Mentions []string `json:"mentions,omitempty"`
}

// CheckContent judges a text that becomes a comment, which may be empty: most characters at most, and none that controls
// something but line breaks and tabs; no text of white space alone. Problems: Invalid (field).
func CheckContent(field, content string, most int) error {
	if utf8.RuneCountInString(content) > most {
		return problem.Invalid(field, errLength).With("max", most)
	}
	isBlank := content != "" && strings.TrimSpace(content) == ""
	if isBlank || !utf8.ValidString(content) || strings.ContainsFunc(content, isForbidden) {
		return problem.Invalid(field, errCharacters)
	}
	return nil
}

func isForbidden(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r'
}

const parentOf = `
	SELECT content
	  FROM consults
	 WHERE group_id = $1
	   AND kind = $2
	   AND about_id = $3
	   AND id = $4
	   AND type = ANY($5)`

// findParent answers the id of the comment that is answered, which must be in the list that the answer will be in, and
// shown there to whoever answers. Problems: Invalid (parentComment).
func findParent(ctx context.Context, tx *database.Tx, s Saying, marksAreSeen bool) (int64, error) {
	unknown := problem.Invalid("parentComment", errParent)
	id, err := strconv.ParseInt(s.Parent, 10, 64)
	if err != nil || strconv.FormatInt(id, 10) != s.Parent {
		return 0, unknown
	}
	if id == 0 {
		return 0, nil
	}
	content, err := database.One(ctx, tx, database.Value[string], parentOf,
		s.About.GroupID, s.About.Kind, s.About.ID, id, listOf(s.Type))
	if errors.Is(err, database.ErrNoRow) || err == nil && isMark(content) && !marksAreSeen {
		return 0, unknown
	}
	if err != nil {
		return 0, fmt.Errorf("look for the comment that is answered: %w", err)
	}
	return id, nil
}

// listOf are the types that stand in one list with a type.
func listOf(t Type) []string {
	if t == Observation {
		return []string{string(Observation)}
	}
	return []string{string(Comment), string(Verification)}
}
