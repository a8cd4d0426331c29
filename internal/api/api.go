// Package api is ASM's GraphQL schema and its binding to the services.
//
// For each concept there are two files: the types, queries and mutations (finding.graphql), described for whoever reads
// them in the playground, and beside it their binding (finding.go). A binding translates: arguments into what a service
// takes, what a service answers into fields. It decides nothing, asks no permission and sends no statement. A field that
// answers for many parents hands all of them to one call of a service, so a list costs the same statements whatever its
// length.
package api

import (
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/graphql"
)

//go:embed *.graphql
var files embed.FS

// Sources answers the schema's texts.
func Sources() ([]graphql.Source, error) {
	names, err := fs.Glob(files, "*.graphql")
	if err != nil {
		return nil, err
	}
	sources := make([]graphql.Source, 0, len(names))
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		sources = append(sources, graphql.Source{Name: name, Text: string(text)})
	}
	return sources, nil
}

// NewSchema binds the schema to the services. An error means that a field is not bound as the schema says; it lists all
// of them.
func NewSchema(s *asm.Services, log *slog.Logger) (*graphql.Schema, error) {
	sources, err := Sources()
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	b, err := graphql.NewBinder(graphql.Options{Present: presenter(log)}, sources...)
	if err != nil {
		return nil, fmt.Errorf("parse schema: %w", err)
	}
	bindScalars(b)
	bindAccess(b, s)
	bindStakeholder(b, s)
	bindAudit(b, s)
	bindNotification(b, s)
	bindOrganization(b, s)
	bindGroup(b, s)
	bindRoot(b, s)
	bindFinding(b, s)
	bindConsult(b, s)
	bindVulnerability(b, s)
	bindScan(b, s)
	bindJob(b, s)
	bindSearch(b, s)
	return b.Schema()
}
