package server

import (
	"net/http"
	"time"
)

// deletionPage is what the page behind a deletion link shows.
type deletionPage struct {
	Email     string     `json:"email"`
	ExpiresAt *time.Time `json:"expiresAt,omitempty"`
	IsDone    bool       `json:"isDone"`
}

// describeDeletion tells whose account a link ends and changes nothing.
func (s *Server) describeDeletion(w http.ResponseWriter, r *http.Request) {
	if err := s.takeTurn(r); err != nil {
		s.refuse(w, r, err)
		return
	}
	removal, err := s.parts.Access.DescribeRemoval(r.Context(), r.URL.Query().Get("link"))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	answerJSON(w, http.StatusOK, deletionPage{Email: removal.Email, ExpiresAt: &removal.ExpiresAt})
}

// confirmDeletion ends the account.
func (s *Server) confirmDeletion(w http.ResponseWriter, r *http.Request) {
	var given struct {
		Link string `json:"link"`
	}
	if err := s.takeTurn(r); err != nil {
		s.refuse(w, r, err)
		return
	}
	if err := s.readJSON(w, r, &given); err != nil {
		s.refuse(w, r, err)
		return
	}
	if err := s.parts.Lifecycle.ConfirmRemoval(r.Context(), given.Link, s.addressOf(r)); err != nil {
		s.refuse(w, r, err)
		return
	}
	answerJSON(w, http.StatusOK, deletionPage{IsDone: true})
}
