package server

import (
	"net/http"

	"asm.example/asm/internal/access"
)

// exportAudit answers the audit log as lines of JSON: one chain, or all of them. What fails before the first line is
// refused; afterwards the connection is cut, so that half a log is never taken for a whole one.
func (s *Server) exportAudit(w http.ResponseWriter, r *http.Request) {
	actor, err := s.caller(r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	answer := &firstByte{ResponseWriter: w}
	ctx := access.WithActor(r.Context(), actor)
	err = s.parts.Access.ExportAudit(ctx, r.URL.Query().Get("chain"), answer)
	switch {
	case err == nil:
	case !answer.begun:
		s.refuse(w, r, err)
	default:
		s.parts.Log.ErrorContext(ctx, "the export of the audit log ended early", "error", err, "request", access.RequestIDOf(ctx))
		panic(http.ErrAbortHandler)
	}
}

// firstByte sets the header of an export when its first byte is written.
type firstByte struct {
	http.ResponseWriter

	begun bool
}

func (f *firstByte) Write(b []byte) (int, error) {
	if !f.begun {
		f.begun = true
		header := f.Header()
		header.Set("Content-Type", "application/jsonl; charset=utf-8")
		header.Set("Content-Disposition", `attachment; filename="audit.jsonl"`)
		header.Set("Cache-Control", "no-store")
	}
	return f.ResponseWriter.Write(b)
}
