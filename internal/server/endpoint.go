package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/api"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/problem"
)

// The media types of GraphQL over HTTP (its specification, section 4).
const (
	mediaJSON     = "application/json"
	mediaResponse = "application/graphql-response+json"
)

// bodyTime is how long a client may take to send a JSON body.
const bodyTime = 30 * time.Second

// call is a GraphQL request as it came, before anything of it was looked at.
type call struct {
	Query         string          `json:"query"`
	OperationName string          `json:"operationName"`
	Variables     json.RawMessage `json:"variables"`
	Extensions    json.RawMessage `json:"extensions"`

	uploads map[string]any
	// close removes what the request's files were spooled to.
	close func()
}

// badCall is a request that is no GraphQL request; it is answered with its own HTTP status, whatever is accepted.
type badCall struct {
	status  int
	message string
}

func (b *badCall) Error() string { return b.message }

// endpoint is the API: the playground for a browser that comes to read, GraphQL over HTTP for everybody else.
func (s *Server) endpoint(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Accept")
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		if !r.URL.Query().Has("query") && wantsPage(r) {
			s.app.servePlayground(w, r)
			return
		}
	case http.MethodPost:
	case http.MethodOptions:
		w.Header().Set("Allow", "GET, HEAD, POST, OPTIONS")
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		w.Header().Set("Allow", "GET, HEAD, POST, OPTIONS")
		s.answerErrors(w, r, http.StatusMethodNotAllowed, &graphql.Error{Message: "Use GET for queries and POST for queries and mutations."})
		return
	}
	s.answerCall(w, r)
}

// wantsPage tells a browser that navigates from a program: only the former names HTML.
func wantsPage(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept"), ",") {
		if kind, _, err := mime.ParseMediaType(part); err == nil && kind == "text/html" {
			return true
		}
	}
	return false
}

// answerCall executes one GraphQL request.
func (s *Server) answerCall(w http.ResponseWriter, r *http.Request) {
	media, acceptable := negotiate(r.Header.Values("Accept"))
	if !acceptable {
		s.answerErrors(w, r, http.StatusNotAcceptable, &graphql.Error{Message: "The answer is " + mediaResponse + " or " + mediaJSON + "; accept one of them."})
		return
	}
	actor, credentialErr := s.caller(r)
	asked, err := s.readCall(w, r, credentialErr)
	if err != nil {
		s.answerBadCall(w, r, media, err)
		return
	}
	defer asked.close()

	plan, errs := s.parts.Schema.Prepare(asked.Query, asked.OperationName)
	if errs != nil {
		s.answer(w, media, requestErrorStatus(media), graphql.Refuse(withCode(errs, "GRAPHQL_VALIDATION_FAILED")...))
		return
	}
	if r.Method != http.MethodPost && plan.Kind() != graphql.KindQuery {
		w.Header().Set("Allow", "POST")
		s.answerErrors(w, r, http.StatusMethodNotAllowed, &graphql.Error{Message: "A mutation is sent by POST."})
		return
	}
	if credentialErr != nil && !plan.OnlyIntrospection() {
		s.answerStranger(w, r, media, credentialErr)
		return
	}
	ctx := r.Context()
	if actor != nil {
		ctx = access.WithActor(ctx, actor)
	}
	buffer := buffers.Get().(*[]byte)
	response := s.parts.Schema.Execute(ctx, plan, graphql.Request{
		Variables: asked.Variables, Uploads: asked.uploads, Buffer: (*buffer)[:0],
	})
	status := http.StatusOK
	if response.Data == nil {
		status = requestErrorStatus(media)
	}
	s.answer(w, media, status, response)
	keepBuffer(buffer, response.Data)
}

