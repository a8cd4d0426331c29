package server

import (
	"net/http"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/problem"
)

// invitationPage is what the page behind an invitation's link shows.
type invitationPage struct {
	Kind           string    `json:"kind"` // group or organization
	Name           string    `json:"name"`
	Organization   string    `json:"organization"`
	Role           string    `json:"role"`
	Responsibility string    `json:"responsibility,omitempty"`
	Email          string    `json:"email"`
	InvitedBy      string    `json:"invitedBy"`
	ExpiresAt      time.Time `json:"expiresAt"`
	IsAccepted     bool      `json:"isAccepted"`
	PasswordURL    *string   `json:"passwordUrl,omitempty"`
}

func showInvitation(i access.Invitation) invitationPage {
	page := invitationPage{
		Kind: "organization", Name: i.OrganizationName, Organization: i.OrganizationName, Role: string(i.Role), Responsibility: i.Responsibility,
		Email: i.Email, InvitedBy: i.InvitedBy, ExpiresAt: i.ExpiresAt, IsAccepted: i.IsAccepted,
	}
	if i.GroupName != "" {
		page.Kind, page.Name = "group", i.GroupName
	}
	return page
}

// describeInvitation tells what a link invites to and changes nothing, so that a program that follows links in mail does
// not answer for a person.
func (s *Server) describeInvitation(w http.ResponseWriter, r *http.Request) {
	if err := s.takeTurn(r); err != nil {
		s.refuse(w, r, err)
		return
	}
	invitation, err := s.parts.Access.DescribeInvitation(r.Context(), r.URL.Query().Get("link"))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	answerJSON(w, http.StatusOK, showInvitation(invitation))
}

// answerInvitation accepts or rejects an invitation.
func (s *Server) answerInvitation(w http.ResponseWriter, r *http.Request) {
	var given struct {
		Link   string `json:"link"`
		Accept bool   `json:"accept"`
	}
	if err := s.takeTurn(r); err != nil {
		s.refuse(w, r, err)
		return
	}
	if err := s.readJSON(w, r, &given); err != nil {
		s.refuse(w, r, err)
		return
	}
	answered, err := s.parts.Access.AnswerInvitation(r.Context(), given.Link, given.Accept, s.addressOf(r))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	page := showInvitation(answered.Invitation)
	if answered.PasswordURL != "" {
		page.PasswordURL = &answered.PasswordURL
	}
	answerJSON(w, http.StatusOK, page)
}

// takeTurn counts a request that anybody may send, by its address.
func (s *Server) takeTurn(r *http.Request) error {
	if wait, ok := s.anonymous.allow(s.addressOf(r)); !ok {
		return problem.Limited("Too many requests without a credential from this address; come again later.", wait)
	}
	return nil
}
