package root

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"asm.example/asm/internal/database"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/problem"
)

// What the contract says of nicknames that are refused.
const (
	errNickname   = "Exception - Root with the same nickname already exists"
	errUnsanitary = "Exception - Unsanitized input found"
)

// maxNickname is how many characters a nickname may have.
const maxNickname = 128

var nicknamePattern = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,128}$`)

// checkNickname judges a nickname that somebody chose. It stands in commands, so it does not begin with a hyphen.
func checkNickname(nickname string) error {
	if !nicknamePattern.MatchString(nickname) {
		return problem.Invalid("nickname", organization.ErrCharacters).With("max", maxNickname)
	}
	if strings.HasPrefix(nickname, "-") {
		return problem.Invalid("nickname", errUnsanitary)
	}
	return nil
}

// wish is a nickname that is wanted.
type wish struct {
	nickname string
	// host is the repository's when the nickname was made from its address, and empty when somebody chose it: then
	// another is not an answer.
	host string
}

// wishFor answers what a git root is to be called: as given, else after its repository. A final _git goes, so that
// shop.git becomes shop. Problems: Invalid (nickname).
func wishFor(given string, u gitURL) (wish, error) {
	if given != "" {
		if err := checkNickname(given); err != nil {
			return wish{}, err
		}
		if short := strings.TrimSuffix(given, "_git"); short != "" {
			given = short
		}
		return wish{nickname: given}, nil
	}
	return wish{nickname: cleaned(u.repository()), host: u.host}, nil
}

// cleaned makes a nickname of any text that is not empty: what may not stand in one becomes an underscore.
func cleaned(text string) string {
	mapped := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, text)
	mapped = mapped[:min(len(mapped), maxNickname)]
	if rest, ok := strings.CutPrefix(mapped, "-"); ok {
		mapped = "_" + rest
	}
	if short := strings.TrimSuffix(mapped, "_git"); short != "" {
		return short
	}
	return mapped
}

// suffixed is the nickname with the host's name, without its last four characters: shop on github.com is shop_github.
func (w wish) suffixed() string {
	host := []rune(w.host)
	if len(host) > 4 {
		host = host[:len(host)-4]
	}
	suffix := "_" + cleaned(string(host))
	suffix = suffix[:min(len(suffix), maxNickname)]
	return w.nickname[:min(len(w.nickname), maxNickname-len(suffix))] + suffix
}

// neighbours are the roots of a group that a nickname may collide with.
type neighbours struct {
	// kinds are those of the roots that have a nickname of the wish.
	kinds map[string]Kind
	// hasHost says whether a git root of the group has the wish's host.
	hasHost bool
}

// choose answers the nickname that a wish comes to. Problems: Conflict when it is in use.
func (w wish) choose(n neighbours) (string, error) {
	kind, used := n.kinds[w.nickname]
	if !used {
		return w.nickname, nil
	}
	if w.host == "" || kind != Git || n.hasHost {
		return "", problem.Conflict(errNickname)
	}
	if _, used := n.kinds[w.suffixed()]; used {
		return "", problem.Conflict(errNickname)
	}
	return w.suffixed(), nil
}

const (
	rootsOfNicknames = `
	SELECT nickname, kind
	  FROM roots
	 WHERE group_id = $1
	   AND nickname = ANY($2)
	   AND id <> $3`

	gitRootsOnHost = `
	SELECT count(*)
	  FROM roots
	 WHERE group_id = $1
	   AND host = $2
	   AND kind = 'GIT'
	   AND id <> $3`
)

// neighboursOf reads the roots that a wish may collide with, but for the one that has it. Two that wish for one nickname at
// the same time meet in the unique index.
func neighboursOf(ctx context.Context, tx *database.Tx, key Key, w wish) (neighbours, error) {
	n := neighbours{kinds: map[string]Kind{}}
	nicknames := []string{w.nickname}
	if w.host != "" {
		nicknames = append(nicknames, w.suffixed())
	}
	_, err := database.Collect(ctx, tx, func(row database.Row) (none struct{}, err error) {
		var nickname string
		var kind Kind
		err = row.Scan(&nickname, &kind)
		n.kinds[nickname] = kind
		return none, err
	}, rootsOfNicknames, key.GroupID, nicknames, key.ID)
	if err != nil {
		return n, fmt.Errorf("look for roots with the nickname %s: %w", w.nickname, err)
	}
	if w.host == "" {
		return n, nil
	}
	count, err := database.One(ctx, tx, database.Value[int64], gitRootsOnHost, key.GroupID, w.host, key.ID)
	if err != nil {
		return n, fmt.Errorf("look for repositories on %s: %w", w.host, err)
	}
	n.hasHost = count > 0
	return n, nil
}

// nickname answers what a root will be called, in the transaction that writes it.
func nickname(ctx context.Context, tx *database.Tx, key Key, w wish) (string, error) {
	n, err := neighboursOf(ctx, tx, key, w)
	if err != nil {
		return "", err
	}
	return w.choose(n)
}
