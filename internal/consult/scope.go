package consult

import (
	"strings"

	"asm.example/asm/internal/access"
)

// An answer of exactly one of these words, white space around it aside, says for whom its thread is.
const (
	internalMark = "#internal"
	externalMark = "#external"
)

// isMark tells whether a text marks its thread.
func isMark(content string) bool {
	trimmed := strings.TrimSpace(content)
	return trimmed == internalMark || trimmed == externalMark
}

// seesMarks tells whether an actor reads and writes marks in a group.
func seesMarks(actor *access.Actor, groupID string) bool {
	return actor.May(access.HandleCommentScope, access.OnGroup(groupID))
}
