package database_test

import (
	"reflect"
	"testing"

	"asm.example/asm/internal/database"
)

func TestWhereNumbersItsArguments(t *testing.T) {
	t.Parallel()
	var w database.Where
	w.And("v.group_id = ?", "g1")
	w.And("v.open")
	w.And("(v.severity, v.id) < (?, ?)", 70, "x")
	limit := w.Argument(50)

	const want = "WHERE (v.group_id = $1) AND (v.open) AND ((v.severity, v.id) < ($2, $3))"
	if w.String() != want || limit != "$4" {
		t.Errorf("%s, limit %s\nwant %s, limit $4", w.String(), limit, want)
	}
	if want := []any{"g1", 70, "x", 50}; !reflect.DeepEqual(w.Arguments(), want) {
		t.Errorf("arguments %v, want %v", w.Arguments(), want)
	}
}

func TestAnEmptyWhereIsNoText(t *testing.T) {
	t.Parallel()
	var w database.Where
	if w.String() != "" || w.Arguments() != nil {
		t.Errorf("%q with %v, want nothing", w.String(), w.Arguments())
	}
}

func TestWherePanicsWhenPlacesAndArgumentsDiffer(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("two places took one argument")
		}
	}()
	var w database.Where
	w.And("a = ? OR a = ?", 1)
}

func TestFoldMakesTextComparableWithoutCase(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, want string }{
		{"", ""},
		{"Web-App_1", "web-app_1"},
		{"ÄÖÜ", "äöü"},
		{"A\u0308", "ä"},          // a letter and its mark are one
		{"ﬁle Ⅳ", "file iv"},      // a ligature and a numeral are what they stand for
		{"\u212Aelvin", "kelvin"}, // the sign is the letter
	} {
		if got := database.Fold(row.text); got != row.want {
			t.Errorf("Fold(%q) = %q, want %q", row.text, got, row.want)
		}
		if got := database.Fold(row.want); got != row.want {
			t.Errorf("Fold(%q) = %q, folded again it must stay", row.want, got)
		}
	}
}

func TestEscapeLikeTakesMeaningAway(t *testing.T) {
	t.Parallel()
	if got, want := database.EscapeLike(`50%_\x`), `50\%\_\\x`; got != want {
		t.Errorf("EscapeLike = %s, want %s", got, want)
	}
}
