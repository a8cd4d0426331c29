package graphql

import "context"

// Request is what comes with a plan to its execution.
type Request struct {
	// Variables is the JSON object of the variables' values; empty and null mean none.
	Variables []byte
	// Values are variables as Go values (what json.Decoder with UseNumber makes), for callers without JSON. They come
	// before those of the same name in Variables.
	Values map[string]any
	// Uploads are the values of Upload scalars by their place, as in the GraphQL multipart request specification:
	// "variables.file", "variables.input.files.0". What stands at the place in the variables' JSON must be null.
	Uploads map[string]any
	// Buffer, if not nil, is where the data is written (from its start), so that a caller can use it again.
	Buffer []byte
}

// Execute runs a plan of this schema; see Response for what it answers. It never panics for a resolver.
func (s *Schema) Execute(ctx context.Context, plan *Plan, request Request) *Response { return nil }
