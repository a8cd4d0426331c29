package database

import (
	"strings"
	"testing"
)

func TestRewriteMakesSQLitesTextOfPostgreSQLs(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, statement, want string }{
		{"nothing to do", `SELECT id FROM t`, `SELECT id FROM t`},
		{"parameters", `a = $2 AND b = $10`, `a = ?2 AND b = ?10`},
		{"a parameter in text", `a = '$1' AND "b$1" = 'it''s $2' AND c = $1`, `a = '$1' AND "b$1" = 'it''s $2' AND c = ?1`},
		{"a parameter in comments", "a -- $1\n /* $2 */ = $3", "a -- $1\n /* $2 */ = ?3"},
		{"an array", `a = ANY($1)`, `a IN (SELECT value FROM json_each(?1))`},
		{"an array with blanks", "a =\n any ( $12 ) AND b", `a IN (SELECT value FROM json_each(?12)) AND b`},
		{"no array", `a <> ALL($1)`, `a NOT IN (SELECT value FROM json_each(?1))`},
		{"at least any is left", `a >= ANY($1)`, `a >= ANY(?1)`},
		{"any of a query is left", `a = ANY(SELECT b)`, `a = ANY(SELECT b)`},
		{"a lock", `SELECT a FROM t FOR UPDATE`, `SELECT a FROM t `},
		{"a lock that skips", `SELECT a FROM t FOR UPDATE SKIP LOCKED`, `SELECT a FROM t `},
		{"a lock of tables", `SELECT a FROM t, u FOR UPDATE OF t, u NOWAIT`, `SELECT a FROM t, u `},
		{"a lock in brackets", `(SELECT a FROM t FOR NO KEY UPDATE)`, `(SELECT a FROM t )`},
		{"a lock within", `WITH a AS (SELECT 1 FOR SHARE OF t) SELECT 2`, `WITH a AS (SELECT 1 ) SELECT 2`},
		{"no lock", `SELECT a FOR b`, `SELECT a FOR b`},
		{"a collation", `SELECT a ORDER BY a COLLATE "C" DESC`, `SELECT a ORDER BY a  DESC`},
		{"a column's collation", `CREATE INDEX i ON t (a COLLATE "C")`, `CREATE INDEX i ON t (a /* COLLATE "C" */)`},
		{"another collation is left", `a COLLATE NOCASE`, `a COLLATE NOCASE`},
		{"types of a table", `CREATE TABLE t (a BIGINT PRIMARY KEY, b BOOLEAN, c BYTEA, d DOUBLE PRECISION, e TEXT)`,
			`CREATE TABLE t (a INT PRIMARY KEY, b INT /* BOOLEAN */, c BLOB, d REAL, e TEXT) STRICT`},
		{"a table and more", "CREATE TABLE t (a TEXT) -- end\n;\nCREATE INDEX i ON t (a);\n",
			"CREATE TABLE t (a TEXT) STRICT -- end\n;\nCREATE INDEX i ON t (a);\n"},
		{"a table with a comment last", "CREATE TABLE t (a TEXT) -- end", "CREATE TABLE t (a TEXT) STRICT -- end"},
		{"a column", `ALTER TABLE t ADD COLUMN a SMALLINT`, `ALTER TABLE t ADD COLUMN a INT /* SMALLINT */`},
		{"types elsewhere are left", `SELECT CAST(sum(boolean) AS BIGINT)`, `SELECT CAST(sum(boolean) AS BIGINT)`},
		{"an open quote", `SELECT 'a`, `SELECT 'a`},
		{"an open comment", `SELECT /* $1`, `SELECT /* $1`},
	} {
		if got := rewrite(row.statement); got != row.want {
			t.Errorf("%s: %q\nbecame %q\n  want %q", row.name, row.statement, got, row.want)
		}
	}
}

func FuzzTokensTogetherAreTheStatement(f *testing.F) {
	for _, seed := range []string{`a = ANY($1) FOR UPDATE OF "x"`, `'it''s' -- $1`, "CREATE TABLE é (a BIGINT);/*", "$1$$;'"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, statement string) {
		var whole strings.Builder
		for _, token := range tokens(statement) {
			if token.text == "" {
				t.Fatalf("an empty token in %q", statement)
			}
			whole.WriteString(token.text)
		}
		if whole.String() != statement {
			t.Errorf("%q came back as %q", statement, whole.String())
		}
		_ = rewrite(statement)
	})
}

func TestOnlyForLeavesOutTheOtherDatabasesLines(t *testing.T) {
	t.Parallel()
	const migration = "a\n-- only sqlite\nb\n-- only postgresql\nc\n-- both\nd\n"

	if got := onlyFor("sqlite", migration); got != "a\nb\nd\n" {
		t.Errorf("for sqlite %q", got)
	}
	if got := onlyFor("postgresql", migration); got != "a\nc\nd\n" {
		t.Errorf("for postgresql %q", got)
	}
}

func TestStatementsThatAreUsedStayPrepared(t *testing.T) {
	t.Parallel()
	var cache sqliteStatements
	dropped := map[*sqliteStatement]bool{}
	drop := func(s *sqliteStatement) { dropped[s] = true }
	used, unused := &sqliteStatement{}, &sqliteStatement{}
	cache.put("used", used, drop)
	cache.put("unused", unused, drop)

	for i := range 5 * maxGeneration {
		cache.put(strings.Repeat("x", i+1), &sqliteStatement{}, drop)
		if cache.get("used") != used {
			t.Fatalf("after %d others the statement in use is gone", i+1)
		}
	}

	if dropped[used] || !dropped[unused] || cache.get("unused") != nil {
		t.Errorf("dropped: used %v, unused %v", dropped[used], dropped[unused])
	}
	if kept := len(cache.young) + len(cache.old); kept > 2*maxGeneration {
		t.Errorf("%d statements are kept, want at most %d", kept, 2*maxGeneration)
	}
	cache.drop(drop)
	if !dropped[used] || len(dropped) != 5*maxGeneration+2 {
		t.Errorf("%d statements were dropped in the end, want all", len(dropped))
	}
}
