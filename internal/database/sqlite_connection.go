package database

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"time"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// This file speaks SQLite's C interface (sqlite.org/c3ref), in Go by translation. What SQLite sees or hands out lies
// outside Go's memory: it is copied on the way in, to a buffer of the connection's, and on the way out.

// sqliteConnection is one connection. One goroutine uses it at a time; only interrupt may come from another.
//
// It runs one statement at a time: the buffer holds the arguments of that one, so they need no copy of SQLite's own.
type sqliteConnection struct {
	tls        *libc.TLS
	db         uintptr
	out        uintptr // where SQLite writes a pointer that it answers; the text's end follows it
	buffer     cBuffer
	statements sqliteStatements
	rows       *sqliteRows // being read, else nil
}

// busyTimeout is how long SQLite itself waits for another process's lock. It cannot be interrupted meanwhile, so it is
// short; [DB.Write] tries again.
const busyTimeout = 500 * time.Millisecond

const pointerSize = int32(unsafe.Sizeof(uintptr(0)))

// connectSQLite opens a file that is there, and sets the pragmas.
func connectSQLite(path string, pragmas ...string) (*sqliteConnection, error) {
	c := &sqliteConnection{tls: libc.NewTLS()}
	if err := c.open(path); err != nil {
		c.close()
		return nil, err
	}
	for _, pragma := range pragmas {
		if _, err := c.exec(context.Background(), "PRAGMA "+pragma, nil); err != nil {
			c.close()
			return nil, fmt.Errorf("set %s: %w", pragma, err)
		}
	}
	return c, nil
}

func (c *sqliteConnection) open(path string) error {
	c.out = sqlite3.Xsqlite3_malloc(c.tls, 2*pointerSize)
	name, err := libc.CString(path)
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, name)
	// No mutex: two goroutines never use a connection at once.
	const flags = sqlite3.SQLITE_OPEN_READWRITE | sqlite3.SQLITE_OPEN_NOMUTEX | sqlite3.SQLITE_OPEN_EXRESCODE
	code := sqlite3.Xsqlite3_open_v2(c.tls, name, c.out, flags, 0)
	c.db = pointerAt(c.out)
	if code != sqlite3.SQLITE_OK {
		return c.err(code)
	}
	sqlite3.Xsqlite3_busy_timeout(c.tls, c.db, int32(busyTimeout/time.Millisecond))
	return nil
}

func (c *sqliteConnection) close() {
	if c.rows != nil {
		c.rows.Close()
	}
	c.statements.drop(c.finalize)
	if c.db != 0 {
		sqlite3.Xsqlite3_close_v2(c.tls, c.db)
	}
	c.buffer.free(c.tls)
	sqlite3.Xsqlite3_free(c.tls, c.out)
	c.tls.Close()
}

// err makes an error of the result code of the call just made.
func (c *sqliteConnection) err(code int32) error {
	if c.db == 0 {
		return &sqliteError{code, "out of memory"}
	}
	return &sqliteError{code, libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.db))}
}

// inTransaction tells whether BEGIN was not ended yet, by us or by an error that rolled back.
func (c *sqliteConnection) inTransaction() bool {
	return sqlite3.Xsqlite3_get_autocommit(c.tls, c.db) == 0
}

// statement answers the prepared statement of a text, from the cache or new.
func (c *sqliteConnection) statement(text string) (*sqliteStatement, error) {
	if c.rows != nil {
		return nil, errRowsOpen
	}
	if s := c.statements.get(text); s != nil {
		return s, nil
	}
	s, err := c.prepare(rewrite(text))
	if err != nil {
		return nil, err
	}
	c.statements.put(text, s, c.finalize)
	return s, nil
}

func (c *sqliteConnection) prepare(text string) (*sqliteStatement, error) {
	if len(text) > math.MaxInt32/2 {
		return nil, errors.New("the statement is too long")
	}
	at := c.buffer.reserve(c.tls, len(text)+1)
	memory := bytesAt(at, len(text)+1)
	memory[copy(memory, text)] = 0
	tail := c.out + uintptr(pointerSize)
	code := sqlite3.Xsqlite3_prepare_v3(c.tls, c.db, at, int32(len(text)+1), sqlite3.SQLITE_PREPARE_PERSISTENT, c.out, tail)
	if code != sqlite3.SQLITE_OK {
		return nil, c.err(code)
	}
	handle := pointerAt(c.out)
	if rest := text[pointerAt(tail)-at:]; handle == 0 || !isBlank(rest) {
		sqlite3.Xsqlite3_finalize(c.tls, handle)
		return nil, errors.New("the text is not one statement")
	}
	return &sqliteStatement{
		handle:     handle,
		parameters: int(sqlite3.Xsqlite3_bind_parameter_count(c.tls, handle)),
		columns:    int(sqlite3.Xsqlite3_column_count(c.tls, handle)),
	}, nil
}

func isBlank(text string) bool {
	for _, t := range tokens(text) {
		if t.kind != blank {
			return false
		}
	}
	return true
}

func (c *sqliteConnection) finalize(s *sqliteStatement) {
	sqlite3.Xsqlite3_finalize(c.tls, s.handle)
}

// exec runs a statement to its end and answers how many rows it changed.
func (c *sqliteConnection) exec(ctx context.Context, text string, arguments []any) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s, err := c.statement(text)
	if err != nil {
		return 0, err
	}
	if err := c.bind(s, arguments); err != nil {
		return 0, err
	}
	return c.run(s)
}

