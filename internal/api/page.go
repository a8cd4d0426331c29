package api

import (
	"context"

	"asm.example/asm/internal/graphql"
)

// page is one page of a connection, as the schema shows it.
type page[T any] struct {
	edges []edge[T]
	info  pageInfo
	// counted counts all entries of this page's list and of the lists read with it; position is this page's among them.
	counted  *counted
	position int
}

// edge is one entry of a page.
type edge[T any] struct {
	cursor string
	node   *T
}

// pageInfo tells where a page ends.
type pageInfo struct {
	endCursor string
	hasNext   bool
}

// counted counts several lists at once, and only when somebody asks.
type counted struct {
	count func(context.Context) ([]int64, error)
}

// single is counted for one list.
func single(count func(context.Context) (int64, error)) *counted {
	return &counted{func(ctx context.Context) ([]int64, error) {
		number, err := count(ctx)
		return []int64{number}, err
	}}
}

func bindPage(b *graphql.Binder) {
	info := graphql.Object[pageInfo](b, "PageInfo")
	graphql.Value(info, "endCursor", func(p *pageInfo) string { return p.endCursor })
	graphql.Value(info, "hasNextPage", func(p *pageInfo) bool { return p.hasNext })
}

// bindConnection binds a connection type that tells its total, and its edge type.
func bindConnection[T any](b *graphql.Binder, connectionName, edgeName string) {
	c := bindEdges[T](b, connectionName, edgeName)
	graphql.Level(c, "total", func(ctx context.Context, pages []*page[T], _ graphql.None) ([]int64, error) {
		return totals(ctx, pages)
	})
}

// bindEdges binds a connection type without total, and its edge type.
func bindEdges[T any](b *graphql.Binder, connectionName, edgeName string) *graphql.ObjectBinder[page[T]] {
	e := graphql.Object[edge[T]](b, edgeName)
	graphql.Value(e, "cursor", func(e *edge[T]) string { return e.cursor })
	graphql.Value(e, "node", func(e *edge[T]) *T { return e.node })

	c := graphql.Object[page[T]](b, connectionName)
	graphql.Value(c, "edges", func(p *page[T]) []edge[T] { return p.edges })
	graphql.Value(c, "pageInfo", func(p *page[T]) pageInfo { return p.info })
	return c
}

// totals asks each group of lists that were read together once.
func totals[T any](ctx context.Context, pages []*page[T]) ([]int64, error) {
	answers := make([]int64, len(pages))
	known := map[*counted][]int64{}
	for i, p := range pages {
		counts, ok := known[p.counted]
		if !ok {
			var err error
			if counts, err = p.counted.count(ctx); err != nil {
				return nil, err
			}
			known[p.counted] = counts
		}
		answers[i] = counts[p.position]
	}
	return answers, nil
}

// pageArguments are what every connection takes.
type pageArguments struct {
	After string
	First *int
}

// pageSize answers how many entries were asked for, or the usual number.
func pageSize(first *int, usual int) int {
	if first == nil {
		return usual
	}
	return *first
}

// pageOf makes a page of what a service read; cursors are aligned with nodes.
func pageOf[T any](nodes []*T, cursors []string, hasNext bool, all *counted, position int) page[T] {
	p := page[T]{edges: make([]edge[T], len(nodes)), info: pageInfo{hasNext: hasNext}, counted: all, position: position}
	for i, node := range nodes {
		p.edges[i] = edge[T]{cursors[i], node}
		p.info.endCursor = cursors[i]
	}
	return p
}
