package api

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/consult"
	"asm.example/asm/internal/finding"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/group"
)

// consultTime is how comments tell their time.
const consultTime = "2006/01/02 15:04:05"

// addedConsult is the answer of the mutations that write a comment.
type addedConsult struct{ id int64 }

func bindConsult(b *graphql.Binder, s *asm.Services) {
	o := graphql.Object[consult.Consult](b, "Consult")
	graphql.Value(o, "id", func(c *consult.Consult) string { return strconv.FormatInt(c.ID, 10) })
	graphql.Value(o, "content", func(c *consult.Consult) string { return c.Content })
	graphql.Value(o, "created", consultWritten)
	graphql.Value(o, "modified", consultWritten)
	graphql.Value(o, "email", func(c *consult.Consult) string { return c.WrittenBy })
	graphql.Value(o, "fullName", func(c *consult.Consult) string { return c.FullName })
	graphql.Value(o, "mentions", func(c *consult.Consult) []string { return emptyNotNil(c.Mentions()) }, graphql.Sized(1))
	graphql.Value(o, "parentComment", func(c *consult.Consult) string { return strconv.FormatInt(c.ParentID, 10) })
	bindConsultLists(b, s)

	added := graphql.Object[addedConsult](b, "AddConsultPayload")
	graphql.Value(added, "commentId", func(a *addedConsult) string { return strconv.FormatInt(a.id, 10) })
	graphql.Value(added, "success", succeeded[addedConsult])
	bindConsultMutations(b, s)
}

func consultWritten(c *consult.Consult) string {
	return c.WrittenAt.In(time.UTC).Format(consultTime)
}

func bindConsultLists(b *graphql.Binder, s *asm.Services) {
	g := graphql.Object[group.Group](b, "Group")
	graphql.Level(g, "consulting", func(ctx context.Context, parents []*group.Group, _ graphql.None) ([][]*consult.Consult, error) {
		return neverNil(s.Consults.OfGroups(ctx, groupIDs(parents)))
	}, graphql.Sized(20))
	f := graphql.Object[finding.Finding](b, "Finding")
	graphql.Level(f, "consulting", func(ctx context.Context, parents []*finding.Finding, _ graphql.None) ([][]*consult.Consult, error) {
		lists, err := s.Consults.OfFindings(ctx, findingKeys(parents))
		if err != nil {
			return nil, err
		}
		return neverNil(s.Vulnerabilities.Headed(ctx, lists))
	}, graphql.Sized(20))
	graphql.Level(f, "observations", func(ctx context.Context, parents []*finding.Finding, _ graphql.None) ([][]*consult.Consult, error) {
		return neverNil(s.Consults.Observations(ctx, findingKeys(parents)))
	}, graphql.Sized(20))
}

// findingConsultType is the enum FindingConsultType.
type findingConsultType string

const (
	ordinaryConsult findingConsultType = "CONSULT"
	observation     findingConsultType = "OBSERVATION"
)

func (t findingConsultType) consultType() consult.Type {
	if t == observation {
		return consult.Observation
	}
	return consult.Comment
}

// said is what a person writes and what it answers.
func said(content string, parent anything) consult.Words {
	return consult.Words{Content: content, Parent: fmt.Sprint(parent.value)}
}

func bindConsultMutations(b *graphql.Binder, s *asm.Services) {
	graphql.Enum(b, "FindingConsultType", ordinaryConsult, observation)
	graphql.Mutation(b, "addGroupConsult", func(ctx context.Context, a struct {
		Content, GroupName string
		ParentComment      anything
	}) (addedConsult, error) {
		id, err := s.Consults.AddToGroup(ctx, a.GroupName, said(a.Content, a.ParentComment))
		return addedConsult{id}, err
	})
	graphql.Mutation(b, "addFindingConsult", func(ctx context.Context, a struct {
		Content, FindingID string
		ParentComment      anything
		Type               findingConsultType
	}) (addedConsult, error) {
		id, err := s.Consults.AddToFinding(ctx, a.FindingID, a.Type.consultType(), said(a.Content, a.ParentComment))
		return addedConsult{id}, err
	})
}
