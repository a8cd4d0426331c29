package access

import (
	"context"

	"asm.example/asm/internal/problem"
)

// ActingFor answers a context in which the host acts as a person, with the roles of this moment: for commands on the
// server's host that manage somebody's own things, such as API tokens. What is done is recorded as that person's, by the
// credential of the host. Problems: Denied for anybody but the host; NotFound when the person is unknown or disabled.
func (s *Service) ActingFor(ctx context.Context, email string) (context.Context, error) {
	grant, err := s.requireHost(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.person(ctx, foldEmail(email))
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, problem.NotFound("Nobody active here has this mail address.").With("email", foldEmail(email))
	}
	return WithActor(ctx, p.actor(grant.actor.Credential, "")), nil
}
