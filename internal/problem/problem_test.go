package problem_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"asm.example/asm/internal/problem"
)

func TestEachKindIsMappedToCodeHTTPStatusAndExitStatus(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		problem *problem.Problem
		code    string
		http    int
		exit    int
	}{
		{problem.Unauthenticated("Login required"), "UNAUTHENTICATED", 401, 3},
		{problem.Denied(), "FORBIDDEN", 403, 3},
		{problem.NotFound("There is no root web"), "NOT_FOUND", 404, 2},
		{problem.Invalid("until", "A day up to 1 May 2027"), "BAD_USER_INPUT", 400, 2},
		{problem.Conflict("The vulnerability is closed"), "CONFLICT", 409, 3},
		{problem.Limited("Too many attempts", time.Minute), "RATE_LIMITED", 429, 3},
		{problem.Unavailable("The issuer does not answer"), "UNAVAILABLE", 503, 3},
		{&problem.Problem{Kind: "unheard of"}, "INTERNAL_SERVER_ERROR", 500, 3},
	} {
		kind := row.problem.Kind

		if kind.Code() != row.code || kind.HTTPStatus() != row.http || kind.ExitStatus() != row.exit {
			t.Errorf("%s = %s, HTTP %d, exit %d, want %s, HTTP %d, exit %d", kind,
				kind.Code(), kind.HTTPStatus(), kind.ExitStatus(), row.code, row.http, row.exit)
		}
	}
}

func TestAWrappedProblemStaysAProblem(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("accept: %w", problem.Invalid("until", "A day up to 1 May 2027"))

	p, ok := problem.As(err)

	if !ok || p.Field != "until" || p.Error() != "A day up to 1 May 2027" {
		t.Errorf("As = %+v, %v, want the problem that was wrapped", p, ok)
	}
	if !problem.Is(err, problem.KindInvalid) || problem.Is(err, problem.KindConflict) {
		t.Error("Is does not tell an Invalid problem from a Conflict")
	}
}

func TestAFaultIsNoProblem(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{"nil": nil, "a fault": errors.New("disk full")} {
		if p, ok := problem.As(err); ok || p != nil {
			t.Errorf("As(%s) = %v, %v, want none", name, p, ok)
		}
		if problem.Is(err, problem.KindUnavailable) {
			t.Errorf("Is(%s) says it is a problem", name)
		}
	}
}

func TestDeniedAlwaysReadsTheSame(t *testing.T) {
	t.Parallel()
	if got := problem.Denied().Error(); got != "Access denied" {
		t.Errorf("message = %q, want %q", got, "Access denied")
	}
}

func TestLimitedSaysWhenToComeAgain(t *testing.T) {
	t.Parallel()
	if got := problem.Limited("Too many attempts", 90*time.Second).RetryAfter; got != 90*time.Second {
		t.Errorf("retry after %s, want 1m30s", got)
	}
}

func TestWithChangesACopy(t *testing.T) {
	t.Parallel()
	plain := problem.Invalid("severity", "At most 10")

	first := plain.With("max", 10)
	second := first.With("max", 7).With("min", 1)

	if plain.Extensions != nil {
		t.Errorf("the first problem has extensions %v, want none", plain.Extensions)
	}
	if len(first.Extensions) != 1 || first.Extensions["max"] != 10 {
		t.Errorf("after one With: %v, want max 10 alone", first.Extensions)
	}
	if len(second.Extensions) != 2 || second.Extensions["max"] != 7 || second.Extensions["min"] != 1 {
		t.Errorf("after three: %v, want max 7 and min 1", second.Extensions)
	}
	if second.Kind != problem.KindInvalid || second.Field != "severity" || second.Message != "At most 10" {
		t.Errorf("the copy became %+v", second)
	}
}
