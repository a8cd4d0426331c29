package server

import (
	"context"
	"net/http"
	"time"

	"asm.example/asm/internal/database"
)

// readyWithin is how long the database may take to show that it answers.
const readyWithin = 2 * time.Second

// healthy says that the process runs. It asks nothing else, so that a slow database does not get a server killed.
func (s *Server) healthy(w http.ResponseWriter, _ *http.Request) {
	answerJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// ready says whether requests can be answered now: it asks the database.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	_, err := database.One(ctx, s.parts.Database, func(row database.Row) (int64, error) {
		var one int64
		err := row.Scan(&one)
		return one, err
	}, `SELECT 1`)
	if err != nil {
		s.parts.Log.WarnContext(ctx, "not ready", "error", err)
		answerJSON(w, http.StatusServiceUnavailable, map[string]string{"status": "the database does not answer"})
		return
	}
	answerJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}
