package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// Issuer is an OpenID Connect issuer that people may sign in with.
type Issuer struct {
	// ID stands in addresses: letters, digits and hyphens.
	ID string `json:"id"`
	// Name is what the sign-in page shows.
	Name string `json:"name"`
	// URL is the issuer's, as its discovery document gives it.
	URL string `json:"url"`
	// ClientID and ClientSecret are what the issuer knows this installation by. ClientSecretFile is a file that holds the
	// secret, instead of it.
	ClientID         string `json:"clientId"`
	ClientSecret     string `json:"clientSecret"`
	ClientSecretFile string `json:"clientSecretFile"`
	// AllowedDomains are mail domains whose people get an account when they first come.
	AllowedDomains []string `json:"allowedDomains"`
	// AuthorityFor are mail domains for which the issuer's word on an address is proof, so that an existing account is linked
	// by it.
	AuthorityFor []string `json:"authorityFor"`
	// Scopes are asked for besides openid, email and profile.
	Scopes []string `json:"scopes"`
}

// issuer is an issuer and what was discovered of it.
type issuer struct {
	Issuer
	redirect string
	http     *http.Client

	mu       sync.Mutex
	provider *oidc.Provider // nil until it was reached
}

// IssuerName is what the sign-in page shows of an issuer.
type IssuerName struct{ ID, Name string }

const (
	errUnknownIssuer = "There is no such way to sign in."
	errIssuerDown    = "The issuer cannot be reached at the moment. Try again, or sign in another way."
	errSignInLost    = "This sign-in was not begun in this browser, or it took too long. Begin again."
	errIssuerRefused = "The issuer did not let you sign in."
	errNoAccount     = "There is no account for this address here. Ask somebody who manages people to invite you."
	errNotLinked     = "There is an account with this address. Sign in to it as before, then link this issuer in your settings."
	errLinkedToOther = "This identity belongs to another account."
)

// signInLife is how long the way to an issuer and back may take.
const signInLife = 10 * time.Minute

func newIssuers(o Options) (map[string]*issuer, error) {
	issuers := make(map[string]*issuer, len(o.Issuers))
	for _, i := range o.Issuers {
		noWord := strings.ContainsFunc(i.ID, func(r rune) bool { return !isAlphanumeric(r) && r != '-' })
		if i.ID == "" || noWord || issuers[i.ID] != nil {
			return nil, fmt.Errorf("the issuer's id %q is empty, used twice or not of letters, digits and hyphens", i.ID)
		}
		if i.URL == "" || i.ClientID == "" {
			return nil, fmt.Errorf("the issuer %s needs a URL and a client id", i.ID)
		}
		if i.ClientSecretFile != "" {
			secret, err := os.ReadFile(i.ClientSecretFile)
			if err != nil {
				return nil, fmt.Errorf("read the client secret of the issuer %s: %w", i.ID, err)
			}
			i.ClientSecret = strings.TrimSpace(string(secret))
		}
		i.AllowedDomains, i.AuthorityFor = foldAll(i.AllowedDomains), foldAll(i.AuthorityFor)
		issuers[i.ID] = &issuer{Issuer: i, redirect: o.URL + "/session/oidc/" + i.ID + "/callback", http: o.HTTP}
	}
	return issuers, nil
}

func foldAll(domains []string) []string {
	folded := make([]string, len(domains))
	for i, domain := range domains {
		folded[i] = strings.ToLower(strings.TrimSpace(domain))
	}
	return folded
}

// Issuers answers the issuers that people may sign in with, in the order of the configuration. Anybody may.
func (s *Service) Issuers() []IssuerName {
	names := make([]IssuerName, len(s.options.Issuers))
	for i, one := range s.options.Issuers {
		names[i] = IssuerName{one.ID, one.Name}
	}
	return names
}

// discover reaches the issuer once; as long as it cannot be reached, each sign-in tries again.
func (i *issuer) discover(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.provider == nil {
		// The provider keeps this context for its keys, so it must outlive the request.
		provider, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), i.http), i.URL)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", problem.Unavailable(errIssuerDown), err)
		}
		i.provider = provider
	}
	return i.provider, &oauth2.Config{
		ClientID: i.ClientID, ClientSecret: i.ClientSecret, Endpoint: i.provider.Endpoint(), RedirectURL: i.redirect,
		Scopes: append([]string{oidc.ScopeOpenID, "email", "profile"}, i.Scopes...),
	}, nil
}

