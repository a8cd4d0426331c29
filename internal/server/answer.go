package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/problem"
)

// refusal is the JSON that routes other than the endpoint answer with instead of their own.
type refusal struct {
	Error     string `json:"error"`
	Code      string `json:"code"`
	RequestID string `json:"requestId"`
}

// answerJSON answers a value; nothing that depends on the caller may be kept by a cache on the way.
func answerJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// The client is gone when this fails; there is nobody left to tell.
	_ = json.NewEncoder(w).Encode(value)
}

// refuse answers an error of a route other than the endpoint: a problem as it is, anything else logged and hidden.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	requestID := access.RequestIDOf(r.Context())
	p, ok := problem.As(err)
	if !ok {
		s.parts.Log.ErrorContext(r.Context(), "request failed", "path", r.URL.Path, "error", err, "request", requestID)
		answerJSON(w, http.StatusInternalServerError, refusal{"Internal error", problem.Kind("").Code(), requestID})
		return
	}
	if p.Kind == problem.KindLimited {
		setRetryAfter(w, p)
	}
	answerJSON(w, p.Kind.HTTPStatus(), refusal{p.Message, p.Kind.Code(), requestID})
}

// setRetryAfter says in whole seconds, at least one, when to come again (RFC 9110, section 10.2.3).
func setRetryAfter(w http.ResponseWriter, p *problem.Problem) {
	seconds := max(1, int((p.RetryAfter.Seconds())+0.999))
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
}

// readJSON reads a small JSON body into a struct; unknown members are refused so that a typing error is noticed.
func (s *Server) readJSON(w http.ResponseWriter, r *http.Request, into any) error {
	const mostBytes = 16 << 10
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostBytes))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			return problem.Invalid("", "The request is larger than 16 KiB.")
		}
		return problem.Invalid("", "The request is not the JSON that is expected here: "+err.Error())
	}
	return nil
}
