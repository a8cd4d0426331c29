package access_test

import (
	"context"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/job"
	"asm.example/asm/internal/problem"
)

func (w *world) enqueue(owner string) string {
	w.t.Helper()
	var id string
	w.write(func(ctx context.Context, tx *database.Tx) (err error) {
		id, err = w.jobs.Enqueue(ctx, tx, job.New{Kind: "x", Owner: owner})
		return err
	})
	return id
}

func TestOneSeesOnesOwnJobsAndAdministratorsAll(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		w.must(w.AddStakeholder(w.host, "admin@acme.test", access.Admin))
		mine, others := w.enqueue("dev@acme.test"), w.enqueue("boss@acme.test")
		dev, admin := w.as("dev@acme.test"), w.as("admin@acme.test")

		jobs, err := w.JobsByIDs(dev, []string{others, mine, "nonsense"})
		if err != nil || jobs[0] != nil || jobs[1] == nil || jobs[1].ID != mine || jobs[2] != nil {
			t.Errorf("by ids: %v, %v, want the own one in its place", jobs, err)
		}
		listed, err := w.Jobs(dev, job.Filter{Owner: "boss@acme.test", Limit: 10})
		if err != nil || len(listed) != 1 || listed[0].ID != mine {
			t.Errorf("list: %v, %v, want the own one whatever is asked", listed, err)
		}
		listed, err = w.Jobs(admin, job.Filter{Limit: 10})
		if err != nil || len(listed) != 2 {
			t.Errorf("an administrator's list: %v, %v, want both", listed, err)
		}

		refused(t, "cancelling another's", w.CancelJob(dev, others), problem.KindDenied, denied)
		refused(t, "cancelling none", w.CancelJob(dev, "nonsense"), problem.KindDenied, denied)
		w.must(w.CancelJob(dev, mine))
		refused(t, "cancelling again", w.CancelJob(dev, mine), problem.KindConflict, "The job is over.")
	})
}

func TestAJobActsForWhoStartedItWithTheRolesOfNow(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		j := job.Job{ID: "j1", Owner: "dev@acme.test", Credential: "token"}

		ctx, err := w.ForJob(context.Background(), j)
		w.must(err)
		actor, _ := access.ActorOf(ctx)
		if actor.GroupRole("web") != access.User || actor.Credential.Kind != access.JobCredential || actor.Credential.ID != "j1" {
			t.Errorf("actor = %+v", actor)
		}
		w.must(w.SetActive(w.host, "dev@acme.test", false))
		_, err = w.ForJob(context.Background(), j)
		refused(t, "for a disabled person", err, problem.KindUnauthenticated, loginRequired)

		ctx, err = w.ForJob(context.Background(), job.Job{ID: "j2", Owner: "demo", Credential: "host"})
		w.must(err)
		if _, err := w.Require(ctx, access.ImportScan, access.OnGroup("web")); err != nil {
			t.Errorf("for the host: %v", err)
		}
		_, err = w.ForJob(context.Background(), job.Job{ID: "j3", Owner: "demo", Credential: "token"})
		refused(t, "for a person of the host's name", err, problem.KindUnauthenticated, loginRequired)
	})
}

func TestOnlyTheHostActsForOthers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.member("dev@acme.test", webID, access.User)
		w.must(w.AddStakeholder(w.host, "admin@acme.test", access.Admin))

		ctx, err := w.ActingFor(w.host, "Dev@acme.test")
		w.must(err)
		if _, err := w.byToken(w.token(ctx, "made by the host")); err != nil {
			t.Errorf("the token: %v", err)
		}
		_, err = w.ActingFor(w.as("admin@acme.test"), "dev@acme.test")
		refused(t, "an administrator", err, problem.KindDenied, denied)
		_, err = w.ActingFor(w.host, "nobody@acme.test")
		refused(t, "for nobody", err, problem.KindNotFound, "Nobody active here has this mail address.")
	})
}
