package database_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
)

func TestALockHasOneHolderAmongReplicas(t *testing.T) {
	t.Parallel()
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, _ *asmtest.Clock) {
		ctx := context.Background()
		db, replica := asmtest.OpenDatabase(t, options), asmtest.OpenDatabase(t, options)
		var holders, most atomic.Int32

		var all sync.WaitGroup
		for _, db := range []*database.DB{db, replica, db, replica} {
			all.Go(func() {
				for range 3 {
					unlock, err := db.Lock(ctx, "import")
					if err != nil {
						t.Error(err)
						return
					}
					if n := holders.Add(1); n > most.Load() {
						most.Store(n)
					}
					for range 1000 { // so that another would be seen
						runtime.Gosched()
					}
					holders.Add(-1)
					unlock()
					unlock() // once too often does no harm
				}
			})
		}
		all.Wait()

		if most.Load() != 1 {
			t.Errorf("%d held the lock at once, want 1", most.Load())
		}
	})
}

func TestWaitingForALockEndsWithItsContext(t *testing.T) {
	t.Parallel()
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, _ *asmtest.Clock) {
		db, replica := asmtest.OpenDatabase(t, options), asmtest.OpenDatabase(t, options)
		unlock, err := db.Lock(context.Background(), "import")
		if err != nil {
			t.Fatal(err)
		}
		defer unlock()
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()

		if _, err := replica.Lock(ctx, "import"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Lock = %v, want the context's error", err)
		}
		other, err := replica.Lock(context.Background(), "another")
		if err != nil {
			t.Fatalf("a lock of another name: %v", err)
		}
		other()
	})
}

func TestListenersHearWhatIsSentOnTheirChannel(t *testing.T) {
	t.Parallel()
	asmtest.EachDatabaseOptions(t, func(t *testing.T, options database.Options, _ *asmtest.Clock) {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		db := asmtest.OpenDatabase(t, options)
		sender := db
		if options.URL != "" { // on SQLite only this process hears
			sender = asmtest.OpenDatabase(t, options)
		}
		heard, quiet := make(chan string, 10), make(chan string, 10)
		if err := errors.Join(
			db.Listen(ctx, "jobs", func(payload string) { heard <- payload }),
			db.Listen(ctx, "news", func(payload string) { quiet <- payload }),
		); err != nil {
			t.Fatal(err)
		}

		if err := sender.Notify(ctx, "jobs", "first: now"); err != nil {
			t.Fatal(err)
		}
		_ = sender.Write(ctx, func(tx *database.Tx) error {
			if err := tx.Notify(ctx, "jobs", "rolled back"); err != nil {
				t.Error(err)
			}
			return errUndo
		})
		err := sender.Write(ctx, func(tx *database.Tx) error { return tx.Notify(ctx, "jobs", "committed") })
		if err != nil {
			t.Fatal(err)
		}

		for _, want := range []string{"first: now", "committed"} {
			select {
			case got := <-heard:
				if got != want {
					t.Errorf("heard %q, want %q", got, want)
				}
			case <-ctx.Done():
				t.Fatalf("%q was not heard", want)
			}
		}
		if len(heard)+len(quiet) != 0 {
			t.Errorf("%d more were heard, %d on another channel", len(heard), len(quiet))
		}
		if err := db.Notify(ctx, "a:b", ""); err == nil {
			t.Error("a channel's name with a colon was taken")
		}
	})
}

func TestAListenerThatFallsBehindIsToldSo(t *testing.T) {
	t.Parallel()
	db := newSQLite(t)
	ctx := t.Context()
	hold, heard := make(chan struct{}), make(chan string, 1000)
	err := db.Listen(ctx, "jobs", func(payload string) {
		<-hold
		heard <- payload
	})
	if err != nil {
		t.Fatal(err)
	}

	for range 500 {
		if err := db.Notify(ctx, "jobs", "x"); err != nil {
			t.Fatal(err)
		}
	}
	close(hold)

	for n := 1; ; n++ {
		if <-heard == "" {
			break
		}
		if n == 500 {
			t.Fatal("all were heard, so none was too slow")
		}
	}
}
