package database_test

import (
	"bytes"
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/database"
)

type (
	state string
	level int
)

const valuesTable = `CREATE TABLE shelf_values (
	id BIGINT PRIMARY KEY, t TEXT, i BIGINT, b BOOLEAN, f DOUBLE PRECISION, y BYTEA)`

func makeValues(t testing.TB, db *database.DB) {
	t.Helper()
	ctx := context.Background()
	if err := db.Write(ctx, func(tx *database.Tx) error {
		_, err := tx.Exec(ctx, valuesTable)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

const (
	insertValue = `INSERT INTO shelf_values (id, t, i, b, f, y) VALUES ($1, $2, $3, $4, $5, $6)`
	selectValue = `SELECT t, i, b, f, y FROM shelf_values WHERE id = $1`
)

func TestValuesComeBackAsTheyWentIn(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		makeValues(t, db)
		ctx := context.Background()
		long := strings.Repeat("déjà 🎈 ", 200_000)
		type value struct {
			t string
			i int64
			b bool
			f float64
			y []byte
		}
		for id, v := range []value{
			{"", 0, false, 0, []byte{}},
			{"plain", math.MaxInt64, true, 1e300, []byte("x")},
			{"it's \"quoted\" $1 ?", math.MinInt64, false, -0.1, []byte{0, 1, 0xff}},
			{long, -1, true, math.Inf(1), []byte(long)},
		} {
			err := db.Write(ctx, func(tx *database.Tx) error {
				_, err := tx.Exec(ctx, insertValue, id, v.t, v.i, v.b, v.f, v.y)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			got, err := database.One(ctx, db, func(row database.Row) (value, error) {
				var v value
				return v, row.Scan(&v.t, &v.i, &v.b, &v.f, &v.y)
			}, selectValue, id)
			if err != nil {
				t.Fatal(err)
			}
			if got.t != v.t || got.i != v.i || got.b != v.b || got.f != v.f || !bytes.Equal(got.y, v.y) || got.y == nil {
				t.Errorf("value %d came back otherwise", id)
			}
		}
	})
}

func TestNullGoesIntoPointersOnly(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		makeValues(t, db)
		ctx := context.Background()
		err := db.Write(ctx, func(tx *database.Tx) error {
			_, err := tx.Exec(ctx, insertValue, 1, nil, (*int64)(nil), (*bool)(nil), nil, []byte(nil))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}

		text, number, truth, float, some := new(string), new(int64), new(bool), new(float64), []byte("x")
		_, err = database.One(ctx, db, func(row database.Row) (int, error) {
			return 0, row.Scan(&text, &number, &truth, &float, &some)
		}, selectValue, 1)

		if err != nil || text != nil || number != nil || truth != nil || float != nil || some != nil {
			t.Errorf("NULLs became %v %v %v %v %v, %v", text, number, truth, float, some, err)
		}
		for column, target := range map[string]any{"t": new(string), "i": new(int64), "b": new(bool), "f": new(float64)} {
			_, err := database.One(ctx, db, func(row database.Row) (int, error) { return 0, row.Scan(target) },
				`SELECT `+column+` FROM shelf_values WHERE id = 1`)
			if err == nil {
				t.Errorf("NULL went into a %T", target)
			}
		}
	})
}

func TestNamedTypesAndPointersGoInAndOut(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		makeValues(t, db)
		ctx := context.Background()
		open, high, yes := state("OPEN"), level(7), true
		secret := [32]byte{1, 2, 3}
		err := db.Write(ctx, func(tx *database.Tx) error {
			_, err := tx.Exec(ctx, insertValue, 1, open, &high, &yes, float32(0.5), secret)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}

		var s state
		var l *level
		var b *bool
		var f float64
		var y []byte
		_, err = database.One(ctx, db, func(row database.Row) (int, error) { return 0, row.Scan(&s, &l, &b, &f, &y) },
			selectValue+` AND t = ANY($2)`, 1, []state{"OPEN", "SAFE"})

		if err != nil {
			t.Fatal(err)
		}
		if s != "OPEN" || l == nil || *l != 7 || b == nil || !*b || f != 0.5 || !bytes.Equal(y, secret[:]) {
			t.Errorf("came back as %v %v %v %v %v", s, l, b, f, y)
		}
	})
}

func TestWhatOneDatabaseWouldBendIsRefusedByBoth(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		makeValues(t, db)
		ctx := context.Background()
		for _, row := range []struct {
			name      string
			statement string
			arguments []any
		}{
			{"text with a NUL", `INSERT INTO shelf_values (id, t) VALUES (1, $1)`, []any{"a\x00b"}},
			{"text that is not UTF-8", `INSERT INTO shelf_values (id, t) VALUES (1, $1)`, []any{"a\xff"}},
			{"such text in an array", `INSERT INTO shelf_values (id) SELECT 1 WHERE 'a' = ANY($1)`, []any{[]string{"a", "\x00"}}},
			{"not a number", `INSERT INTO shelf_values (id, f) VALUES (1, $1)`, []any{math.NaN()}},
			{"a time", `INSERT INTO shelf_values (id, i) VALUES (1, $1)`, []any{time.Unix(0, 0)}},
			{"a struct", `INSERT INTO shelf_values (id, t) VALUES (1, $1)`, []any{struct{}{}}},
			{"an integer too large", `INSERT INTO shelf_values (id, i) VALUES (1, $1)`, []any{uint64(1 << 63)}},
			{"text in an integer column", `INSERT INTO shelf_values (id, i) VALUES (1, $1)`, []any{"seven"}},
			{"bytes that are no text in a text column", `INSERT INTO shelf_values (id, t) VALUES (1, $1)`, []any{[]byte{0xff}}},
			{"no primary key", `INSERT INTO shelf_values (id, t) VALUES ($1, 'a')`, []any{nil}},
			{"too few arguments", `INSERT INTO shelf_values (id, i) VALUES ($1, $2)`, []any{1}},
			{"too many arguments", `INSERT INTO shelf_values (id, i) VALUES ($1, 1)`, []any{1, 2}},
			{"two statements", `INSERT INTO shelf_values (id) VALUES ($1); DELETE FROM shelf_values`, []any{1}},
			{"no statement", `-- nothing`, []any{1}},
		} {
			err := db.Write(ctx, func(tx *database.Tx) error {
				_, err := tx.Exec(ctx, row.statement, row.arguments...)
				return err
			})
			if err == nil {
				t.Errorf("%s was taken", row.name)
			}
		}
		if n := integer(t, db, `SELECT count(*) FROM shelf_values`); n != 0 {
			t.Errorf("%d rows were stored, want none", n)
		}
	})
}

