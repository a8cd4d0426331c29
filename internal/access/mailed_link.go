package access

import (
	"context"
	"errors"
	"strings"

	"asm.example/asm/internal/database"
)

// MailedLink names a link that a mail carries, in audit entries and in the outbox, where no secret may stand: its address
// is put in when the mail is sent.
type MailedLink struct {
	ID     string `json:"linkId"`
	Number int64  `json:"linkNumber"`
}

const liveLinkOf = `
	SELECT id, number
	  FROM access_links
	 WHERE email = $1
	   AND kind = $2
	   AND organization_id = $3
	   AND group_id = $4
	   AND used_at = 0
	   AND expires_at > $5`

// PasswordLinkOf answers the live password link of a person; false when there is none. It authorizes nothing: the address of
// a link goes to its person alone.
func (s *Service) PasswordLinkOf(ctx context.Context, q database.Querier, email string) (MailedLink, bool, error) {
	return s.liveLink(ctx, q, passwordLink, email, place{})
}

// InvitationLinkOf is [Service.PasswordLinkOf] for an invitation to a group, or with a groupID of "" to an organization.
func (s *Service) InvitationLinkOf(
	ctx context.Context, q database.Querier, email, organizationID, groupID string,
) (MailedLink, bool, error) {
	return s.liveLink(ctx, q, invitationLink, email, place{organizationID: organizationID, groupID: groupID})
}

func (s *Service) liveLink(
	ctx context.Context, q database.Querier, kind linkKind, email string, on place,
) (MailedLink, bool, error) {
	found, err := database.Collect(ctx, q, func(row database.Row) (MailedLink, error) {
		var l MailedLink
		err := row.Scan(&l.ID, &l.Number)
		return l, err
	}, liveLinkOf, email, kind, on.organizationID, on.groupID, database.Micros(s.db.Now()))
	if err != nil || len(found) == 0 {
		return MailedLink{}, false, inRoom("look for a link", err)
	}
	return found[0], true, nil
}

// AddressOf answers the address of a link, for the mail that carries it, and for an invitation the address that rejects it
// beside the one that accepts. It answers false when the link was used, replaced or has ended: the mail is pointless then.
func (s *Service) AddressOf(ctx context.Context, q database.Querier, m MailedLink) (address, rejection string, live bool, err error) {
	l, err := database.One(ctx, q, scanLink, linkByID, m.ID)
	if errors.Is(err, database.ErrNoRow) {
		return "", "", false, nil
	}
	if err != nil {
		return "", "", false, inRoom("look up a link", err)
	}
	address = s.url(l)
	if l.number != m.Number || l.isUsed || !s.db.Now().Before(l.expiresAt) || address == "" {
		return "", "", false, nil
	}
	if l.kind == invitationLink {
		rejection = strings.Replace(address, "/confirm_access", "/reject_access", 1)
	}
	return address, rejection, true, nil
}
