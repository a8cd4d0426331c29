package root

import (
	"context"
	"net/netip"
	"strings"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/problem"
)

// AddIP adds a host to a group by its IPv4 or IPv6 address, and answers its id.
//
// Needs AddIPRoot on the group. Problems: Denied; Invalid (address, nickname); Conflict (the organization has it, or the
// group the nickname).
func (s *Service) AddIP(ctx context.Context, groupName, nickname, address string) (string, error) {
	grant, err := s.access.Require(ctx, access.AddIPRoot, access.OnGroup(groupName))
	if err != nil {
		return "", err
	}
	added, err := addIP(nickname, address)
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
		added.Base = create(IP, "", Key{GroupID: g.ID, ID: id}, grant.Actor().Email, tx.Now())
		return s.add(ctx, tx, grant, addition{"addIpRoot", g, added, wish{nickname: nickname}})
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// addIP judges a new IP root.
func addIP(nickname, address string) (*IPRoot, error) {
	address = strings.TrimSpace(address)
	if parsed, err := netip.ParseAddr(address); err != nil || parsed.Zone() != "" {
		return nil, problem.Invalid("address", organization.ErrValue)
	}
	return &IPRoot{Address: address}, checkNickname(nickname)
}

// address compares IPs by what they mean: ::1 and 0:0:0:0:0:0:0:1 are one.
func (r *IPRoot) address() string {
	parsed, err := netip.ParseAddr(r.Address)
	if err != nil {
		return r.Address // cannot be: it is checked by addIP
	}
	return parsed.Unmap().String()
}
