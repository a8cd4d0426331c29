package group_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/problem"
)

func TestInformationIsStoredAndRecorded(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		before := w.add(ana, "acme", "web")
		id, name, weeks := "4711", "The <shop>", int64(3)
		start := asmtest.Start.Add(-asmtest.Day)

		err := w.groups.UpdateInfo(ana, "WEB", group.Info{
			Description: " The shop ", Language: group.Spanish, BusinessID: &id, BusinessName: &name,
			SprintWeeks: &weeks, SprintStart: &start,
		})
		if err != nil {
			w.Fatal(err)
		}

		g := w.read(ana, "web")
		if g.Description != "The shop" || g.Language != "ES" || g.BusinessID != "4711" || g.BusinessName != "The <shop>" ||
			g.SprintWeeks != 3 || !g.SprintStart.Equal(time.Date(2027, time.March, 7, 0, 0, 0, 0, time.UTC)) {
			w.Errorf("group = %+v", g)
		}
		entry := w.last(g.OrganizationID)
		if entry.Action != "updateGroupInfo" || entry.ID != before.ID || entry.Group != before.ID ||
			!strings.Contains(entry.Before, `"description":"About web"`) || !strings.Contains(entry.After, `"language":"ES"`) {
			w.Errorf("audit tells %+v", entry)
		}
		page, err := w.groups.Page(ana, group.Query{Search: "the SHOP"}, 10, "")
		if err != nil || len(page.Groups) != 1 {
			w.Errorf("by its new description: %+v, %v", page, err)
		}
	})
}

func TestInformationThatIsTheSameIsNotRecorded(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		g := w.add(ana, "acme", "web")

		if err := w.groups.UpdateInfo(ana, "web", group.Info{Description: "About web", Language: group.English}); err != nil {
			w.Fatal(err)
		}

		if entry := w.last(g.OrganizationID); entry.Action != "addGroup" {
			w.Errorf("audit tells %s, want nothing after addGroup", entry.Action)
		}
	})
}

func TestRefusedInformationChangesNothing(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		w.add(ana, "acme", "web")
		weeks := int64(11)

		err := w.groups.UpdateInfo(ana, "web", group.Info{Description: "x", Language: group.English, SprintWeeks: &weeks})

		if !problem.Is(err, problem.KindInvalid) || w.read(ana, "web").Description != "About web" {
			w.Errorf("eleven weeks: %v, group %+v", err, w.read(ana, "web"))
		}
	})
}

func TestARemovedGroupIsGoneForEverybody(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		root := w.person("root@asm.test", access.Admin)
		g := w.add(ana, "acme", "web")

		err := w.groups.Remove(ana, "web", group.Removal{Reason: group.Mistake, Comments: "typed <twice>"})
		if err != nil {
			w.Fatal(err)
		}

		if _, err := w.groups.Identified(ana, "web"); !problem.Is(err, problem.KindDenied) {
			w.Errorf("a member: %v, want Denied", err)
		}
		_, err = w.groups.Identified(root, "web")
		if !problem.Is(err, problem.KindNotFound) || err.Error() != "Access denied or group not found" {
			w.Errorf("an administrator: %v, want that it is not found", err)
		}
		for what, ctx := range map[string]context.Context{"member": ana, "administrator": root} {
			if page, err := w.groups.Page(ctx, group.Query{}, 10, ""); err != nil || len(page.Groups) != 0 {
				w.Errorf("list of a %s: %+v, %v, want none", what, page, err)
			}
			if err := w.groups.Remove(ctx, "web", group.Removal{}); !problem.Is(err, problem.KindDenied) {
				w.Errorf("removed by a %s again: %v, want Denied", what, err)
			}
			err := w.groups.UpdateInfo(ctx, "web", group.Info{Description: "x", Language: "EN"})
			if !problem.Is(err, problem.KindDenied) {
				w.Errorf("changed by a %s: %v, want Denied", what, err)
			}
		}
		deleted, err := group.ByID(w.Context(), w.db, g.ID)
		if err != nil {
			w.Fatal(err)
		}
		if deleted.IsActive() || deleted.DeletedBy() != "ana@acme.test" || deleted.HasMachine || deleted.HasSquad ||
			deleted.StateReason != "MISTAKE" || deleted.StateComments != "typed <twice>" {
			w.Errorf("what is left is %+v", deleted)
		}
		if entry := w.last(g.OrganizationID); entry.Action != "removeGroup" || entry.Group != g.ID {
			w.Errorf("audit tells %+v", entry)
		}
	})
}