func TestAScanThatDoesNotFitIsAnError(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		fill(t, db)
		ctx := context.Background()
		const text, number, large = `SELECT 'a'`, `SELECT CAST(7 AS BIGINT)`, `SELECT CAST(700 AS BIGINT)`
		for _, row := range []struct {
			name      string
			statement string
			targets   []any
		}{
			{"text into an integer", text, []any{new(int64)}},
			{"an integer into what is too small", large, []any{new(int8)}},
			{"too few targets", number, []any{}},
			{"too many targets", number, []any{new(int64), new(int64)}},
			{"no pointer", number, []any{int64(1)}},
		} {
			_, err := database.One(ctx, db, func(r database.Row) (int, error) { return 0, r.Scan(row.targets...) }, row.statement)
			if err == nil {
				t.Errorf("%s was scanned", row.name)
			}
		}
	})
}

func TestOneAnswersTheOnlyRow(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		fill(t, db)
		ctx := context.Background()
		const byTitle = `SELECT id FROM shelf_findings WHERE title = $1`

		if id, err := database.One(ctx, db, database.Value[string], byTitle, "Weak hash"); id != "c" || err != nil {
			t.Errorf("the only row = %q, %v, want c", id, err)
		}
		if _, err := database.One(ctx, db, database.Value[string], byTitle, "none"); err != database.ErrNoRow {
			t.Errorf("no row = %v, want ErrNoRow", err)
		}
		if _, err := database.One(ctx, db, database.Value[string], byTitle, "Injection"); err == nil || err == database.ErrNoRow {
			t.Errorf("two rows = %v, want an error that says so", err)
		}
	})
}

func TestErrorsHaveTheirKindOnBothDatabases(t *testing.T) {
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, _ *asmtest.Clock) {
		fill(t, db)
		ctx := context.Background()
		for _, row := range []struct {
			name      string
			statement string
			want      database.ErrorKind
		}{
			{"a primary key that is taken", `INSERT INTO shelf_groups (id, name) VALUES ('g1', 'x')`, database.Unique},
			{"a unique name that is taken", `INSERT INTO shelf_groups (id, name) VALUES ('g3', 'web')`, database.Unique},
			{"a unique index", `INSERT INTO shelf_findings (group_id, id, title) VALUES ('g1', 'x', 'injection')`, database.Unique},
			{"a group that is missing", `INSERT INTO shelf_findings (group_id, id, title) VALUES ('g7', 'x', 'y')`, database.ForeignKey},
			{"a severity out of range", `UPDATE shelf_findings SET severity = 101`, database.Check},
			{"a NULL where none may be", `UPDATE shelf_groups SET name = NULL`, database.Check},
			{"a table that is not there", `SELECT 1 FROM nowhere`, database.Other},
			{"no error", `SELECT 1`, database.Other},
		} {
			err := db.Write(ctx, func(tx *database.Tx) error {
				_, err := tx.Exec(ctx, row.statement)
				return err
			})
			if got := database.KindOf(err); got != row.want {
				t.Errorf("%s: kind %s of %v, want %s", row.name, got, err, row.want)
			}
		}
	})
}
