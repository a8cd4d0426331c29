package graphql

import (
	"encoding/json"
	"strconv"
)

// Response is the answer to an operation (section 7).
type Response struct {
	// Data is JSON. Nil means that nothing was executed (a request error): the answer has no "data" then. "null" means
	// that an error reached the root.
	Data []byte
	// Errors, none when empty.
	Errors []*Error
	// Extensions of the answer; "cost" is the operation's cost.
	Extensions map[string]any

	cost int
}

// Refuse answers a response that consists of errors only, as after a failed Prepare.
func Refuse(errors ...*Error) *Response { return &Response{Errors: errors} }

// AppendJSON appends the whole answer: errors first, so that they are seen, then data, then extensions.
func (r *Response) AppendJSON(buffer []byte) []byte {
	buffer = append(buffer, '{')
	start := len(buffer)
	member := func(name string) {
		if len(buffer) > start {
			buffer = append(buffer, ',')
		}
		buffer = append(AppendString(buffer, name), ':')
	}
	if len(r.Errors) > 0 {
		member("errors")
		buffer = append(buffer, '[')
		for i, e := range r.Errors {
			if i > 0 {
				buffer = append(buffer, ',')
			}
			buffer = e.appendJSON(buffer)
		}
		buffer = append(buffer, ']')
	}
	if r.Data != nil {
		member("data")
		buffer = append(buffer, r.Data...)
	}
	if len(r.Extensions) > 0 {
		member("extensions")
		buffer = appendExtensions(buffer, r.Extensions)
	}
	return append(buffer, '}')
}

func (e *Error) appendJSON(buffer []byte) []byte {
	buffer = append(buffer, `{"message":`...)
	buffer = AppendString(buffer, e.Message)
	if len(e.Locations) > 0 {
		buffer = append(buffer, `,"locations":[`...)
		for i, l := range e.Locations {
			if i > 0 {
				buffer = append(buffer, ',')
			}
			buffer = append(buffer, `{"line":`...)
			buffer = strconv.AppendInt(buffer, int64(l.Line), 10)
			buffer = append(buffer, `,"column":`...)
			buffer = strconv.AppendInt(buffer, int64(l.Column), 10)
			buffer = append(buffer, '}')
		}
		buffer = append(buffer, ']')
	}
	if e.Path != nil {
		buffer = append(buffer, `,"path":[`...)
		for i, step := range e.Path {
			if i > 0 {
				buffer = append(buffer, ',')
			}
			switch step := step.(type) {
			case int:
				buffer = strconv.AppendInt(buffer, int64(step), 10)
			case string:
				buffer = AppendString(buffer, step)
			}
		}
		buffer = append(buffer, ']')
	}
	if len(e.Extensions) > 0 {
		buffer = append(buffer, `,"extensions":`...)
		buffer = appendExtensions(buffer, e.Extensions)
	}
	return append(buffer, '}')
}

// appendExtensions leaves out what is no JSON rather than breaking the answer.
func appendExtensions(buffer []byte, extensions map[string]any) []byte {
	if cost, only := extensions["cost"].(int); only && len(extensions) == 1 {
		buffer = append(buffer, `{"cost":`...)
		return append(strconv.AppendInt(buffer, int64(cost), 10), '}')
	}
	text, err := json.Marshal(extensions)
	if err != nil {
		return append(buffer, "{}"...)
	}
	return append(buffer, text...)
}
