package database

import (
	"slices"
	"strings"
)

// rewrite makes SQLite's text of PostgreSQL's, leaving strings, quoted names and comments as they are:
//
//	= ANY($n)              IN (SELECT value FROM json_each(?n)), the array travelling as JSON
//	<> ALL($n)             NOT IN (SELECT value FROM json_each(?n))
//	$n                     ?n, because SQLite numbers $n by first appearance
//	FOR UPDATE …           nothing: who writes has the whole database
//	COLLATE "C"            nothing: SQLite compares bytes anyhow
//
// and in statements that define something, where tables become STRICT, so that SQLite too refuses a value of the
// wrong type and NULL in a primary key, and what gets lost stays as a comment, from which schema.sql is made:
//
//	BIGINT                         INT
//	INTEGER, SMALLINT, BOOLEAN     INT and the type as a comment
//	DOUBLE PRECISION, REAL         REAL
//	BYTEA                          BLOB
//	COLLATE "C"                    the same as a comment
//	CREATE TABLE … ;               CREATE TABLE … STRICT;
func rewrite(statement string) string {
	r := rewriter{tokens: tokens(statement), out: make([]byte, 0, len(statement)+64)}
	for r.at < len(r.tokens) {
		r.step()
	}
	r.endStatement()
	return string(r.out)
}

// rewriter goes through the tokens once; at is the next one, and end where the statement written so far ends, without
// the blanks and comments after it.
type rewriter struct {
	tokens []token
	at     int
	out    []byte
	end    int
	// What the statement is: definition after CREATE or ALTER, table after CREATE TABLE; begun after its first word.
	begun, definition, table bool
}

func (r *rewriter) step() {
	t := r.tokens[r.at]
	switch {
	case t.kind == parameter:
		r.replace(1, "?"+t.text[1:])
	case t.text == ";":
		r.endStatement()
		r.keep()
	case t.text == "=" && r.array("ANY"):
	case t.text == "<>" && r.array("ALL"):
	case t.is("FOR") && r.lockClause():
	case t.is("COLLATE") && r.matches(1, `"C"`) > 0:
		kept := ""
		if r.definition {
			kept = `/* COLLATE "C" */`
		}
		r.replace(r.matches(1, `"C"`), kept)
	case t.kind == word && !r.begun:
		r.beginStatement(t)
		r.keep()
	case t.kind == word && r.definition && r.typeName(t):
	default:
		r.keep()
	}
}

func (r *rewriter) keep() {
	isBlank := r.tokens[r.at].kind == blank
	end := r.end
	r.replace(1, r.tokens[r.at].text)
	if isBlank {
		r.end = end
	}
}

func (r *rewriter) replace(n int, text string) {
	r.out = append(r.out, text...)
	r.end = len(r.out)
	r.at += n
}

// matches tells how many tokens from at, blanks between them included, are the one at at, which was seen already,
// offset tokens of it, and then these; 0 when they are not.
func (r *rewriter) matches(offset int, texts ...string) int {
	n := offset
	for _, text := range texts {
		n = r.skipBlank(n)
		if r.at+n >= len(r.tokens) || !r.tokens[r.at+n].is(text) {
			return 0
		}
		n++
	}
	return n
}

// array rewrites = ANY($n) and <> ALL($n).
func (r *rewriter) array(quantifier string) bool {
	n := r.skipBlank(r.matches(1, quantifier, "("))
	if n == 0 || r.at+n >= len(r.tokens) || r.tokens[r.at+n].kind != parameter {
		return false
	}
	number := r.tokens[r.at+n].text[1:]
	n = r.matches(n+1, ")")
	if n == 0 {
		return false
	}
	in := "IN"
	if quantifier == "ALL" {
		in = "NOT IN"
	}
	r.replace(n, in+" (SELECT value FROM json_each(?"+number+"))")
	return true
}

// skipBlank adds to a number of tokens that matched the blanks that follow them.
func (r *rewriter) skipBlank(n int) int {
	for n > 0 && r.at+n < len(r.tokens) && r.tokens[r.at+n].kind == blank {
		n++
	}
	return n
}

// lockClause drops FOR UPDATE and its kin with what follows them.
func (r *rewriter) lockClause() bool {
	n := 0
	for _, strength := range [][]string{{"UPDATE"}, {"NO", "KEY", "UPDATE"}, {"SHARE"}, {"KEY", "SHARE"}} {
		n = max(n, r.matches(1, strength...))
	}
	if n == 0 {
		return false
	}
	if of := r.matches(n, "OF"); of > 0 {
		for n = of; r.at+n < len(r.tokens) && (r.tokens[r.at+n].kind == blank || r.tokens[r.at+n].isName()); n++ {
		}
	}
	n = max(n, r.matches(n, "SKIP", "LOCKED"), r.matches(n, "NOWAIT"))
	r.replace(n, "")
	return true
}

func (r *rewriter) beginStatement(t token) {
	r.begun = true
	r.definition = t.is("CREATE") || t.is("ALTER")
	r.table = t.is("CREATE") && r.matches(1, "TABLE") > 0
}

func (r *rewriter) endStatement() {
	if r.table {
		r.out = slices.Insert(r.out, r.end, []byte(" STRICT")...)
	}
	r.begun, r.definition, r.table = false, false, false
}

// typeName rewrites the name of a column's type. INT rather than INTEGER, which as a primary key would be filled in by
// SQLite itself.
func (r *rewriter) typeName(t token) bool {
	if n := r.matches(1, "PRECISION"); n > 0 && t.is("DOUBLE") {
		r.replace(n, "REAL")
		return true
	}
	switch name := strings.ToUpper(t.text); name {
	case "BIGINT":
		r.replace(1, "INT")
	case "INTEGER", "SMALLINT", "BOOLEAN":
		r.replace(1, "INT /* "+name+" */")
	case "BYTEA":
		r.replace(1, "BLOB")
	default:
		return false
	}
	return true
}