// readCall reads the request by its method and media type.
func (s *Server) readCall(w http.ResponseWriter, r *http.Request, credentialErr error) (*call, error) {
	if r.Method != http.MethodPost {
		return readQueryString(r)
	}
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		kind = ""
	}
	switch kind {
	case mediaJSON:
		if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
			return nil, &badCall{http.StatusUnsupportedMediaType, "The body's charset is " + strconv.Quote(charset) + "; send UTF-8."}
		}
		return s.readJSONCall(w, r)
	case "multipart/form-data":
		if credentialErr != nil {
			// Nobody's files are taken from a stranger.
			return nil, credentialErr
		}
		return s.readMultipart(w, r, parameters["boundary"])
	default:
		return nil, &badCall{http.StatusUnsupportedMediaType,
			fmt.Sprintf("The body's Content-Type is %q; send application/json, or multipart/form-data with files.", r.Header.Get("Content-Type"))}
	}
}

// readQueryString reads a request by GET (GraphQL over HTTP, section 5.3).
func readQueryString(r *http.Request) (*call, error) {
	values := r.URL.Query()
	asked := &call{Query: values.Get("query"), OperationName: values.Get("operationName"), close: func() {}}
	for name, into := range map[string]*json.RawMessage{"variables": &asked.Variables, "extensions": &asked.Extensions} {
		if text := values.Get(name); text != "" {
			*into = json.RawMessage(text)
		}
	}
	return asked, asked.check()
}

// readJSONCall reads a request from a JSON body.
func (s *Server) readJSONCall(w http.ResponseWriter, r *http.Request) (*call, error) {
	// A server without deadlines, as in tests, is no reason to refuse.
	_ = http.NewResponseController(w).SetReadDeadline(s.parts.WallClock().Add(bodyTime))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.config.Limits.JSONBytes))
	if err != nil {
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			return nil, &badCall{http.StatusRequestEntityTooLarge, fmt.Sprintf("The request is larger than %d bytes.", tooLarge.Limit)}
		}
		return nil, &badCall{http.StatusBadRequest, "The body did not arrive whole."}
	}
	return parseCall(body)
}

// parseCall reads the members of a GraphQL request from JSON (GraphQL over HTTP, section 5.1).
func parseCall(body []byte) (*call, error) {
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '[' {
		return nil, &badCall{http.StatusBadRequest, "Several requests in one body are not supported; send one at a time."}
	}
	asked := &call{close: func() {}}
	if err := json.Unmarshal(body, asked); err != nil {
		if wrong := new(json.UnmarshalTypeError); errors.As(err, &wrong) && wrong.Field != "" {
			return nil, &badCall{http.StatusBadRequest, fmt.Sprintf("The parameter %s is a %s; a string is expected.", wrong.Field, wrong.Value)}
		}
		return nil, &badCall{http.StatusBadRequest, "The body is not a JSON object: " + err.Error() + "."}
	}
	return asked, asked.check()
}

// check refuses parameters of the wrong type; their values are judged later.
func (c *call) check() error {
	if c.Query == "" {
		return &badCall{http.StatusBadRequest, "The parameter query is missing; it holds the GraphQL document."}
	}
	for name, value := range map[string]json.RawMessage{"variables": c.Variables, "extensions": c.Extensions} {
		if !isObjectOrNull(value) {
			return &badCall{http.StatusBadRequest, "The parameter " + name + " is not a JSON object."}
		}
	}
	return nil
}

// isObjectOrNull tells whether JSON is absent, null or a well-formed object.
func isObjectOrNull(value json.RawMessage) bool {
	value = bytes.TrimSpace(value)
	if len(value) == 0 || bytes.Equal(value, []byte("null")) {
		return true
	}
	return value[0] == '{' && json.Valid(value)
}

