package graphql

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// Prepare parses, limits, validates and plans one operation of a document; operationName may be empty when the document
// has one operation only. Plans of valid documents are kept. Errors are the caller's: nothing was executed.
//
// The order matters to a server that strangers can reach: bytes, tokens, the counts of the raw document, and only then
// what looks at the schema.
func (s *Schema) Prepare(document, operationName string) (*Plan, []*Error) {
	if len(document) > s.options.Limits.DocumentBytes {
		return nil, []*Error{overLimit(nil, "the document", "bytes", len(document), s.options.Limits.DocumentBytes)}
	}
	key := planKey{document, operationName}
	if p := s.plans.get(key); p != nil {
		return p, nil
	}
	parsed, refusal := s.parse(document)
	if refusal != nil {
		return nil, []*Error{refusal}
	}
	operation, refusal := operationOf(parsed, operationName) // section 6.1, GetOperation
	if refusal != nil {
		return nil, []*Error{refusal}
	}
	if invalid := s.validate(parsed); invalid != nil {
		return nil, invalid
	}
	p, refusal := s.plan(key, operation)
	if refusal != nil {
		return nil, []*Error{refusal}
	}
	s.plans.add(p)
	return p, nil
}

func (s *Schema) parse(document string) (*ast.QueryDocument, *Error) {
	limits := s.options.Limits
	parsed, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: document}, limits.Tokens)
	if err != nil {
		var syntax *gqlerror.Error
		if !errors.As(err, &syntax) {
			return nil, problem(CodeSyntax, nil, err.Error())
		}
		if len(syntax.Locations) == 0 { // the parser's only error without a place
			e := problem(CodeLimit, nil, fmt.Sprintf("Too much is asked: the document has more than %d tokens.", limits.Tokens))
			e.Extensions["limit"] = limits.Tokens
			return nil, e
		}
		return nil, problem(CodeSyntax, &ast.Position{Line: syntax.Locations[0].Line, Column: syntax.Locations[0].Column},
			"The document cannot be read: "+strings.TrimSuffix(syntax.Message, ".")+".")
	}
	return parsed, limits.check(parsed)
}

// operationOf finds the operation asked for.
func operationOf(d *ast.QueryDocument, name string) (*ast.OperationDefinition, *Error) {
	o := d.Operations.ForName(name)
	switch {
	case len(d.Operations) == 0:
		return nil, problem(CodeInvalid, nil, "The document has no operation.")
	case o == nil && name != "":
		return nil, problem(CodeInvalid, nil, fmt.Sprintf("The document has no operation %q; it has %s.", name, operationNames(d)))
	case name == "" && len(d.Operations) > 1:
		return nil, problem(CodeInvalid, nil, "The document has several operations; say by operationName which to run: "+
			operationNames(d)+".")
	case name == "":
		o = d.Operations[0]
	}
	if o.Operation == ast.Subscription {
		return nil, problem(CodeInvalid, o.Position, "Subscriptions are not served here; ask again by a query instead.")
	}
	return o, nil
}

// operationNames lists the first operations for a message.
func operationNames(d *ast.QueryDocument) string {
	const listed = 10
	var names []string
	for i, o := range d.Operations {
		if i == listed {
			names = append(names, "…")
			break
		}
		names = append(names, o.Name)
	}
	return strings.Join(names, ", ")
}
