package api

import (
	"context"
	"strings"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/problem"
)

// me is the caller as the field of that name answers it.
type me struct {
	actor  *access.Actor
	origin string
}

func bindAccess(b *graphql.Binder, s *asm.Services) {
	graphql.Enum[callerOrigin](b, "CallerOrigin", fromAPI, fromFront)
	graphql.Query(b, "me", func(ctx context.Context, a struct{ CallerOrigin *string }) (*me, error) {
		actor, err := s.Access.Current(ctx)
		if err != nil {
			return nil, err
		}
		origin, err := parseOrigin(a.CallerOrigin)
		return &me{actor, string(origin)}, err
	})
	bindMe(b, s)
	bindTokens(b, s)
	bindSessions(b, s)
}

// callerOrigin is where a caller of me says that it comes from.
type callerOrigin string

const (
	fromAPI   callerOrigin = "API"
	fromFront callerOrigin = "FRONT"
)

func parseOrigin(given *string) (callerOrigin, error) {
	if given == nil {
		return fromAPI, nil
	}
	switch origin := callerOrigin(*given); origin {
	case fromAPI, fromFront:
		return origin, nil
	default:
		return "", problem.Invalid("callerOrigin", "Exception - Field callerOrigin is invalid").With("allowed", []string{"API", "FRONT"})
	}
}

func bindMe(b *graphql.Binder, s *asm.Services) {
	o := graphql.Object[me](b, "Me")
	graphql.Value(o, "callerOrigin", func(m *me) callerOrigin { return callerOrigin(m.origin) })
	graphql.Value(o, "permissions", func(m *me) []string { return m.actor.Permissions(access.UserLevel, m.actor.UserRole) }, graphql.Sized(20))
	graphql.Value(o, "role", func(m *me) access.Role { return m.actor.UserRole })
	graphql.Value(o, "userEmail", func(m *me) string { return m.actor.Email })
	graphql.Value(o, "userName", func(m *me) string { return strings.TrimSpace(m.actor.FirstName + " " + m.actor.LastName) })
	graphql.Value(o, "sessionExpiration", func(m *me) string { return m.actor.Credential.ExpiresAt.UTC().Format(dateTimeForm) })
	graphql.Level(o, "organizations", func(ctx context.Context, parents []*me, _ graphql.None) ([][]*organization.Organization, error) {
		return neverNil(once(parents, func() ([]*organization.Organization, error) { return s.Organizations.OfActor(ctx) }))
	})
	settings := s.Access.Settings
	graphql.Level(o, "isConcurrentSession", func(ctx context.Context, parents []*me, _ graphql.None) ([]bool, error) {
		return once(parents, func() (bool, error) { own, err := settings(ctx); return own.IsConcurrentSession, err })
	})
	graphql.Level(o, "remember", func(ctx context.Context, parents []*me, _ graphql.None) ([]bool, error) {
		return once(parents, func() (bool, error) { own, err := settings(ctx); return own.Remember, err })
	})
	graphql.Level(o, "preferences", func(ctx context.Context, parents []*me, _ graphql.None) ([]jsonText, error) {
		return once(parents, func() (jsonText, error) { own, err := settings(ctx); return jsonText(own.Preferences), err })
	})
	graphql.Mutation(b, "acceptLegal", func(ctx context.Context, a struct{ Remember bool }) (payload, error) {
		return payload{}, s.Access.AcceptLegal(ctx, a.Remember)
	})
	graphql.Mutation(b, "acknowledgeConcurrentSession", func(ctx context.Context, _ graphql.None) (payload, error) {
		return payload{}, s.Access.AcknowledgeConcurrentSession(ctx)
	})
	graphql.Mutation(b, "updatePreferences", func(ctx context.Context, a struct{ Preferences jsonText }) (payload, error) {
		return payload{}, s.Access.UpdatePreferences(ctx, string(a.Preferences))
	})
}

