// Package lifecycle holds what ends or moves across rooms: a group's removal reaches its people, its findings and its
// scans, and belongs to none of them.
package lifecycle

import (
	"context"
	"fmt"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/job"
	"asm.example/asm/internal/vulnerability"
)

// Service ends and moves things.
type Service struct {
	db     *database.DB
	access *access.Service
	jobs   *job.Queue
	groups *group.Service
}

// eraseGroup is the kind of job that erases what is left of a removed group.
const eraseGroup = "eraseGroup"

// New answers the service, and tells the queue how its jobs are done.
func New(db *database.DB, access *access.Service, jobs *job.Queue, groups *group.Service) *Service {
	s := &Service{db: db, access: access, jobs: jobs, groups: groups}
	jobs.Register(eraseGroup, s.erase)
	return s
}

// erasure is the input of a job that erases a group.
type erasure struct {
	GroupID string `json:"groupId"`
}

const managersOfGroup = `
	SELECT email
	  FROM access_memberships
	 WHERE group_id = $1
	   AND role IN ('customer_manager', 'user_manager')
	   AND accepted_at > 0
	 ORDER BY email`

// RemoveGroup removes a group: it leaves every list and is closed to every change at once; what is below it is erased by a
// job, members last, after which nothing of it is left but its name, which stays taken, and the audit log.
//
// Needs RemoveGroup on the group. Problems: Denied; Invalid (comments); Conflict (removed meanwhile).
func (s *Service) RemoveGroup(ctx context.Context, groupName string, removal group.Removal) error {
	grant, err := s.access.Require(ctx, access.RemoveGroup, access.OnGroup(groupName))
	if err != nil {
		return err
	}
	if err := removal.Check(); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *database.Tx) error {
		change, err := s.groups.Delete(ctx, tx, grant.GroupID(), removal, grant.Actor().Email)
		if err != nil {
			return err
		}
		// Memberships may be gone when somebody reads of the removal, so it names whom to tell.
		managers, err := database.Collect(ctx, tx, database.Value[string], managersOfGroup, grant.GroupID())
		if err != nil {
			return fmt.Errorf("list the managers of %s: %w", groupName, err)
		}
		change.After = map[string]any{"reason": removal.Reason, "comments": removal.Comments, "managers": managers}
		_, err = s.jobs.Enqueue(ctx, tx, job.New{
			Kind: eraseGroup, Owner: grant.Actor().Email, Credential: string(grant.Actor().Credential.Kind),
			GroupID: grant.GroupID(), Key: grant.GroupID(), Input: erasure{grant.GroupID()},
		})
		if err != nil {
			return fmt.Errorf("enqueue the erasure of %s: %w", groupName, err)
		}
		return grant.Record(ctx, tx, change)
	})
}

// eraseAtOnce is how many locations one transaction erases, so that nobody waits long for the database.
const eraseAtOnce = 1000

// erase is the work of a job that erases a group; begun again it goes on where it was.
func (s *Service) erase(ctx context.Context, r *job.RunningJob) error {
	var input erasure
	if err := r.Input(&input); err != nil {
		return err
	}
	for erased, total := int64(eraseAtOnce), int64(0); erased == eraseAtOnce; total += erased {
		err := s.db.Write(ctx, func(tx *database.Tx) (err error) {
			erased, err = vulnerability.Erase(ctx, tx, input.GroupID, eraseAtOnce)
			return err
		})
		if err != nil {
			return err
		}
		r.Progress(total+erased, 0)
	}
	return s.db.Write(ctx, func(tx *database.Tx) error {
		if err := s.access.RemoveMemberships(ctx, tx, access.OnGroup(input.GroupID)); err != nil {
			return err
		}
		return group.Erase(ctx, tx, input.GroupID)
	})
}