// negotiate chooses the answer's media type: what the client prefers of the two, application/json for one that does not
// say (GraphQL over HTTP, section 5.2.1: legacy clients).
func negotiate(accept []string) (media string, ok bool) {
	header := strings.Join(accept, ",")
	if strings.TrimSpace(header) == "" {
		return mediaJSON, true
	}
	best := -1.0
	for part := range strings.SplitSeq(header, ",") {
		kind, parameters, err := mime.ParseMediaType(part)
		if err != nil || !isUTF8(parameters["charset"]) {
			continue
		}
		quality := 1.0
		if q, given := parameters["q"]; given {
			if quality, err = strconv.ParseFloat(q, 64); err != nil || quality <= 0 {
				continue
			}
		}
		offered, known := map[string]string{
			mediaResponse: mediaResponse, mediaJSON: mediaJSON, "application/*": mediaJSON, "*/*": mediaJSON,
		}[kind]
		if known && quality > best {
			media, best = offered, quality
		}
	}
	return media, best > 0
}

func isUTF8(charset string) bool { return charset == "" || strings.EqualFold(charset, "utf-8") }

// requestErrorStatus is the status of an answer that has no data: clients of plain JSON expect 200 and look inside.
func requestErrorStatus(media string) int {
	if media == mediaResponse {
		return http.StatusBadRequest
	}
	return http.StatusOK
}

// answerStranger refuses a request whose caller is not known, before anything of it is executed.
func (s *Server) answerStranger(w http.ResponseWriter, r *http.Request, media string, err error) {
	presented := api.Present(r.Context(), s.parts.Log, err)
	status := http.StatusOK
	if p, ok := problem.As(err); ok && p.Kind == problem.KindLimited {
		setRetryAfter(w, p)
		status = http.StatusTooManyRequests
	} else if media == mediaResponse {
		w.Header().Set("WWW-Authenticate", challenge(r))
		status = http.StatusUnauthorized
	}
	s.answer(w, media, status, &graphql.Response{Data: []byte("null"), Errors: []*graphql.Error{presented}})
}

// challenge names the scheme that would be accepted, and what was wrong with a token (RFC 6750, section 3).
func challenge(r *http.Request) string {
	if len(r.Header.Values("Authorization")) == 0 {
		return `Bearer realm="asm"`
	}
	return `Bearer realm="asm", error="invalid_token"`
}

// answerBadCall refuses what is not a GraphQL request.
func (s *Server) answerBadCall(w http.ResponseWriter, r *http.Request, media string, err error) {
	if bad := new(badCall); errors.As(err, &bad) {
		s.answerErrors(w, r, bad.status, &graphql.Error{Message: bad.message, Extensions: map[string]any{"code": "BAD_REQUEST"}})
		return
	}
	if problem.Is(err, problem.KindUnauthenticated) || problem.Is(err, problem.KindLimited) {
		s.answerStranger(w, r, media, err)
		return
	}
	s.answer(w, media, http.StatusInternalServerError, graphql.Refuse(api.Present(r.Context(), s.parts.Log, err)))
}

// answerErrors answers errors alone, in whichever of the two media types the client accepts.
func (s *Server) answerErrors(w http.ResponseWriter, r *http.Request, status int, errs ...*graphql.Error) {
	media, ok := negotiate(r.Header.Values("Accept"))
	if !ok {
		media = mediaJSON
	}
	s.answer(w, media, status, graphql.Refuse(errs...))
}

// answer writes a response.
func (s *Server) answer(w http.ResponseWriter, media string, status int, response *graphql.Response) {
	buffer := buffers.Get().(*[]byte)
	body := response.AppendJSON((*buffer)[:0])
	header := w.Header()
	header.Set("Content-Type", media+"; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// The client is gone when this fails; there is nobody left to tell.
	_, _ = w.Write(body)
	keepBuffer(buffer, body)
}

// withCode gives a code to the errors that have none.
func withCode(errs []*graphql.Error, code string) []*graphql.Error {
	for _, err := range errs {
		if err.Extensions["code"] == nil {
			if err.Extensions == nil {
				err.Extensions = map[string]any{}
			}
			err.Extensions["code"] = code
		}
	}
	return errs
}
