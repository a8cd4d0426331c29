package house

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// notShared are words that one of the two databases does not know, or knows otherwise.
var notShared = regexp.MustCompile(`(?i)\bILIKE\b|\bDISTINCT ON\b|\bLATERAL\b|::[a-z]|\bgreatest\(|\bleast\(|\bIDENTITY\b|\bnow\(\)|\bCURRENT_TIMESTAMP\b|\bAUTOINCREMENT\b|\$\d+ IS NULL OR`)

// looksLikeStatement tells statements from other texts.
var looksLikeStatement = regexp.MustCompile(`^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s`)

// writes finds the table that a statement writes.
var writes = regexp.MustCompile(`\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+([a-z_]+)`)

// statement is a constant text that is sent to the database.
type statement struct {
	source source
	node   ast.Node
	text   string
}

// statements finds the statements of every room but internal/database, which holds what the databases do differently.
func statements(t *testing.T) []statement {
	t.Helper()
	var all []statement
	for _, s := range sources(t) {
		if s.isTest || !strings.HasPrefix(s.folder, "internal/") || s.folder == "internal/database" || s.folder == "internal/asmtest" {
			continue
		}
		ast.Inspect(s.syntax, func(node ast.Node) bool {
			literal, ok := node.(*ast.BasicLit)
			if ok && literal.Kind == token.STRING {
				if text := unquote(literal.Value); looksLikeStatement.MatchString(text) {
					all = append(all, statement{s, node, text})
				}
			}
			return true
		})
	}
	if len(all) == 0 {
		t.Fatal("no statements found; the test looks for the wrong thing")
	}
	return all
}

func TestStatementsRunOnBothDatabases(t *testing.T) {
	t.Parallel()
	for _, s := range statements(t) {
		if word := notShared.FindString(s.text); word != "" {
			t.Errorf("%s: %q is not the same on both databases; the package comment of internal/database says what to write", s.source.at(s.node), word)
		}
	}
}

// ownTables are tables whose name does not begin with their room's, with the room that writes them.
var ownTables = map[string]string{}

// roomOfTable answers who writes a table: the room whose plural it is, or whose word it begins with.
func roomOfTable(table string) string {
	if room := ownTables[table]; room != "" {
		return room
	}
	for _, storey := range storeys {
		for _, room := range storey {
			plural := room + "s"
			if base, ok := strings.CutSuffix(room, "y"); ok {
				plural = base + "ies"
			}
			if table == plural || strings.HasPrefix(table, room+"_") {
				return room
			}
		}
	}
	return ""
}

func TestATableIsWrittenByItsRoomAlone(t *testing.T) {
	t.Parallel()
	for _, s := range statements(t) {
		here, _ := roomOf(module + "/" + s.source.folder)
		for _, match := range writes.FindAllStringSubmatch(s.text, -1) {
			table := match[1]
			if table == "set" { // DO UPDATE SET
				continue
			}
			switch owner := roomOfTable(table); {
			case owner == "":
				t.Errorf("%s: nobody owns the table %s; name it for its room", s.source.at(s.node), table)
			case owner != here:
				t.Errorf("%s: %s writes %s, which is %s's; call its function that takes the transaction", s.source.at(s.node), here, table, owner)
			}
		}
	}
}

func TestNoStatementIsMadeOfValues(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.isTest || !strings.HasPrefix(s.folder, "internal/") || s.folder == "internal/database" {
			continue
		}
		ast.Inspect(s.syntax, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok || !isCallOf(call, "fmt", "Sprintf") || len(call.Args) == 0 {
				return true
			}
			if literal, ok := call.Args[0].(*ast.BasicLit); ok && literal.Kind == token.STRING && looksLikeStatement.MatchString(unquote(literal.Value)) {
				t.Errorf("%s: a statement made by Sprintf; use constant pieces and arguments (database.Where)", s.at(node))
			}
			return true
		})
	}
}

func isCallOf(call *ast.CallExpr, from, name string) bool {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != name {
		return false
	}
	x, ok := selector.X.(*ast.Ident)
	return ok && x.Name == from
}

func TestEveryRoomIsOnOneStorey(t *testing.T) {
	t.Parallel()
	var seen []string
	for _, storey := range storeys {
		for _, room := range storey {
			if slices.Contains(seen, room) {
				t.Errorf("the room %q is in the table storeys twice", room)
			}
			seen = append(seen, room)
		}
	}
}
