package access

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// linkKind is what a link is for.
type linkKind string

const (
	passwordLink   linkKind = "PASSWORD"
	invitationLink linkKind = "INVITATION"
	deletionLink   linkKind = "DELETION"
)

// How long links live.
const (
	passwordLife   = 24 * time.Hour
	invitationLife = 7 * 24 * time.Hour
)

// errLink is what an unknown, ended, used or replaced link answers; which of these is nobody's business.
const errLink = "Invalid or Expired"

// link is one that can be shown again: its secret is computed from id and number with the key that it names, and stands
// nowhere.
type link struct {
	id                      string
	number                  int64
	kind                    linkKind
	email                   string
	organizationID, groupID string // of an invitation
	thumbprint              string
	createdAt, expiresAt    time.Time
	isUsed                  bool
}

const (
	// A new number ends the link made before for the same purpose.
	renewLink = `
	INSERT INTO access_links (id, number, kind, email, organization_id, group_id, thumbprint, created_at, expires_at, used_at)
	VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, 0)
	    ON CONFLICT (email, kind, organization_id, group_id) DO UPDATE
	   SET number = access_links.number + 1,
	       thumbprint = excluded.thumbprint,
	       created_at = excluded.created_at,
	       expires_at = excluded.expires_at,
	       used_at = 0
	RETURNING id, number`

	linkByID = `
	SELECT id, number, kind, email, organization_id, group_id, thumbprint, created_at, expires_at, used_at
	  FROM access_links
	 WHERE id = $1`

	lockedLinkByID = linkByID + `
	   FOR UPDATE`

	invitationsTo = `
	SELECT id, number, kind, email, organization_id, group_id, thumbprint, created_at, expires_at, used_at
	  FROM access_links
	 WHERE kind = 'INVITATION'
	   AND email = ANY($1)`

	markLinkUsed = `
	UPDATE access_links
	   SET used_at = $2
	 WHERE id = $1`

	deleteInvitations = `
	DELETE FROM access_links
	 WHERE kind = 'INVITATION'
	   AND email = $1
	   AND organization_id = $2
	   AND group_id = $3`
)

func scanLink(row database.Row) (link, error) {
	var l link
	var created, expires, used int64
	err := row.Scan(&l.id, &l.number, &l.kind, &l.email, &l.organizationID, &l.groupID, &l.thumbprint, &created, &expires, &used)
	l.createdAt, l.expiresAt, l.isUsed = database.Time(created), database.Time(expires), used > 0
	return l, err
}

// newLink makes a link for somebody, or renews the one that there is for the same purpose.
func (s *Service) newLink(
	ctx context.Context, tx *database.Tx, kind linkKind, email string, on place, life time.Duration,
) (link, error) {
	l := link{
		kind: kind, email: email, organizationID: on.organizationID, groupID: on.groupID,
		thumbprint: s.keys.current.thumbprint, createdAt: tx.Now(), expiresAt: tx.Now().Add(life),
	}
	_, err := database.One(ctx, tx, func(row database.Row) (struct{}, error) {
		return struct{}{}, row.Scan(&l.id, &l.number)
	}, renewLink, tx.NewID(), kind, email, l.organizationID, l.groupID, l.thumbprint, database.Micros(l.createdAt),
		database.Micros(l.expiresAt))
	return l, inRoom("make a link", err)
}

// secret computes a link's secret; false when its key was removed.
func (s *Service) secret(l link) ([]byte, bool) {
	key, ok := s.keys.byID[l.thumbprint]
	if !ok {
		return nil, false
	}
	mac := hmac.New(sha256.New, key.derive("links"))
	mac.Write([]byte(l.id))
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(l.number)))
	return mac.Sum(nil), true
}

