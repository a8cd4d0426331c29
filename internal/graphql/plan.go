package graphql

// Kind is the kind of an operation.
type Kind string

// The kinds of operation. A Subscription is never prepared: it is refused in words.
const (
	KindQuery        Kind = "query"
	KindMutation     Kind = "mutation"
	KindSubscription Kind = "subscription"
)

// Plan is a prepared operation; it may be executed many times and at the same time.
type Plan struct {
	kind Kind
	name string
}

// Kind of the operation.
func (p *Plan) Kind() Kind { return p.kind }

// Name of the operation, empty for an anonymous one.
func (p *Plan) Name() string { return p.name }

// OnlyIntrospection says whether nothing but __typename, __schema and __type is selected at the root.
func (p *Plan) OnlyIntrospection() bool { return false }

// Prepare parses, limits, validates and plans one operation of a document; operationName may be empty when the document
// has one operation only. Plans of valid documents are kept. Errors are the caller's: nothing was executed.
func (s *Schema) Prepare(document, operationName string) (*Plan, []*Error) { return nil, nil }