// run steps a bound statement to its end and leaves it ready for the next time.
func (c *sqliteConnection) run(s *sqliteStatement) (int64, error) {
	code := int32(sqlite3.SQLITE_ROW)
	for code == sqlite3.SQLITE_ROW {
		code = sqlite3.Xsqlite3_step(c.tls, s.handle)
	}
	var err error
	if code != sqlite3.SQLITE_DONE {
		err = c.err(code)
	}
	affected := int64(sqlite3.Xsqlite3_changes(c.tls, c.db))
	sqlite3.Xsqlite3_reset(c.tls, s.handle)
	c.buffer.shrink(c.tls)
	return affected, err
}

// query starts a statement whose rows are then read; release, which may be nil, is called once when they are done.
func (c *sqliteConnection) query(
	ctx context.Context, text string, arguments []any, release func(),
) (*sqliteRows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s, err := c.statement(text)
	if err != nil {
		return nil, err
	}
	if err := c.bind(s, arguments); err != nil {
		return nil, err
	}
	c.rows = &sqliteRows{ctx: ctx, connection: c, statement: s, release: release}
	return c.rows, nil
}

// bind hands a statement its arguments, which are plain (see plainArguments).
func (c *sqliteConnection) bind(s *sqliteStatement, arguments []any) error {
	if len(arguments) != s.parameters {
		return fmt.Errorf("%d arguments for a statement that takes %d", len(arguments), s.parameters)
	}
	size := 1 // so that empty text has an address and is not NULL
	for _, argument := range arguments {
		switch v := argument.(type) {
		case string:
			size += len(v)
		case []byte:
			size += len(v)
		case []string, []int64:
			// Arrays travel as JSON, which is made here, once.
			return c.bind(s, withJSON(arguments))
		}
	}
	at := c.buffer.reserve(c.tls, size)
	for i, argument := range arguments {
		n, code := c.bindOne(s.handle, int32(i+1), argument, at)
		if code != sqlite3.SQLITE_OK {
			return c.err(code)
		}
		at += uintptr(n)
	}
	return nil
}

// bindOne binds the i-th argument and answers how much of the buffer at at it took.
func (c *sqliteConnection) bindOne(handle uintptr, i int32, argument any, at uintptr) (n int, code int32) {
	const static = 0 // SQLITE_STATIC: the buffer stays until the statement has run
	switch v := argument.(type) {
	case string:
		n = copy(bytesAt(at, len(v)), v)
		return n, sqlite3.Xsqlite3_bind_text(c.tls, handle, i, at, int32(n), static)
	case []byte:
		if v == nil {
			return 0, sqlite3.Xsqlite3_bind_null(c.tls, handle, i)
		}
		n = copy(bytesAt(at, len(v)), v)
		return n, sqlite3.Xsqlite3_bind_blob(c.tls, handle, i, at, int32(n), static)
	case int64:
		return 0, sqlite3.Xsqlite3_bind_int64(c.tls, handle, i, v)
	case int:
		return 0, sqlite3.Xsqlite3_bind_int64(c.tls, handle, i, int64(v))
	case bool:
		number := int64(0)
		if v {
			number = 1
		}
		return 0, sqlite3.Xsqlite3_bind_int64(c.tls, handle, i, number)
	case float64:
		return 0, sqlite3.Xsqlite3_bind_double(c.tls, handle, i, v)
	default: // nil
		return 0, sqlite3.Xsqlite3_bind_null(c.tls, handle, i)
	}
}

// watch interrupts whatever the connection runs once ctx is done, until it is released. SQLite forgets an interrupt
// that comes between two statements, so it is repeated.
func (c *sqliteConnection) watch(ctx context.Context) (release func()) {
	if ctx.Done() == nil {
		return func() {}
	}
	var mu sync.Mutex
	released := false
	interrupt := func() bool {
		mu.Lock()
		defer mu.Unlock()
		if !released {
			sqlite3.Xsqlite3_interrupt(c.tls, c.db)
		}
		return !released
	}
	stop := context.AfterFunc(ctx, func() {
		for interrupt() {
			time.Sleep(time.Millisecond)
		}
	})
	return func() {
		if !stop() {
			mu.Lock()
			released = true
			mu.Unlock()
		}
	}
}

// cBuffer is memory outside Go's that grows as needed and is used again.
type cBuffer struct {
	at   uintptr
	size int
}

// keptBuffer is how much of it is kept from one statement to the next.
const keptBuffer = 1 << 20

// reserve answers at least n bytes; what was there before is lost.
func (b *cBuffer) reserve(tls *libc.TLS, n int) uintptr {
	if n <= b.size {
		return b.at
	}
	if n > math.MaxInt32 {
		panic("database: the arguments of a statement are larger than SQLite takes")
	}
	sqlite3.Xsqlite3_free(tls, b.at)
	b.size = max(n, 4096)
	b.at = sqlite3.Xsqlite3_malloc(tls, int32(b.size))
	if b.at == 0 {
		panic("database: out of memory")
	}
	return b.at
}

func (b *cBuffer) shrink(tls *libc.TLS) {
	if b.size > keptBuffer {
		b.free(tls)
	}
}

func (b *cBuffer) free(tls *libc.TLS) {
	sqlite3.Xsqlite3_free(tls, b.at)
	b.at, b.size = 0, 0
}

// bytesAt shows n bytes of memory outside Go's; p is no pointer of Go's, so the collector need not know.
func bytesAt(p uintptr, n int) []byte {
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&p)), n)
}

// pointerAt reads the pointer that lies at p.
func pointerAt(p uintptr) uintptr {
	at := *(**uintptr)(unsafe.Pointer(&p))
	runtime.KeepAlive(&p)
	return *at
}
