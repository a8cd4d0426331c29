// Package house checks what the house asks of itself and a program can see: who may import whom, what a name may be,
// where time and randomness come from, who writes which table. Every message says how to mend what it found.
package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the path of this module.
const module = "asm.example/asm"

// root is the module's folder, seen from here.
const root = "../.."

// source is one Go file of the module.
type source struct {
	path    string // from the module's folder, with slashes
	folder  string
	isTest  bool
	syntax  *ast.File
	fileSet *token.FileSet
}

// sources parses every Go file of the main module.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	fileSet := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if path != root && (entry.Name() == "node_modules" || strings.HasPrefix(entry.Name(), ".") || isOtherModule(path)) {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		syntax, err := parser.ParseFile(fileSet, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		all = append(all, source{
			path: relative, folder: filepath.ToSlash(filepath.Dir(relative)), isTest: strings.HasSuffix(relative, "_test.go"),
			syntax: syntax, fileSet: fileSet,
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no Go files found; the test looks in the wrong place")
	}
	return all
}

func isOtherModule(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "go.mod"))
	return err == nil
}

// at answers where a node stands, for a message.
func (s source) at(node ast.Node) string {
	return s.path + ":" + strconv.Itoa(s.fileSet.Position(node.Pos()).Line)
}

// storeys names the packages of internal/ from the ground up: each group may import only packages of the groups before it.
var storeys = [][]string{
	{"problem", "graphql"}, {"database", "blob", "client"}, {"audit", "job"}, {"access"}, {"organization"}, {"group"},
	{"root"}, {"finding"}, {"consult"}, {"vulnerability"}, {"event", "scan"}, {"lifecycle"}, {"notify", "search"}, {"asm"}, {"api"},
	{"server"}, {"backup", "demo"},
}

// besideTheStoreys are for tests alone.
var besideTheStoreys = []string{"asmtest"}

func storeyOf(room string) int {
	return slices.IndexFunc(storeys, func(group []string) bool { return slices.Contains(group, room) })
}

// roomOf answers the room of a package path below internal/, with its sub-packages.
func roomOf(importPath string) (string, bool) {
	rest, ok := strings.CutPrefix(importPath, module+"/internal/")
	room, _, _ := strings.Cut(rest, "/")
	return room, ok
}

func TestARoomImportsOnlyWhatIsBelowIt(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		here, ok := roomOf(module + "/" + s.folder)
		if !ok || s.isTest || slices.Contains(besideTheStoreys, here) {
			continue
		}
		if storeyOf(here) < 0 {
			t.Errorf("%s: the room %q is not in the table storeys; put it where it belongs", s.path, here)
			continue
		}
		for _, imported := range s.syntax.Imports {
			there, ok := roomOf(unquote(imported.Path.Value))
			if !ok || there == here {
				continue
			}
			if slices.Contains(besideTheStoreys, there) {
				t.Errorf("%s: imports %s, which is for tests alone", s.at(imported), there)
			} else if storeyOf(there) >= storeyOf(here) {
				t.Errorf("%s: %s imports %s, which is not below it; move the rule up, or ask by a function that the upper room hands in", s.at(imported), here, there)
			}
		}
	}
}

func unquote(literal string) string {
	text, err := strconv.Unquote(literal)
	if err != nil {
		panic(err) // the parser accepted it
	}
	return text
}

// services are the rooms that know neither HTTP nor GraphQL.
var services = []string{"audit", "job", "organization", "group", "root", "finding", "consult", "vulnerability", "event", "scan", "lifecycle", "search"}

func TestAServiceKnowsNeitherHTTPNorGraphQL(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		here, ok := roomOf(module + "/" + s.folder)
		if !ok || s.isTest || !slices.Contains(services, here) {
			continue
		}
		for _, imported := range s.syntax.Imports {
			path := unquote(imported.Path.Value)
			if path == "net/http" || path == module+"/internal/graphql" {
				t.Errorf("%s: %s imports %s; HTTP belongs to internal/server, GraphQL to internal/api", s.at(imported), here, path)
			}
		}
	}
}

func TestEveryPackageHasAComment(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{}
	folders := map[string]bool{}
	for _, s := range sources(t) {
		if s.isTest && s.folder != "test/house" {
			continue
		}
		folders[s.folder] = true
		if s.syntax.Doc != nil {
			documented[s.folder] = true
		}
	}
	for folder := range folders {
		if !documented[folder] && !isTestsOnly(folder) {
			t.Errorf("%s: has no package comment; say in a paragraph what a colleague needs on the first day", folder)
		}
	}
}

// isTestsOnly tells folders whose files are all tests.
func isTestsOnly(folder string) bool {
	files, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
	if err != nil {
		return false
	}
	return !slices.ContainsFunc(files, func(file string) bool { return !strings.HasSuffix(file, "_test.go") })
}

// drawers are names that say nothing.
var drawers = []string{"utils", "util", "common", "helpers", "helper", "models", "shared", "manager", "misc", "types", "queries", "base", "lib"}

func TestNoPackageOrFileIsADrawer(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		file := strings.TrimSuffix(filepath.Base(s.path), ".go")
		for _, name := range []string{filepath.Base(s.folder), strings.TrimSuffix(file, "_test")} {
			if slices.Contains(drawers, name) {
				t.Errorf("%s: %q says nothing; name it for what it holds", s.path, name)
			}
		}
	}
}

// handedIn are calls whose results are handed in, with the folders where they are made.
var handedIn = map[string]string{
	"time.Now": "take a clock, or tx.Now()", "rand.Reader": "take an io.Reader", "rand.Read": "take an io.Reader",
	"uuid.New": "use tx.NewID()", "uuid.NewV7": "use tx.NewID()", "uuid.NewString": "use tx.NewID()",
	"time.Since": "take a clock, or tx.Now()", "time.Until": "take a clock, or tx.Now()",
}

// mayMakeThem are the folders of wiring.
var mayMakeThem = []string{"internal/asm", "internal/asmtest", "internal/asmtest/world"}

func TestTimeAndRandomnessAreHandedIn(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.isTest || slices.Contains(mayMakeThem, s.folder) || strings.HasPrefix(s.folder, "test/") {
			continue
		}
		ast.Inspect(s.syntax, func(node ast.Node) bool {
			selector, ok := node.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if from, ok := selector.X.(*ast.Ident); ok {
				if instead := handedIn[from.Name+"."+selector.Sel.Name]; instead != "" {
					t.Errorf("%s: %s.%s; %s", s.at(node), from.Name, selector.Sel.Name, instead)
				}
			}
			return true
		})
	}
}

func TestNothingRunsByBeingImported(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, declared := range s.syntax.Decls {
			if function, ok := declared.(*ast.FuncDecl); ok && function.Recv == nil && function.Name.Name == "init" {
				t.Errorf("%s: func init; make what it makes in a function that the wiring calls", s.at(function))
			}
		}
	}
}
