package api

import (
	"asm.example/asm/internal/finding"
	"asm.example/asm/internal/graphql"
)

// bindSeverity binds the weights of a vector, each by the name that it has in the API.
func bindSeverity(b *graphql.Binder) {
	o := graphql.Object[finding.Weights](b, "Severity")
	for _, name := range finding.WeightNames() {
		graphql.Value(o, name, func(w *finding.Weights) float64 { return (*w)[name] })
	}
}
