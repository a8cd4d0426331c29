package server

import (
	"net/http"
	"strings"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/problem"
)

// issuerOnOffer is an issuer as the sign-in page shows it.
type issuerOnOffer struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// sessionState is what the app needs to know before it can ask the API anything.
type sessionState struct {
	Email     string          `json:"email,omitempty"`
	Name      string          `json:"name,omitempty"`
	ExpiresAt *time.Time      `json:"expiresAt,omitempty"`
	Now       time.Time       `json:"now"`
	Issuers   []issuerOnOffer `json:"issuers"`
	Demo      bool            `json:"demo"`
}

// describeSession tells the app who is signed in, or how one signs in.
func (s *Server) describeSession(w http.ResponseWriter, r *http.Request) {
	state := sessionState{Now: s.parts.Now().UTC(), Issuers: []issuerOnOffer{}, Demo: s.config.Demo}
	for _, issuer := range s.parts.Access.Issuers() {
		state.Issuers = append(state.Issuers, issuerOnOffer{issuer.ID, issuer.Name})
	}
	actor, err := s.caller(r)
	switch {
	case problem.Is(err, problem.KindUnauthenticated):
		answerJSON(w, http.StatusUnauthorized, state)
	case err != nil:
		s.refuse(w, r, err)
	default:
		state.Email = actor.Email
		state.Name = strings.TrimSpace(actor.FirstName + " " + actor.LastName)
		state.ExpiresAt = &actor.Credential.ExpiresAt
		answerJSON(w, http.StatusOK, state)
	}
}

// signIn makes a session from a mail address and a password.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	var given struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	}
	if err := s.readJSON(w, r, &given); err != nil {
		s.refuse(w, r, err)
		return
	}
	signedIn, err := s.parts.Access.SignIn(r.Context(), access.SignIn{
		Email: given.Email, Password: given.Password, Address: s.addressOf(r), Agent: r.UserAgent(),
	})
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	s.setSessionCookie(w, signedIn)
	w.WriteHeader(http.StatusNoContent)
}

// signOut ends the session of the cookie; it is no error when there is none any more.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) {
	if actor, err := s.caller(r); err == nil {
		if err := s.parts.Access.SignOut(access.WithActor(r.Context(), actor)); err != nil {
			s.refuse(w, r, err)
			return
		}
	}
	cookie := s.cookie()
	cookie.MaxAge = -1
	http.SetCookie(w, cookie)
	w.WriteHeader(http.StatusNoContent)
}

// setPassword sets a password by a link, and signs its owner in.
func (s *Server) setPassword(w http.ResponseWriter, r *http.Request) {
	var given struct {
		Link     string `json:"link"`
		Password string `json:"password"`
	}
	if err := s.takeTurn(r); err != nil {
		s.refuse(w, r, err)
		return
	}
	if err := s.readJSON(w, r, &given); err != nil {
		s.refuse(w, r, err)
		return
	}
	signedIn, err := s.parts.Access.SetPassword(r.Context(), given.Link, given.Password, s.addressOf(r), r.UserAgent())
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	s.setSessionCookie(w, signedIn)
	w.WriteHeader(http.StatusNoContent)
}

// sessionCookieName has the prefix by which a browser accepts the cookie over TLS alone, from our host alone and for all
// of its paths (RFC 6265bis, section 4.1.3.2).
func (s *Server) sessionCookieName() string {
	if s.isSecure() {
		return "__Host-asm_session"
	}
	return "asm_session"
}

// cookie is the session's cookie without its value.
func (s *Server) cookie() *http.Cookie {
	return &http.Cookie{
		Name: s.sessionCookieName(), Path: "/", HttpOnly: true, Secure: s.isSecure(), SameSite: http.SameSiteLaxMode,
	}
}

func (s *Server) setSessionCookie(w http.ResponseWriter, signedIn access.SignedIn) {
	cookie := s.cookie()
	cookie.Value = signedIn.Cookie
	// No Expires: the cookie goes with the browser, and the server ends the session in any case.
	http.SetCookie(w, cookie)
}

// sessionCookie answers the secret that a request carries; empty without one.
func (s *Server) sessionCookie(r *http.Request) string {
	cookie, err := r.Cookie(s.sessionCookieName())
	if err != nil {
		return ""
	}
	return cookie.Value
}

// keys answers the public keys of API tokens (RFC 7517), so that a gateway can verify one without asking us.
func (s *Server) keys(w http.ResponseWriter, r *http.Request) {
	keys, err := s.parts.Access.JWKS()
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/jwk-set+json")
	w.Header().Set("Cache-Control", "public, max-age=300")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	// The client is gone when this fails; there is nobody left to tell.
	_, _ = w.Write(keys)
}
