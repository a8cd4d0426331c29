package database

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"asm.example/asm/internal/problem"
)

// sqliteEngine is a SQLite file in WAL mode: one connection that writes, several that read meanwhile, each from a
// snapshot. Connections are opened when first needed, after the migrations.
type sqliteEngine struct {
	path string
	// writer is handed around; nil in it means that the connection has to be opened.
	writer chan *sqliteConnection
	// readers is how many more may be taken; idle are the open ones, the last used on top, its cache being warm.
	readers chan struct{}
	mu      sync.Mutex
	idle    []*sqliteConnection
	deliver func(message)
	// closed is closed when no more connections are handed out.
	closed  chan struct{}
	closing sync.Once
}

// maxWriterWait is how long a transaction waits for those of the same process before it. Nobody writes for that long
// unless a transaction waits for another inside it.
const maxWriterWait = 30 * time.Second

// synchronous FULL waits for the disk at each commit, so that what was acknowledged survives a power cut; NORMAL, which
// is common with WAL, would not. Readers have it too, because a reader may be the one that recovers the file.
var (
	sharedPragmas = []string{"synchronous = FULL", "foreign_keys = ON", "cache_size = -16384", "temp_store = MEMORY"}
	writerPragmas = append(sharedPragmas[:len(sharedPragmas):len(sharedPragmas)], "journal_size_limit = 67108864")
	readerPragmas = append(sharedPragmas[:len(sharedPragmas):len(sharedPragmas)], "query_only = ON")
)

// openSQLite makes the file, for its owner's eyes only, when it is missing.
func openSQLite(path string) (*sqliteEngine, error) {
	if path == "" {
		return nil, errors.New("neither a database file nor a URL is given")
	}
	// Only a new file is opened here: closing one that SQLite has open elsewhere in this process drops its locks.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err == nil {
		err = f.Close()
	}
	if err != nil && !errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("make the database file: %w", err)
	}
	e := &sqliteEngine{
		path:    path,
		writer:  make(chan *sqliteConnection, 1),
		readers: make(chan struct{}, max(4, 2*runtime.GOMAXPROCS(0))),
		deliver: func(message) {},
		closed:  make(chan struct{}),
	}
	e.writer <- nil
	return e, nil
}

func (e *sqliteEngine) isPostgreSQL() bool { return false }

var errClosed = errors.New("the database is closed")

// close waits for the writer, so that no commit is cut, and for the readers that are in use.
func (e *sqliteEngine) close() error {
	e.closing.Do(func() {
		close(e.closed)
		for range cap(e.readers) {
			e.readers <- struct{}{}
		}
		if c := <-e.writer; c != nil {
			c.close()
		}
		for _, c := range e.idle {
			c.close()
		}
	})
	return nil
}

