package graphql

// Limits of what a document may ask. A zero field takes its value from DefaultLimits.
type Limits struct {
	DocumentBytes int // of the document's text
	Tokens        int // lexer tokens of the document
	Depth         int // of fields below one another, introspection not counted
	Fields        int // of operations and fragments, a fragment's fields counted again at each spread
	Aliases       int // in the document
	Repeats       int // of one response name in the selections of one field
	Fragments     int // definitions, spreads and inline fragments
	Directives    int // in the document
	Variables     int // definitions in the document
	NameBytes     int // of any name
	Cost          int // of the operation with its variables
	AnswerBytes   int // of the answer's data
	Errors        int // listed in the answer; more are left out
}
