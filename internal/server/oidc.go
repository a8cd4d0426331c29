package server

import (
	"net/http"
	"net/url"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/problem"
)

// stateLife is how long, in seconds, a browser keeps what binds an issuer's answer to it.
const stateLife = 600

// stateCookie binds an issuer's answer to the browser that asked. SameSite=Lax lets it come with the issuer's redirect.
func (s *Server) stateCookie(value string) *http.Cookie {
	name := "asm_sign_in"
	if s.isSecure() {
		name = "__Host-asm_sign_in"
	}
	return &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: stateLife, HttpOnly: true, Secure: s.isSecure(), SameSite: http.SameSiteLaxMode,
	}
}

// beginIssuer sends the browser to an issuer. With a session, the identity is linked to its account.
func (s *Server) beginIssuer(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	actor, err := s.caller(r)
	switch {
	case err == nil:
		ctx = access.WithActor(ctx, actor)
	case !problem.Is(err, problem.KindUnauthenticated):
		s.refuse(w, r, err)
		return
	}
	location, state, err := s.parts.Access.BeginSignIn(ctx, r.PathValue("issuer"), r.URL.Query().Get("return"))
	if err != nil {
		s.tell(w, r, err)
		return
	}
	http.SetCookie(w, s.stateCookie(state))
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, location, http.StatusSeeOther)
}

// finishIssuer takes an issuer's answer and goes on to the page that was wanted.
func (s *Server) finishIssuer(w http.ResponseWriter, r *http.Request) {
	if err := s.takeTurn(r); err != nil {
		s.refuse(w, r, err)
		return
	}
	cookie := s.stateCookie("")
	var state string
	if brought, err := r.Cookie(cookie.Name); err == nil {
		state = brought.Value
	}
	cookie.MaxAge = -1
	http.SetCookie(w, cookie)
	query := r.URL.Query()
	signedIn, goOn, err := s.parts.Access.FinishSignIn(r.Context(), access.Callback{
		IssuerID: r.PathValue("issuer"), Code: query.Get("code"), State: query.Get("state"), Error: query.Get("error"),
		StateCookie: state, Address: s.addressOf(r), Agent: r.UserAgent(),
	})
	if err != nil {
		s.tell(w, r, err)
		return
	}
	if signedIn.Cookie != "" {
		s.setSessionCookie(w, signedIn)
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, goOn, http.StatusSeeOther)
}

// tell leads a browser back to the sign-in page with the sentence of a problem; anything else is refused as elsewhere.
func (s *Server) tell(w http.ResponseWriter, r *http.Request, err error) {
	p, ok := problem.As(err)
	if !ok {
		s.refuse(w, r, err)
		return
	}
	http.Redirect(w, r, "/?"+url.Values{"problem": {p.Message}}.Encode(), http.StatusSeeOther)
}