// BeginSignIn answers where to send the browser, and the value of the cookie that it must bring back (HttpOnly,
// SameSite=Lax, at most 10 minutes). With a session in the context the identity will be linked to that account instead
// of signing in. returnPath is an own path to go to afterwards; anything else becomes "/". Problems: NotFound for an
// unknown issuer; Denied for a caller by token; Unavailable when the issuer cannot be reached.
func (s *Service) BeginSignIn(ctx context.Context, issuerID, returnPath string) (location, stateCookie string, err error) {
	i, ok := s.issuers[issuerID]
	if !ok {
		return "", "", problem.NotFound(errUnknownIssuer)
	}
	state := signInState{
		Issuer: issuerID, Return: ownPath(returnPath), Until: s.db.Now().Add(signInLife).Unix(),
	}
	if _, ok := ActorOf(ctx); ok {
		grant, err := s.selfBySession(ctx)
		if err != nil {
			return "", "", err
		}
		state.Linking, state.Session = grant.actor.Email, grant.actor.Credential.ID
	}
	_, config, err := i.discover(ctx)
	if err != nil {
		return "", "", err
	}
	for _, secret := range []*string{&state.State, &state.Nonce, &state.Verifier} {
		if *secret, err = s.newSecretText(); err != nil {
			return "", "", err
		}
	}
	if stateCookie, err = s.seal(state); err != nil {
		return "", "", err
	}
	return config.AuthCodeURL(state.State, oidc.Nonce(state.Nonce), oauth2.S256ChallengeOption(state.Verifier)), stateCookie, nil
}

// Callback is what the browser brings back from an issuer.
type Callback struct {
	// IssuerID is the issuer in the address.
	IssuerID string
	// Code, State and Error are the address's parameters (RFC 6749, section 4.1.2).
	Code, State, Error string
	// StateCookie is the cookie of [Service.BeginSignIn].
	StateCookie string
	// Address and Agent are the browser's, as in [SignIn].
	Address, Agent string
}

// FinishSignIn is the way back from an issuer: it answers a session and where to go on. When an identity was linked to an
// account, SignedIn has no Cookie, for the session of before goes on. Problems: NotFound (unknown issuer); Unauthenticated
// when the sign-in was not begun in this browser, the issuer refused, or nobody here is meant, with a sentence that
// says how to go on; Unavailable.
func (s *Service) FinishSignIn(ctx context.Context, c Callback) (in SignedIn, returnPath string, err error) {
	i, ok := s.issuers[c.IssuerID]
	if !ok {
		return SignedIn{}, "", problem.NotFound(errUnknownIssuer)
	}
	state, err := s.unseal(c.StateCookie)
	if err != nil || state.Issuer != c.IssuerID || state.State == "" || state.State != c.State ||
		s.db.Now().Unix() >= state.Until {
		return SignedIn{}, "", problem.Unauthenticated(errSignInLost)
	}
	if c.Error != "" || c.Code == "" {
		return SignedIn{}, "", problem.Unauthenticated(errIssuerRefused)
	}
	who, err := s.exchange(ctx, i, c.Code, state)
	if err != nil {
		return SignedIn{}, "", err
	}
	from := browser{c.Address, c.Agent}
	err = s.db.Write(ctx, func(tx *database.Tx) error {
		if state.Linking != "" {
			in = SignedIn{Email: state.Linking}
			return s.linkIdentity(ctx, tx, who, state, from)
		}
		email, err := s.whoIs(ctx, tx, i, who, from)
		if err != nil {
			return err
		}
		in, err = s.startSession(ctx, tx, email, from, i.ID)
		return err
	})
	return in, state.Return, err
}

// identity is what an issuer says of somebody.
type identity struct {
	issuer, subject     string
	email               string // folded
	isVerified          bool
	firstName, lastName string
}

// exchange turns the code into what the issuer says, and checks that it answers this very sign-in.
func (s *Service) exchange(ctx context.Context, i *issuer, code string, state signInState) (identity, error) {
	provider, config, err := i.discover(ctx)
	if err != nil {
		return identity{}, err
	}
	token, err := config.Exchange(oidc.ClientContext(ctx, i.http), code, oauth2.VerifierOption(state.Verifier))
	if err != nil {
		return identity{}, fmt.Errorf("%w: %w", problem.Unauthenticated(errIssuerRefused), err)
	}
	raw, _ := token.Extra("id_token").(string)
	idToken, err := provider.VerifierContext(oidc.ClientContext(context.WithoutCancel(ctx), i.http),
		&oidc.Config{ClientID: i.ClientID, Now: s.db.Now}).Verify(ctx, raw)
	if err != nil || idToken.Nonce != state.Nonce {
		return identity{}, fmt.Errorf("%w: %w", problem.Unauthenticated(errIssuerRefused),
			errors.Join(err, errors.New("the ID token is not good for this sign-in")))
	}
	said := standardClaims{}
	if err := idToken.Claims(&said); err != nil {
		return identity{}, fmt.Errorf("%w: %w", problem.Unauthenticated(errIssuerRefused), err)
	}
	if said.Email == "" { // many issuers say it at the userinfo endpoint only
		info, err := provider.UserInfo(oidc.ClientContext(ctx, i.http), oauth2.StaticTokenSource(token))
		if err == nil && info.Subject == idToken.Subject {
			_ = info.Claims(&said) // what cannot be read stays unsaid
		}
	}
	return identity{
		issuer: idToken.Issuer, subject: idToken.Subject, email: foldEmail(said.Email), isVerified: said.EmailVerified == true,
		firstName: said.GivenName, lastName: said.FamilyName,
	}, nil
}