// url answers a link as people follow it; "" when its key was removed.
func (s *Service) url(l link) string {
	secret, ok := s.secret(l)
	id, err := hex.DecodeString(strings.ReplaceAll(l.id, "-", ""))
	if !ok || err != nil {
		return ""
	}
	path := "/password/"
	switch {
	case l.kind == deletionLink:
		path = "/confirm_deletion/"
	case l.kind == invitationLink && l.groupID != "":
		path = "/confirm_access/"
	case l.kind == invitationLink:
		path = "/confirm_access_organization/"
	}
	return s.options.URL + path + base64.RawURLEncoding.EncodeToString(append(id, secret...))
}

// linkToken takes what stands in a link's address apart: the id (16 bytes) and the secret (32).
func linkToken(token string) (id string, secret []byte, ok bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != 16+sha256.Size {
		return "", nil, false
	}
	text := hex.EncodeToString(raw[:16])
	return strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-"), raw[16:], true
}

// findLink answers the link of a kind that a token opens, used or not. statement is linkByID or lockedLinkByID. Problems:
// NotFound when it is unknown, replaced or ended.
func (s *Service) findLink(
	ctx context.Context, q database.Querier, statement string, kind linkKind, token string, now time.Time,
) (link, error) {
	invalid := problem.NotFound(errLink)
	id, presented, ok := linkToken(token)
	if !ok {
		return link{}, invalid
	}
	l, err := database.One(ctx, q, scanLink, statement, id)
	if errors.Is(err, database.ErrNoRow) {
		return link{}, invalid
	}
	if err != nil {
		return link{}, inRoom("look up a link", err)
	}
	secret, ok := s.secret(l)
	if !ok || !hmac.Equal(secret, presented) || l.kind != kind || !now.Before(l.expiresAt) {
		return link{}, invalid
	}
	return l, nil
}

func (s *Service) useLink(ctx context.Context, tx *database.Tx, l link) error {
	_, err := tx.Exec(ctx, markLinkUsed, l.id, database.Micros(tx.Now()))
	return inRoom("use a link", err)
}

// PasswordLink answers for whom a password link is. Problems: NotFound when it is unknown, used, replaced or ended.
func (s *Service) PasswordLink(ctx context.Context, token string) (email string, err error) {
	l, err := s.findLink(ctx, s.db, linkByID, passwordLink, token, s.db.Now())
	if err == nil && l.isUsed {
		err = problem.NotFound(errLink)
	}
	return l.email, err
}

// SetPassword is what a password link is for: it sets a password, ends all sessions of the person and signs in. The link
// works once. Problems: NotFound when the link is unknown, used, replaced or ended; Invalid (password).
func (s *Service) SetPassword(ctx context.Context, token, password, address, agent string) (SignedIn, error) {
	if _, err := s.PasswordLink(ctx, token); err != nil {
		return SignedIn{}, err
	}
	if err := checkPassword(password); err != nil {
		return SignedIn{}, err
	}
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return SignedIn{}, err
	}
	from := browser{address, agent}
	var signedIn SignedIn
	err = s.db.Write(ctx, func(tx *database.Tx) error {
		l, err := s.findLink(ctx, tx, lockedLinkByID, passwordLink, token, tx.Now())
		if err != nil {
			return err
		}
		if l.isUsed {
			return problem.NotFound(errLink)
		}
		if isActive, err := lockStakeholder(ctx, tx, l.email); err != nil || !isActive {
			return cmp.Or(err, error(problem.NotFound(errLink)))
		}
		if err := s.useLink(ctx, tx, l); err != nil {
			return err
		}
		if err := s.keepPassword(ctx, tx, l.email, hash, ""); err != nil {
			return err
		}
		grant := s.byThemselves(l.email, from, Credential{Kind: LinkCredential, ID: l.id}, linkPermission)
		if err := grant.Record(ctx, tx, audit.Change{Action: "setPassword", Kind: "stakeholder", ID: l.email}); err != nil {
			return err
		}
		signedIn, err = s.startSession(ctx, tx, l.email, from, "password link")
		return err
	})
	return signedIn, err
}