func (e *sqliteEngine) takeReader(ctx context.Context) (*sqliteConnection, error) {
	select {
	case e.readers <- struct{}{}:
	case <-e.closed:
		return nil, errClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	e.mu.Lock()
	if last := len(e.idle) - 1; last >= 0 {
		c := e.idle[last]
		e.idle = e.idle[:last]
		e.mu.Unlock()
		return c, nil
	}
	e.mu.Unlock()
	c, err := connectSQLite(e.path, readerPragmas...)
	if err != nil {
		<-e.readers
		return nil, err
	}
	return c, nil
}

func (e *sqliteEngine) giveReader(c *sqliteConnection) {
	if c.inTransaction() { // its rollback failed
		c.close()
	} else {
		e.mu.Lock()
		e.idle = append(e.idle, c)
		e.mu.Unlock()
	}
	<-e.readers
}

func (e *sqliteEngine) takeWriter(ctx context.Context) (*sqliteConnection, error) {
	var c *sqliteConnection
	select {
	case c = <-e.writer:
	default:
		late := time.NewTimer(maxWriterWait)
		defer late.Stop()
		select {
		case c = <-e.writer:
		case <-e.closed:
			return nil, errClosed
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-late.C:
			return nil, problem.Unavailable("The database is busy with another change. Try again in a moment.")
		}
	}
	if c != nil {
		return c, nil
	}
	c, err := connectSQLite(e.path, writerPragmas...)
	if err != nil {
		e.writer <- nil
		return nil, err
	}
	return c, nil
}

func (e *sqliteEngine) giveWriter(c *sqliteConnection) {
	if c.inTransaction() { // its rollback failed
		c.close()
		c = nil
	}
	e.writer <- c
}

func (e *sqliteEngine) query(ctx context.Context, statement string, arguments []any) (Rows, error) {
	c, err := e.takeReader(ctx)
	if err != nil {
		return nil, err
	}
	unwatch := c.watch(ctx)
	release := func() {
		unwatch()
		e.giveReader(c)
	}
	rows, err := c.query(ctx, statement, arguments, release)
	if err != nil {
		release()
		return nil, err
	}
	return rows, nil
}

func (e *sqliteEngine) begin(ctx context.Context, mode mode) (transaction, error) {
	take, give, begin := e.takeReader, e.giveReader, "BEGIN"
	if mode == readWrite {
		// IMMEDIATE takes the file's write lock now: a transaction that reads first and finds it taken would fail.
		take, give, begin = e.takeWriter, e.giveWriter, "BEGIN IMMEDIATE"
	}
	c, err := take(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := c.exec(ctx, begin, nil); err != nil {
		give(c)
		return nil, err
	}
	return &sqliteTransaction{ctx: ctx, connection: c, unwatch: c.watch(ctx), give: give}, nil
}

func (e *sqliteEngine) notify(_ context.Context, m message) error {
	e.mu.Lock()
	deliver := e.deliver
	e.mu.Unlock()
	deliver(m)
	return nil
}

// listen hears this process alone: other processes beside it find out by asking.
func (e *sqliteEngine) listen(ctx context.Context, deliver func(message), ready func()) {
	e.mu.Lock()
	e.deliver = deliver
	e.mu.Unlock()
	ready()
	<-ctx.Done()
}

type sqliteTransaction struct {
	ctx        context.Context // which ends the transaction
	connection *sqliteConnection
	unwatch    func()
	give       func(*sqliteConnection)
}

// watch adds a watch for a statement that has a context of its own.
func (t *sqliteTransaction) watch(ctx context.Context) (release func()) {
	if ctx.Done() == t.ctx.Done() {
		return nil
	}
	return t.connection.watch(ctx)
}

func (t *sqliteTransaction) query(ctx context.Context, statement string, arguments []any) (Rows, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	release := t.watch(ctx)
	rows, err := t.connection.query(ctx, statement, arguments, release)
	if err != nil {
		if release != nil {
			release()
		}
		return nil, err
	}
	return rows, nil
}

func (t *sqliteTransaction) exec(ctx context.Context, statement string, arguments []any) (int64, error) {
	if err := t.check(); err != nil {
		return 0, err
	}
	if release := t.watch(ctx); release != nil {
		defer release()
	}
	affected, err := t.connection.exec(ctx, statement, arguments)
	return affected, canceled(ctx, err)
}

// check refuses statements after an error that made SQLite roll back, which would else be committed one by one.
func (t *sqliteTransaction) check() error {
	if err := t.ctx.Err(); err != nil {
		return err
	}
	if !t.connection.inTransaction() {
		return errRolledBack
	}
	return nil
}

// sequential has nothing to do: SQLite does one thing after the other.
func (t *sqliteTransaction) sequential(context.Context) error { return nil }

func (t *sqliteTransaction) commit(context.Context) error {
	if err := t.check(); err != nil {
		t.rollback()
		return err
	}
	t.unwatch() // a commit is not cut
	t.unwatch = func() {}
	if t.connection.rows != nil {
		t.connection.rows.Close()
	}
	_, err := t.connection.exec(context.Background(), "COMMIT", nil)
	if err != nil {
		t.rollback()
		return err
	}
	t.give(t.connection)
	return nil
}

func (t *sqliteTransaction) rollback() {
	t.unwatch()
	if t.connection.rows != nil {
		t.connection.rows.Close()
	}
	if t.connection.inTransaction() {
		// Should it fail, give sees that the transaction is still there and lets go of the connection.
		_, _ = t.connection.exec(context.Background(), "ROLLBACK", nil)
	}
	t.give(t.connection)
}
