package database_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
)

var update = flag.Bool("update", false, "write schema.sql anew")

const schemaHead = `-- Where the migrations lead, for reading; "go test ./internal/database -run Schema -update" writes it anew.
`

// Tables first, each followed by its indexes and triggers. What SQLite and goose keep for themselves is left out, and
// so are the tables beneath a full-text index.
const schemaOf = `
	SELECT sql
	  FROM sqlite_schema
	 WHERE sql IS NOT NULL
	   AND tbl_name NOT LIKE 'sqlite\_%' ESCAPE '\'
	   AND tbl_name <> 'goose_db_version'
	   AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')
	 ORDER BY tbl_name, type = 'table' DESC, name`

// asWritten turns SQLite's text back into what the migrations say.
func asWritten(sql string) string {
	sql = strings.TrimSuffix(sql, " STRICT")
	sql = keptAsComment.ReplaceAllString(sql, "$1")
	return sqliteType.ReplaceAllStringFunc(sql, func(name string) string {
		return map[string]string{"INT": "BIGINT", "REAL": "DOUBLE PRECISION", "BLOB": "BYTEA"}[name]
	})
}

var (
	keptAsComment = regexp.MustCompile(`(?:INT )?/\* (INTEGER|SMALLINT|BOOLEAN|COLLATE "C") \*/`)
	sqliteType    = regexp.MustCompile(`\b(INT|REAL|BLOB)\b`)
)

func TestSchemaShowsWhereTheMigrationsLead(t *testing.T) {
	t.Parallel()
	db := newSQLite(t)

	statements, err := database.Collect(context.Background(), db, database.Value[string], schemaOf)
	if err != nil {
		t.Fatal(err)
	}
	for i := range statements {
		statements[i] = asWritten(statements[i])
	}
	got := schemaHead + "\n" + strings.Join(statements, ";\n\n") + ";\n"

	if *update {
		if err := os.WriteFile("schema.sql", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Error("schema.sql is not where the migrations lead: run go test ./internal/database -run Schema -update, and review it")
	}
}

// newSQLite opens a new SQLite file, for what only it has.
func newSQLite(t testing.TB) *database.DB {
	t.Helper()
	clock := asmtest.NewClock()
	return asmtest.OpenDatabase(t, database.Options{
		Path: filepath.Join(t.TempDir(), "asm.db"), Now: clock.Now, Random: asmtest.Random(t),
	})
}
