package root

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/problem"
)

// errNoFile is the contract's answer to a URL that names a file which the group has not.
const errNoFile = "Exception - The file has not been found"

// The characters that RFC 3986 gives URLs.
var urlCharacters = regexp.MustCompile(`^[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*$`)

// AddURL adds a running application to a group by its URL, and answers its id.
//
// Needs AddURLRoot on the group. Problems: Denied; Invalid (url, nickname); NotFound (a file); Conflict (the organization
// has it, or the group the nickname).
func (s *Service) AddURL(ctx context.Context, groupName, nickname, address string) (string, error) {
	grant, err := s.access.Require(ctx, access.AddURLRoot, access.OnGroup(groupName))
	if err != nil {
		return "", err
	}
	added, err := addURL(nickname, address)
	if err != nil {
		return "", err
	}
	var id string
	err = s.db.Write(ctx, func(tx *database.Tx) error {
		g, err := activeGroup(ctx, tx, grant.GroupID())
		if err != nil {
			return err
		}
		id = tx.NewID()
		added.Base = create(URL, "", Key{GroupID: g.ID, ID: id}, grant.Actor().Email, tx.Now())
		return s.add(ctx, tx, grant, addition{"addUrlRoot", g, added, wish{nickname: nickname}})
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// addURL judges a new URL root and takes its URL apart into the five parts that it is compared by. User and password are
// dropped, a fragment stays at the end of the path. Groups have no files yet, so that none is found.
func addURL(nickname, raw string) (*URLRoot, error) {
	raw = strings.TrimSpace(raw)
	if len(raw) > maxURL {
		return nil, problem.Invalid("url", organization.ErrLength).With("max", maxURL)
	}
	if !urlCharacters.MatchString(raw) {
		return nil, problem.Invalid("url", organization.ErrCharacters)
	}
	if err := checkNickname(nickname); err != nil {
		return nil, err
	}
	parsed, err := url.Parse(raw)
	if err != nil || parsed.Hostname() == "" {
		return nil, problem.Invalid("url", organization.ErrValue)
	}
	r := &URLRoot{
		Protocol: Protocol(strings.ToUpper(parsed.Scheme)),
		Host:     strings.ToLower(strings.TrimSuffix(parsed.Host, ":"+parsed.Port())),
		Path:     parsed.EscapedPath(),
		Query:    parsed.RawQuery,
	}
	switch r.Protocol {
	case HTTPS:
		r.Port = 443
	case HTTP:
		r.Port = 80
	case File:
		return nil, problem.NotFound(errNoFile)
	default:
		return nil, problem.Invalid("url", organization.ErrValue)
	}
	if given := parsed.Port(); given != "" {
		port, err := strconv.ParseUint(given, 10, 16)
		if err != nil {
			return nil, problem.Invalid("url", organization.ErrValue)
		}
		r.Port = int64(port)
	}
	if r.Path == "" {
		r.Path = "/"
	}
	if fragment := parsed.EscapedFragment(); fragment != "" {
		r.Path += "#" + fragment
	}
	return r, nil
}

// address compares URLs by all five parts; none of them holds a space.
func (r *URLRoot) address() string {
	return fmt.Sprintf("%s %s %d %s %s", r.Protocol, r.Host, r.Port, r.Path, r.Query)
}
