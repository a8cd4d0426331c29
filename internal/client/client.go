// Package client calls ASM's API over HTTP, for the command line and for programs in pipelines.
//
// It speaks GraphQL as any other client does, with a bearer token. What the server refuses becomes a [Refused], which
// keeps the server's sentence and code; what never reached the server is an ordinary error.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
)

// Client calls one server. It is safe for concurrent use.
type Client struct {
	endpoint string
	token    string
	http     *http.Client
}

// New answers a client of the server at an address such as https://asm.example; its endpoint /api is added where it is
// missing. The token is sent with each request; empty sends none.
func New(address, token string, transport *http.Client) (*Client, error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
		return nil, fmt.Errorf("%q is no server's address; it looks like https://asm.example", address)
	}
	parsed.Path = strings.TrimSuffix(strings.TrimSuffix(parsed.Path, "/"), "/api") + "/api"
	parsed.RawQuery, parsed.Fragment = "", ""
	return &Client{endpoint: parsed.String(), token: token, http: transport}, nil
}

// Answer is what the server answered to one request.
type Answer struct {
	// Data is null or an object with the selected fields.
	Data json.RawMessage `json:"data"`
	// Errors are the server's, none when empty; fields that they do not concern are delivered in Data.
	Errors []Error `json:"errors"`
	// Whole is the answer as it came.
	Whole json.RawMessage `json:"-"`
}

// Error is one error of an answer.
type Error struct {
	// Message is a sentence for a person.
	Message string `json:"message"`
	// Path leads to the field that it concerns; empty when it concerns the request.
	Path []any `json:"path"`
	// Extensions carry the code and what else a program may want to know.
	Extensions map[string]any `json:"extensions"`
}

// Refused is an answer with errors, for callers that need all or nothing.
type Refused struct{ Errors []Error }

// Error joins the server's sentences.
func (r *Refused) Error() string {
	sentences := make([]string, len(r.Errors))
	for i, e := range r.Errors {
		sentences[i] = e.Message
	}
	return strings.Join(sentences, "\n")
}

// Code answers the code of the first error, such as FORBIDDEN.
func (r *Refused) Code() string {
	code, _ := r.Errors[0].Extensions["code"].(string)
	return code
}

// request is the JSON of a GraphQL request.
type request struct {
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables,omitempty"`
}

// Ask sends an operation and answers whatever came back, errors included.
func (c *Client) Ask(ctx context.Context, document string, variables map[string]any) (*Answer, error) {
	body, err := json.Marshal(request{document, variables})
	if err != nil {
		return nil, fmt.Errorf("write request: %w", err)
	}
	return c.send(ctx, "application/json", bytes.NewReader(body))
}

// Do sends an operation and decodes its data into a value. Errors in the answer are a [Refused].
func (c *Client) Do(ctx context.Context, document string, variables map[string]any, into any) error {
	answer, err := c.Ask(ctx, document, variables)
	if err != nil {
		return err
	}
	return answer.decode(into)
}

// Upload is a file to send, as the variable `file`.
type Upload struct {
	// Name is what the server is told.
	Name string
	// Content is read once.
	Content io.Reader
}

// Send sends an operation with a file as its variable `file` (GraphQL multipart request specification), as a stream, and
// decodes its data into a value. Errors in the answer are a [Refused].
func (c *Client) Send(ctx context.Context, document string, variables map[string]any, file Upload, into any) error {
	asked := map[string]any{"file": nil}
	for name, value := range variables {
		asked[name] = value
	}
	operations, err := json.Marshal(request{document, asked})
	if err != nil {
		return fmt.Errorf("write request: %w", err)
	}
	reader, writer := io.Pipe()
	form := multipart.NewWriter(writer)
	go func() {
		writer.CloseWithError(writeForm(form, operations, file))
	}()
	answer, err := c.send(ctx, form.FormDataContentType(), reader)
	// A server that refuses early leaves the writer waiting.
	reader.CloseWithError(io.ErrClosedPipe)
	if err != nil {
		return err
	}
	return answer.decode(into)
}

// writeForm writes the parts in the order that the specification asks.
func writeForm(form *multipart.Writer, operations []byte, file Upload) error {
	if err := form.WriteField("operations", string(operations)); err != nil {
		return err
	}
	if err := form.WriteField("map", `{"0":["variables.file"]}`); err != nil {
		return err
	}
	part, err := form.CreateFormFile("0", file.Name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(part, file.Content); err != nil {
		return err
	}
	return form.Close()
}

// mostAnswer bounds what is read of an answer; the server ends its own at 64 MiB.
const mostAnswer = 80 << 20

// send sends a body and reads the answer. An answer that is not GraphQL is an error that shows its beginning.
func (c *Client) send(ctx context.Context, contentType string, body io.Reader) (*Answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, body)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Accept", "application/json")
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("reach %s: %w", c.endpoint, err)
	}
	defer response.Body.Close()
	whole, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer))
	if err != nil {
		return nil, fmt.Errorf("read answer of %s: %w", c.endpoint, err)
	}
	answer := &Answer{Whole: whole}
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if !strings.HasSuffix(kind, "json") || json.Unmarshal(whole, answer) != nil || (answer.Data == nil && answer.Errors == nil) {
		return nil, fmt.Errorf("%s answered %s and no GraphQL: %.200s", c.endpoint, response.Status, whole)
	}
	return answer, nil
}

// decode turns errors into a Refused and data into a value.
func (a *Answer) decode(into any) error {
	if len(a.Errors) > 0 {
		return &Refused{a.Errors}
	}
	if err := json.Unmarshal(a.Data, into); err != nil {
		return fmt.Errorf("understand answer: %w", err)
	}
	return nil
}

// AsRefused answers the refusal that err is or wraps.
func AsRefused(err error) (*Refused, bool) {
	return errors.AsType[*Refused](err)
}