func TestOfManyWhoRemoveAGroupOneDoes(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		w.add(ana, "acme", "web")
		errs := make([]error, 4)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { errs[i] = w.groups.Remove(ana, "web", group.Removal{Reason: group.Mistake}) })
		}
		all.Wait()

		removed := 0
		for _, err := range errs {
			switch {
			case err == nil:
				removed++
			case problem.Is(err, problem.KindDenied): // came after it was over
			case err.Error() != "Exception - This group has already been deleted or is pending":
				w.Errorf("one who came late reads %v", err)
			}
		}
		if removed != 1 {
			w.Errorf("%d removed it, want 1", removed)
		}
	})
}

func TestDeletingTwiceIsAConflict(t *testing.T) {
	eachWorld(t, func(w *world) {
		g := w.add(w.owner("ana@acme.test", "acme"), "acme", "web")
		remove := func() error {
			return w.db.Write(w.Context(), func(tx *database.Tx) error {
				_, err := w.groups.Delete(w.Context(), tx, g.ID, group.Removal{Reason: group.NoSystem}, "job")
				return err
			})
		}
		if err := remove(); err != nil {
			w.Fatal(err)
		}

		err := remove()

		if !problem.Is(err, problem.KindConflict) || err.Error() != "Exception - This group has already been deleted or is pending" {
			w.Errorf("the second time: %v", err)
		}
	})
}

func TestLongCommentsAreRefused(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		w.add(ana, "acme", "web")

		err := w.groups.Remove(ana, "web", group.Removal{Reason: group.OtherReason, Comments: strings.Repeat("é", 251)})

		if !problem.Is(err, problem.KindInvalid) || err.Error() != "Exception - Invalid field length in form" {
			w.Errorf("251 characters: %v", err)
		}
		if !w.read(ana, "web").IsActive() {
			w.Error("the group was removed all the same")
		}
	})
}

func TestAnActiveGroupIsNotErased(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana := w.owner("ana@acme.test", "acme")
		g := w.add(ana, "acme", "web")
		erase := func() error {
			return w.db.Write(w.Context(), func(tx *database.Tx) error { return group.Erase(w.Context(), tx, g.ID) })
		}

		if err := erase(); err != nil {
			w.Fatal(err)
		}
		w.read(ana, "web")
		if err := w.groups.Remove(ana, "web", group.Removal{Reason: group.Mistake}); err != nil {
			w.Fatal(err)
		}
		if err := erase(); err != nil {
			w.Fatal(err)
		}

		if _, err := group.ByID(w.Context(), w.db, g.ID); !problem.Is(err, problem.KindDenied) {
			w.Errorf("after it was erased: %v, want Denied", err)
		}
	})
}

func TestAStrangerChangesNothing(t *testing.T) {
	eachWorld(t, func(w *world) {
		ana, bob := w.owner("ana@acme.test", "acme"), w.owner("bob@other.test", "other")
		g := w.add(ana, "acme", "web")
		w.add(bob, "other", "his")
		mia := w.person("mia@acme.test", access.User)
		w.join("mia@acme.test", "acme", "web", access.Reviewer) // sees it, may change nothing

		for what, row := range map[string]struct {
			ctx  context.Context
			name string
		}{
			"by name": {bob, "web"}, "by id": {bob, g.ID}, "nothing": {bob, "nothing"}, "a reviewer": {mia, "web"},
		} {
			update := w.groups.UpdateInfo(row.ctx, row.name, group.Info{Description: "x", Language: "EN"})
			remove := w.groups.Remove(row.ctx, row.name, group.Removal{Reason: group.Mistake})

			for _, err := range []error{update, remove} {
				if !problem.Is(err, problem.KindDenied) || err.Error() != "Access denied" {
					w.Errorf("%s: %v, want Access denied", what, err)
				}
			}
		}
	})
}
