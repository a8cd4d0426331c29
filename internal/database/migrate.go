package database

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the database/sql driver that goose needs
)

// The migrations go forward only, one change of one concept each. A line "-- only sqlite" or "-- only postgresql"
// begins, and "-- both" ends, what is for one database, such as full text.
//
//go:embed migrations/*.sql
var migrations embed.FS

// ErrNewerSchema says that a newer program has migrated the database: this one could misread it.
var ErrNewerSchema = errors.New("the database was made by a newer version of this program; start that version," +
	" or restore a backup from before it")

func (e *sqliteEngine) migrate(ctx context.Context) error {
	path, err := filepath.Abs(e.path)
	if err != nil {
		return err
	}
	// Foreign keys are off while tables are rebuilt (sqlite.org/lang_altertable.html, section 7), and checked after.
	dsn := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: url.Values{"_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(0)",
	}}.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	err = migrate(ctx, db, goose.DialectSQLite3, onlySQLite)
	if err == nil {
		err = checkForeignKeys(ctx, db)
	}
	return errors.Join(err, db.Close())
}

func checkForeignKeys(ctx context.Context, db *sql.DB) error {
	var table string
	err := db.QueryRowContext(ctx, `SELECT "table" FROM pragma_foreign_key_check LIMIT 1`).Scan(&table)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("check foreign keys: %w", err)
	}
	return fmt.Errorf("a row of %s refers to one that is not there", table)
}

func (e *postgresEngine) migrate(ctx context.Context) error {
	db := stdlib.OpenDBFromPool(e.pool)
	return errors.Join(migrate(ctx, db, goose.DialectPostgres, onlyPostgreSQL), db.Close())
}

// migrate runs the migrations that the database lacks, each in a transaction.
func migrate(ctx context.Context, db *sql.DB, dialect goose.Dialect, translate func(string) string) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, db, translatedFS{files, translate}, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	current, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("ask for the schema's version: %w", err)
	}
	if current > newest {
		return fmt.Errorf("%w (its schema has version %d, this program knows %d)", ErrNewerSchema, current, newest)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate from version %d to %d: %w", current, newest, err)
	}
	return nil
}

// onlySQLite answers a migration's text for SQLite.
func onlySQLite(text string) string {
	return rewrite(onlyFor("sqlite", text))
}

// onlyPostgreSQL answers a migration's text for PostgreSQL.
func onlyPostgreSQL(text string) string {
	return onlyFor("postgresql", text)
}

// onlyFor leaves out the lines that are only for the other database.
func onlyFor(database, text string) string {
	var kept strings.Builder
	keep := true
	for line := range strings.Lines(text) {
		switch mark := strings.TrimSpace(line); {
		case strings.HasPrefix(mark, "-- only "):
			keep = mark == "-- only "+database
		case mark == "-- both":
			keep = true
		case keep:
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// translatedFS shows the text of files translated.
type translatedFS struct {
	fs.FS
	translate func(string) string
}

func (f translatedFS) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return file, err
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &translatedFile{file, strings.NewReader(f.translate(string(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))))}, nil
}

type translatedFile struct {
	fs.File
	text io.Reader
}

func (f *translatedFile) Read(p []byte) (int, error) { return f.text.Read(p) }