// once asks one question for all parents: me is one person however often it stands in an operation.
func once[V any](parents []*me, ask func() (V, error)) ([]V, error) {
	answer, err := ask()
	answers := make([]V, len(parents))
	for i := range answers {
		answers[i] = answer
	}
	return answers, err
}

// issuedToken is the answer of the mutations that make a token.
type issuedToken struct{ token string }

func bindTokens(b *graphql.Binder, s *asm.Services) {
	o := graphql.Object[access.Token](b, "AccessToken")
	graphql.Value(o, "id", func(t *access.Token) string { return t.ID })
	graphql.Value(o, "name", func(t *access.Token) string { return t.Name })
	graphql.Value(o, "issuedAt", func(t *access.Token) int64 { return t.IssuedAt.Unix() })
	graphql.Value(o, "expirationTime", func(t *access.Token) int64 { return t.ExpiresAt.Unix() })
	graphql.Value(o, "lastUse", func(t *access.Token) time.Time { return t.LastUse })
	graphql.Value(o, "lastUseAddress", func(t *access.Token) *string { return textOrNull(t.LastAddress) })

	m := graphql.Object[me](b, "Me")
	graphql.Level(m, "accessTokens", func(ctx context.Context, parents []*me, _ graphql.None) ([][]access.Token, error) {
		return neverNil(once(parents, func() ([]access.Token, error) { return s.Access.Tokens(ctx) }))
	})
	graphql.Level(m, "accessToken", func(ctx context.Context, parents []*me, _ graphql.None) ([]string, error) {
		return once(parents, func() (string, error) {
			tokens, err := s.Access.Tokens(ctx)
			return access.LegacyToken(tokens), err
		})
	})

	issued := graphql.Object[issuedToken](b, "UpdateAccessTokenPayload")
	graphql.Value(issued, "sessionJwt", func(i *issuedToken) string { return i.token })
	graphql.Value(issued, "success", succeeded[issuedToken])
	graphql.Mutation(b, "addAccessToken", func(ctx context.Context, a struct {
		ExpirationTime int64
		Name           string
	}) (issuedToken, error) {
		token, err := s.Access.AddToken(ctx, a.Name, time.Unix(a.ExpirationTime, 0))
		return issuedToken{token}, err
	})
	graphql.Mutation(b, "updateAccessToken", func(ctx context.Context, a struct{ ExpirationTime int64 }) (issuedToken, error) {
		token, err := s.Access.ReplaceTokens(ctx, time.Unix(a.ExpirationTime, 0))
		return issuedToken{token}, err
	})
	graphql.Mutation(b, "invalidateAccessToken", func(ctx context.Context, a struct{ ID string }) (payload, error) {
		return payload{}, s.Access.InvalidateToken(ctx, a.ID)
	})
}

func bindSessions(b *graphql.Binder, s *asm.Services) {
	o := graphql.Object[access.Session](b, "Session")
	graphql.Value(o, "id", func(t *access.Session) string { return t.ID })
	graphql.Value(o, "startedAt", func(t *access.Session) time.Time { return t.StartedAt })
	graphql.Value(o, "expiresAt", func(t *access.Session) time.Time { return t.ExpiresAt })
	graphql.Value(o, "lastUse", func(t *access.Session) time.Time { return t.LastUse })
	graphql.Value(o, "address", func(t *access.Session) string { return t.Address })
	graphql.Value(o, "userAgent", func(t *access.Session) string { return t.Agent })
	graphql.Value(o, "current", func(t *access.Session) bool { return t.IsCurrent })

	m := graphql.Object[me](b, "Me")
	graphql.Level(m, "sessions", func(ctx context.Context, parents []*me, _ graphql.None) ([][]access.Session, error) {
		return once(parents, func() ([]access.Session, error) { return s.Access.Sessions(ctx) })
	})
	graphql.Mutation(b, "endSession", func(ctx context.Context, a struct{ ID string }) (payload, error) {
		return payload{}, s.Access.EndSession(ctx, a.ID)
	})
}
