package database

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// postgresEngine is a pool of connections to PostgreSQL, or to what speaks like it. Statements are prepared once for
// each connection and kept by their text, which pgx does. A context that ends during a statement ends its connection
// too, and the pool makes a new one: a connection is never handed on in doubt.
type postgresEngine struct {
	pool *pgxpool.Pool
	// citus tells whether tables may be spread over nodes.
	citus bool
}

// How long the end of a transaction may take once its context is no longer asked.
const (
	maxCommit   = 30 * time.Second
	maxRollback = 5 * time.Second
)

func openPostgres(ctx context.Context, url string) (*postgresEngine, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database URL: %w", err)
	}
	if !strings.Contains(url, "pool_max_conns") {
		// Statements are short and wait for the network more than they work.
		config.MaxConns = int32(max(16, 4*runtime.GOMAXPROCS(0)))
	}
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "asm"
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL: %w", err)
	}
	e := &postgresEngine{pool: pool}
	const hasCitus = `SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')`
	if err := pool.QueryRow(ctx, hasCitus).Scan(&e.citus); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach PostgreSQL: %w", err)
	}
	return e, nil
}

func (e *postgresEngine) isPostgreSQL() bool { return true }

func (e *postgresEngine) close() error {
	e.pool.Close()
	return nil
}

func (e *postgresEngine) query(ctx context.Context, statement string, arguments []any) (Rows, error) {
	rows, err := e.pool.Query(ctx, statement, arguments...)
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// begin takes a connection; BEGIN travels with the first statement, which saves a way to the server and back.
func (e *postgresEngine) begin(ctx context.Context, mode mode) (transaction, error) {
	connection, err := e.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	begin := "BEGIN"
	if mode == readOnly {
		begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	}
	return &postgresTransaction{connection: connection, begin: begin, citus: e.citus}, nil
}

type postgresTransaction struct {
	connection *pgxpool.Conn
	begin      string // empty once it was sent
	citus      bool
}

func (t *postgresTransaction) query(ctx context.Context, statement string, arguments []any) (Rows, error) {
	if t.begin == "" {
		rows, err := t.connection.Query(ctx, statement, arguments...)
		if err != nil {
			return nil, err
		}
		return rows, nil
	}
	batch := &pgx.Batch{}
	batch.Queue(t.begin)
	batch.Queue(statement, arguments...)
	t.begin = ""
	results := t.connection.SendBatch(ctx, batch)
	if _, err := results.Exec(); err != nil {
		return nil, errors.Join(err, results.Close())
	}
	rows, err := results.Query()
	if err != nil {
		return nil, errors.Join(err, results.Close())
	}
	return &firstRows{rows, results}, nil
}

// firstRows are those of a transaction's first statement, which end what was sent with it.
type firstRows struct {
	pgx.Rows
	results pgx.BatchResults
}

func (r *firstRows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.Close()
	return false
}

func (r *firstRows) Close() {
	r.Rows.Close()
	_ = r.results.Close() // whose error the rows have too
}

func (t *postgresTransaction) exec(ctx context.Context, statement string, arguments []any) (int64, error) {
	if t.begin != "" {
		rows, err := t.query(ctx, statement, arguments)
		if err != nil {
			return 0, err
		}
		rows.Close()
		return rows.(*firstRows).CommandTag().RowsAffected(), rows.Err()
	}
	tag, err := t.connection.Exec(ctx, statement, arguments...)
	return tag.RowsAffected(), err
}

func (t *postgresTransaction) sequential(ctx context.Context) error {
	if !t.citus {
		return nil
	}
	_, err := t.exec(ctx, "SET LOCAL citus.multi_shard_modify_mode TO 'sequential'", nil)
	return err
}

// commit does not let a context that ends meanwhile leave open whether it was done.
func (t *postgresTransaction) commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		t.rollback()
		return err
	}
	defer t.connection.Release()
	if t.begin != "" {
		return nil // nothing was done
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), maxCommit)
	defer cancel()
	tag, err := t.connection.Exec(ctx, "COMMIT")
	if err == nil && tag.String() == "ROLLBACK" {
		return errRolledBack
	}
	return err
}

// rollback gives the connection back; where it fails, the pool lets go of it, since a transaction is still open.
func (t *postgresTransaction) rollback() {
	defer t.connection.Release()
	if t.begin != "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), maxRollback)
	defer cancel()
	_, _ = t.connection.Exec(ctx, "ROLLBACK")
}

// lock holds an advisory lock on a connection of its own, so that locks never starve the pool.
func (e *postgresEngine) lock(ctx context.Context, name string) (unlock func(), err error) {
	connection, err := e.connect(ctx)
	if err != nil {
		return nil, err
	}
	closeConnection := func() {
		ctx, cancel := context.WithTimeout(context.Background(), maxRollback)
		defer cancel()
		_ = connection.Close(ctx) // the server drops the lock with the session, however that ends
	}
	if _, err := connection.Exec(ctx, "SELECT pg_advisory_lock($1)", lockKey(name)); err != nil {
		closeConnection()
		return nil, err
	}
	return closeConnection, nil
}

// connect makes a connection outside the pool.
func (e *postgresEngine) connect(ctx context.Context) (*pgx.Conn, error) {
	return pgx.ConnectConfig(ctx, e.pool.Config().ConnConfig)
}

// postgresChannel is the one channel that messages of all ours travel on, as CHANNEL:PAYLOAD.
const postgresChannel = "asm"

const sendMessage = `SELECT pg_notify($1, $2)`

func (e *postgresEngine) notify(ctx context.Context, m message) error {
	_, err := e.pool.Exec(ctx, sendMessage, postgresChannel, m.channel+":"+m.payload)
	return err
}

// reconnectAfter is the pause before listening again when the connection was lost.
const reconnectAfter = time.Second

func (e *postgresEngine) listen(ctx context.Context, deliver func(message), ready func()) {
	for first := true; ctx.Err() == nil; first = false {
		err := e.listenOnce(ctx, deliver, func() {
			if !first {
				deliver(message{}) // whatever was sent meanwhile is lost
			}
			ready()
		})
		if err != nil && pause(ctx, reconnectAfter) != nil {
			return
		}
	}
}

func (e *postgresEngine) listenOnce(ctx context.Context, deliver func(message), ready func()) (err error) {
	connection, err := e.connect(ctx)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), maxRollback)
		defer cancel()
		err = errors.Join(err, connection.Close(ctx))
	}()
	if _, err := connection.Exec(ctx, "LISTEN "+postgresChannel); err != nil {
		return err
	}
	ready()
	for {
		n, err := connection.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		channel, payload, _ := strings.Cut(n.Payload, ":")
		deliver(message{channel: channel, payload: payload})
	}
}
