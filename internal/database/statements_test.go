package database_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
)

// The tables that statements are tried on: groups of findings, as the product has them.
var shelf = []string{
	`CREATE TABLE shelf_groups (
		id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
		name TEXT NOT NULL UNIQUE)`,
	`CREATE TABLE shelf_findings (
		group_id TEXT COLLATE "C" NOT NULL REFERENCES shelf_groups (id) ON DELETE CASCADE,
		id TEXT COLLATE "C" NOT NULL,
		title TEXT COLLATE "C" NOT NULL,
		severity BIGINT NOT NULL DEFAULT 0 CHECK (severity BETWEEN 0 AND 100),
		score DOUBLE PRECISION NOT NULL DEFAULT 0,
		open BOOLEAN NOT NULL DEFAULT TRUE,
		note TEXT,
		digest BYTEA,
		PRIMARY KEY (group_id, id))`,
	`CREATE UNIQUE INDEX shelf_findings_title ON shelf_findings (group_id, lower(title)) WHERE open`,
	`CREATE INDEX shelf_findings_severity ON shelf_findings (group_id, severity DESC, id)`,
}

// fill makes the tables with two groups: g1 with a (90, open), b (50, open, noted) and c (10, closed); g2 with d (70).
func fill(t testing.TB, db *database.DB) {
	t.Helper()
	ctx := context.Background()
	err := db.Write(ctx, func(tx *database.Tx) error {
		for _, statement := range append(shelf[:len(shelf):len(shelf)],
			`INSERT INTO shelf_groups (id, name) VALUES ('g1', 'web'), ('g2', 'mobile')`,
			`INSERT INTO shelf_findings (group_id, id, title, severity, score, open, note) VALUES
				('g1', 'a', 'Injection', 90, 9.5, TRUE, NULL),
				('g1', 'b', 'path? $1 ''quoted''', 50, 5.25, TRUE, 'seen'),
				('g1', 'c', 'Weak hash', 10, 1, FALSE, NULL),
				('g2', 'd', 'Injection', 70, 7.5, TRUE, 'new')`) {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// form is a statement that must run on both databases as it is: what it answers as text, a row a line.
type form struct {
	name      string
	statement string
	arguments []any
	want      string // of the statement, or of then
	columns   string // how to scan: s text, i integer, f float, b boolean, n text or NULL, m integer or NULL
	then      string // a query that shows what the statement did
}

var forms = []form{
	{"a row by key", `SELECT title, severity FROM shelf_findings WHERE group_id = $1 AND id = $2`,
		[]any{"g1", "a"}, "Injection 90", "si", ""},
	{"arguments in another order than they appear", `SELECT id FROM shelf_findings WHERE severity = $2 AND group_id = $1`,
		[]any{"g1", 50}, "b", "s", ""},
	{"an argument used twice", `SELECT id FROM shelf_findings WHERE severity >= $1 AND severity <= $1`,
		[]any{70}, "d", "s", ""},
	{"a dollar and a question mark in text", `SELECT id FROM shelf_findings WHERE title = 'path? $1 ''quoted'''`,
		nil, "b", "s", ""},
	{"any of an array of text", `SELECT id FROM shelf_findings WHERE id = ANY($1) ORDER BY id`,
		[]any{[]string{"a", "d", `"x"`}}, "a|d", "s", ""},
	{"any of an array of numbers", `SELECT id FROM shelf_findings WHERE severity = ANY ( $1 ) ORDER BY id`,
		[]any{[]int64{10, 90}}, "a|c", "s", ""},
	{"any of an empty array", `SELECT count(*) FROM shelf_findings WHERE id = ANY($1)`, []any{[]string(nil)}, "0", "i", ""},
	{"none of an array", `SELECT id FROM shelf_findings WHERE id <> ALL($1) ORDER BY id`,
		[]any{[]string{"a", "b"}}, "c|d", "s", ""},
	{"none of an empty array", `SELECT count(*) FROM shelf_findings WHERE id <> ALL($1)`, []any{[]string{}}, "4", "i", ""},
	{"a lock", `SELECT id FROM shelf_findings WHERE group_id = $1 ORDER BY id FOR UPDATE`, []any{"g1"}, "a|b|c", "s", ""},
	{"a lock of one table, others skipped", `SELECT f.id FROM shelf_findings f JOIN shelf_groups g ON g.id = f.group_id
		WHERE f.open ORDER BY f.id LIMIT 1 FOR UPDATE OF f SKIP LOCKED`, nil, "a", "s", ""},
	{"a weaker lock", `SELECT id FROM shelf_groups ORDER BY id FOR NO KEY UPDATE NOWAIT`, nil, "g1|g2", "s", ""},
	{"a shared lock", `SELECT id FROM shelf_groups ORDER BY id FOR KEY SHARE`, nil, "g1|g2", "s", ""},
	{"a collation", `SELECT name FROM shelf_groups ORDER BY name COLLATE "C" DESC`, nil, "web|mobile", "s", ""},
	{"a keyset page", `SELECT id FROM shelf_findings WHERE (severity, id) < ($1, $2) ORDER BY severity DESC, id DESC LIMIT $3`,
		[]any{90, "a", 2}, "d|b", "s", ""},
	{"a limit and an offset", `SELECT id FROM shelf_findings ORDER BY id LIMIT $1 OFFSET $2`, []any{2, 1}, "b|c", "s", ""},
	{"nulls last", `SELECT id FROM shelf_findings ORDER BY note NULLS LAST, id`, nil, "d|b|a|c", "s", ""},
	{"a sum as an integer", `SELECT CAST(sum(severity) AS BIGINT) FROM shelf_findings`, nil, "220", "i", ""},
	{"a sum of nothing", `SELECT CAST(coalesce(sum(severity), 0) AS BIGINT) FROM shelf_findings WHERE FALSE`, nil, "0", "i", ""},
	{"counts with a filter", `SELECT count(*) FILTER (WHERE open), count(*) FILTER (WHERE NOT open) FROM shelf_findings`,
		nil, "3 1", "ii", ""},
	{"groups of rows", `SELECT group_id, count(*), max(severity) FROM shelf_findings GROUP BY group_id HAVING count(*) > $1
		ORDER BY group_id`, []any{1}, "g1 3 90", "sii", ""},
	{"a window", `SELECT id, row_number() OVER (PARTITION BY group_id ORDER BY severity DESC) FROM shelf_findings ORDER BY id`,
		nil, "a 1|b 2|c 3|d 1", "si", ""},
	{"a window's neighbour", `SELECT id, lag(id) OVER (ORDER BY id) FROM shelf_findings ORDER BY id LIMIT 2`,
		nil, "a NULL|b a", "sn", ""},
	{"a common table", `WITH worst AS (SELECT group_id, max(severity) AS severity FROM shelf_findings GROUP BY group_id)
		SELECT f.id FROM shelf_findings f JOIN worst w ON w.group_id = f.group_id AND w.severity = f.severity ORDER BY f.id`,
		nil, "a|d", "s", ""},
	{"a recursive one", `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT sum(i) = 10 FROM n`,
		[]any{4}, "true", "b", ""},
	{"an outer join", `SELECT g.id, f.note FROM shelf_groups g LEFT JOIN shelf_findings f ON f.group_id = g.id AND f.id = 'd'
		ORDER BY g.id`, nil, "g1 NULL|g2 new", "sn", ""},
	{"a subquery that exists", `SELECT g.id FROM shelf_groups g WHERE EXISTS
		(SELECT 1 FROM shelf_findings f WHERE f.group_id = g.id AND NOT f.open)`, nil, "g1", "s", ""},
	{"whether something exists", `SELECT EXISTS (SELECT 1 FROM shelf_findings WHERE severity > $1)`, []any{99}, "false", "b", ""},
	{"a case", `SELECT id, CASE WHEN severity >= 70 THEN 'high' ELSE 'low' END FROM shelf_findings ORDER BY id LIMIT 2`,
		nil, "a high|b low", "ss", ""},
	{"text made of text", `SELECT group_id || '/' || id FROM shelf_findings ORDER BY 1 LIMIT 1`, nil, "g1/a", "s", ""},
	{"a pattern that is escaped", `SELECT id FROM shelf_findings WHERE title LIKE $1 ESCAPE '\' ORDER BY id`,
		[]any{database.EscapeLike("path?") + "%"}, "b", "s", ""},
	{"the parts of two answers", `SELECT id FROM shelf_groups UNION ALL SELECT id FROM shelf_findings WHERE open ORDER BY 1`,
		nil, "a|b|d|g1|g2", "s", ""},
	{"a boolean argument", `SELECT id, open FROM shelf_findings WHERE open = $1`, []any{false}, "c false", "sb", ""},
	{"a float argument", `SELECT id, score FROM shelf_findings WHERE score > $1 ORDER BY id`, []any{7.25}, "a 9.5|d 7.5", "sf", ""},
	{"whether it is null", `SELECT id FROM shelf_findings WHERE note IS NULL ORDER BY id`, nil, "a|c", "s", ""},
	{"whether they differ, null or not", `SELECT id FROM shelf_findings WHERE note IS DISTINCT FROM 'seen' ORDER BY id`,
		nil, "a|c|d", "s", ""},
	{"a comment with an apostrophe", "SELECT id -- it's $1\n FROM shelf_groups /* = ANY($2) */ ORDER BY id LIMIT 1", nil, "g1", "s", ""},
	{"an integer that may be null", `SELECT nullif(severity, 90) FROM shelf_findings WHERE group_id = 'g1' ORDER BY id LIMIT 2`,
		nil, "NULL|50", "m", ""},

	{"an insert that returns", `INSERT INTO shelf_groups (id, name) VALUES ($1, $2) RETURNING id, name`,
		[]any{"g3", "iot"}, "g3 iot", "ss", ""},
	{"an upsert", `INSERT INTO shelf_findings (group_id, id, title, severity) VALUES ('g1', 'a', 'x', 40)
		ON CONFLICT (group_id, id) DO UPDATE SET severity = excluded.severity, note = shelf_findings.title
		RETURNING severity, note`, nil, "40 Injection", "in", ""},
	{"an upsert that keeps", `INSERT INTO shelf_groups (id, name) VALUES ('g9', 'web') ON CONFLICT (name) DO NOTHING`,
		nil, "2", "i", `SELECT count(*) FROM shelf_groups`},
	{"an upsert on a partial index", `INSERT INTO shelf_findings (group_id, id, title) VALUES ('g1', 'z', 'INJECTION')
		ON CONFLICT (group_id, lower(title)) WHERE open DO UPDATE SET severity = 1`,
		nil, "1", "i", `SELECT severity FROM shelf_findings WHERE group_id = 'g1' AND id = 'a'`},
	{"an insert of what is selected", `INSERT INTO shelf_groups (id, name) SELECT id || '-copy', name || '-copy' FROM shelf_groups`,
		nil, "4", "i", `SELECT count(*) FROM shelf_groups`},
	{"an update that returns", `UPDATE shelf_findings SET severity = severity + $1 WHERE id = 'c' RETURNING severity`,
		[]any{5}, "15", "i", ""},
	{"an update from another table", `UPDATE shelf_findings SET note = g.name FROM shelf_groups g
		WHERE g.id = shelf_findings.group_id AND shelf_findings.id = 'd'`,
		nil, "mobile", "s", `SELECT note FROM shelf_findings WHERE id = 'd'`},
	{"an update to null", `UPDATE shelf_findings SET note = $1 WHERE id = 'd'`, []any{nil}, "NULL", "n",
		`SELECT note FROM shelf_findings WHERE id = 'd'`},
	{"a delete that cascades", `DELETE FROM shelf_groups WHERE id = $1`, []any{"g1"}, "1", "i", `SELECT count(*) FROM shelf_findings`},
	{"a new column", `ALTER TABLE shelf_groups ADD COLUMN closed BOOLEAN NOT NULL DEFAULT FALSE`,
		nil, "false|false", "b", `SELECT closed FROM shelf_groups`},
	{"another name of a column", `ALTER TABLE shelf_groups RENAME COLUMN name TO title`, nil, "mobile|web", "s",
		`SELECT title FROM shelf_groups ORDER BY 1`},
	{"a column less", `ALTER TABLE shelf_findings DROP COLUMN digest`, nil, "4", "i", `SELECT count(*) FROM shelf_findings`},
}

// rows runs a query and answers its rows as text.
func rows(ctx context.Context, q database.Querier, columns, statement string, arguments ...any) (string, error) {
	lines, err := database.Collect(ctx, q, func(row database.Row) (string, error) {
		targets := make([]any, len(columns))
		for i, c := range columns {
			targets[i] = map[rune]any{'s': new(string), 'i': new(int64), 'f': new(float64), 'b': new(bool),
				'n': new(*string), 'm': new(*int64)}[c]
		}
		err := row.Scan(targets...)
		texts := make([]string, len(targets))
		for i, target := range targets {
			texts[i] = asText(target)
		}
		return strings.Join(texts, " "), err
	}, statement, arguments...)
	return strings.Join(lines, "|"), err
}

func asText(target any) string {
	switch v := target.(type) {
	case *string:
		return *v
	case *int64:
		return fmt.Sprint(*v)
	case *float64:
		return fmt.Sprint(*v)
	case *bool:
		return fmt.Sprint(*v)
	case **string:
		if *v != nil {
			return **v
		}
	case **int64:
		if *v != nil {
			return fmt.Sprint(**v)
		}
	}
	return "NULL"
}

func TestStatementsRunUnchangedOnBothDatabases(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		fill(t, db)
		for _, f := range forms {
			t.Run(f.name, func(t *testing.T) { f.run(t, db) })
		}
	})
}

// run runs the form in a transaction that is then rolled back.
func (f form) run(t *testing.T, db *database.DB) {
	ctx := context.Background()
	err := db.Write(ctx, func(tx *database.Tx) error {
		query, arguments := f.statement, f.arguments
		if f.then != "" {
			if _, err := tx.Exec(ctx, f.statement, f.arguments...); err != nil {
				return err
			}
			query, arguments = f.then, nil
		}
		got, err := rows(ctx, tx, f.columns, query, arguments...)
		if err != nil {
			return err
		}
		if got != f.want {
			t.Errorf("answered %q, want %q", got, f.want)
		}
		return errUndo
	})
	if err != errUndo {
		t.Error(err)
	}
}