// standardClaims are those we ask for (OpenID Connect Core 1.0, section 5.1).
type standardClaims struct {
	Email         string `json:"email"`
	EmailVerified any    `json:"email_verified"` // only the JSON value true counts
	GivenName     string `json:"given_name"`
	FamilyName    string `json:"family_name"`
}

const (
	identityOwner = `
	SELECT email
	  FROM access_identities
	 WHERE issuer = $1
	   AND subject = $2`

	insertIdentity = `
	INSERT INTO access_identities (issuer, subject, email, linked_at)
	VALUES ($1, $2, $3, $4)`
)

// whoIs answers the account that an identity signs in to, linking or making it where the configuration trusts the issuer
// with it. Problems: Unauthenticated with how to go on.
func (s *Service) whoIs(ctx context.Context, tx *database.Tx, i *issuer, who identity, from browser) (string, error) {
	owner, err := database.Collect(ctx, tx, database.Value[string], identityOwner, who.issuer, who.subject)
	if err != nil {
		return "", inRoom("look up an identity", err)
	}
	if len(owner) == 1 {
		return owner[0], s.mustBeActive(ctx, tx, owner[0])
	}
	_, domain, _ := strings.Cut(who.email, "@")
	isAuthority := who.isVerified && slices.Contains(i.AuthorityFor, domain)
	isWelcome := who.isVerified && slices.Contains(i.AllowedDomains, domain)
	if checkEmail(who.email) != nil || !isAuthority && !isWelcome {
		return "", problem.Unauthenticated(errNoAccount)
	}
	grant := s.byThemselves(who.email, from, Credential{Kind: SignInCredential, ID: i.ID}, signInPermission)
	_, err = lockStakeholder(ctx, tx, who.email)
	switch {
	case problem.Is(err, problem.KindNotFound) && isWelcome:
		err = s.addStakeholder(ctx, tx, grant, newStakeholder{
			email: who.email, firstName: who.firstName, lastName: who.lastName, role: User,
		})
	case problem.Is(err, problem.KindNotFound):
		err = problem.Unauthenticated(errNoAccount)
	case err == nil && !isAuthority:
		err = problem.Unauthenticated(errNotLinked)
	case err == nil:
		if err = s.mustBeActive(ctx, tx, who.email); err == nil {
			err = s.verifyAddress(ctx, tx, grant, who.email)
		}
	}
	if err != nil {
		return "", err
	}
	return who.email, s.keepIdentity(ctx, tx, grant, who)
}

// mustBeActive refuses who is disabled, as if there were no account.
func (s *Service) mustBeActive(ctx context.Context, tx *database.Tx, email string) error {
	isActive, err := lockStakeholder(ctx, tx, email)
	if err == nil && !isActive {
		return problem.Unauthenticated(errNoAccount)
	}
	return err
}

// linkIdentity links an identity to the account that asked for it, whose session must still live.
func (s *Service) linkIdentity(ctx context.Context, tx *database.Tx, who identity, state signInState, from browser) error {
	live, err := s.liveSessions(ctx, tx, state.Linking, tx.Now())
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(live, func(one Session) bool { return one.ID == state.Session }) {
		return problem.Unauthenticated(errLogin)
	}
	if err := s.mustBeActive(ctx, tx, state.Linking); err != nil {
		return err
	}
	owner, err := database.Collect(ctx, tx, database.Value[string], identityOwner, who.issuer, who.subject)
	if err != nil {
		return inRoom("look up an identity", err)
	}
	if len(owner) == 1 {
		if owner[0] != state.Linking {
			return problem.Conflict(errLinkedToOther)
		}
		return nil
	}
	c := Credential{Kind: SessionCredential, ID: state.Session}
	return s.keepIdentity(ctx, tx, s.byThemselves(state.Linking, from, c, selfPermission), who)
}

// keepIdentity links an identity to the account of the grant's person.
func (s *Service) keepIdentity(ctx context.Context, tx *database.Tx, grant Grant, who identity) error {
	email := grant.actor.Email
	if _, err := tx.Exec(ctx, insertIdentity, who.issuer, who.subject, email, database.Micros(tx.Now())); err != nil {
		return inRoom("link an identity", err)
	}
	return grant.Record(ctx, tx, audit.Change{
		Action: "linkIdentity", Kind: "stakeholder", ID: email,
		After: map[string]any{"issuer": who.issuer, "subject": who.subject},
	})
}

// ownPath answers a path of this installation; "/" for anything that could lead elsewhere.
func ownPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || u.Opaque != "" || !strings.HasPrefix(path, "/") ||
		strings.HasPrefix(path, "//") || strings.Contains(path, `\`) || checkText("", path) != nil {
		return "/"
	}
	return path
}
