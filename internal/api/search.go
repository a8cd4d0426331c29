package api

import (
	"context"

	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/search"
)

func bindSearch(b *graphql.Binder, s *asm.Services) {
	graphql.Enum(b, "SearchKind", search.Finding, search.Group, search.Root)
	o := graphql.Object[search.Result](b, "SearchResult")
	graphql.Value(o, "kind", func(r *search.Result) search.Kind { return r.Kind })
	graphql.Value(o, "id", func(r *search.Result) string { return r.ID })
	graphql.Value(o, "title", func(r *search.Result) string { return r.Title })
	graphql.Value(o, "detail", func(r *search.Result) string { return r.Detail })
	graphql.Value(o, "groupName", func(r *search.Result) string { return r.GroupName })
	graphql.Value(o, "organizationName", func(r *search.Result) string { return r.OrganizationName })

	graphql.Query(b, "search", func(ctx context.Context, a struct {
		Text  string
		First *int
	}) ([]search.Result, error) {
		return s.Search.Find(ctx, a.Text, pageSize(a.First, 20))
	}, graphql.Paged(20, 50))
}
