// Package root holds what is assessed: a branch of a git repository, an IP address, or a URL.
//
// A root belongs to one group for good and has a nickname that is unique in it. It is ACTIVE or INACTIVE, back and forth;
// every change is a numbered row of its history. What it stands for is compared within the organization, so that one
// thing is not assessed twice (unique.go). Nothing here reaches a repository, a host or an application. Deactivating a
// root closes its locations, so that use case stands with the vulnerabilities; its part in this room is Deactivate.
package root

import (
	"encoding/json"
	"fmt"
	"time"
)

// Kind is what a root is.
type Kind string

// The kinds.
const (
	Git Kind = "GIT"
	IP  Kind = "IP"
	URL Kind = "URL"
)

// State says whether a root is under assessment.
type State string

// The states.
const (
	Active   State = "ACTIVE"
	Inactive State = "INACTIVE"
)

// Key names a root.
type Key struct {
	GroupID string
	ID      string
}

// Root is a *GitRoot, an *IPRoot or a *URLRoot.
type Root interface {
	// Common is what every kind of root has.
	Common() *Base
	// settings are what else of it can be known and changed, in the API's words, for history and audit.
	settings() map[string]any
	// address is what a root of its kind is compared by.
	address() string
	// row is the root as it is stored.
	row() row
}

// Base is what every kind of root has.
type Base struct {
	// GroupID and GroupName tell whose it is; ID is a UUID.
	GroupID   string
	GroupName string
	ID        string
	Kind      Kind
	// Nickname is unique in the group: at most 128 letters, digits, underscores and hyphens.
	Nickname string
	// State, and while it is INACTIVE the reason, by a word and in words.
	State  State
	Reason DeactivationReason
	Other  string
	// Times are UTC; who is a mail address, or the name of a host command. Edited tells the last change of anything.
	CreatedAt      time.Time
	CreatedBy      string
	EditedAt       time.Time
	EditedBy       string
	StateChangedAt time.Time
	// Version is the number of the newest row of its history, from 1.
	Version int64
}

// Common answers the base itself.
func (b *Base) Common() *Base { return b }

// Key names the root.
func (b *Base) Key() Key { return Key{GroupID: b.GroupID, ID: b.ID} }

// IsActive says whether the root is under assessment.
func (b *Base) IsActive() bool { return b.State == Active }

// create makes the base of a new root; now is UTC.
func create(kind Kind, nickname string, key Key, by string, now time.Time) Base {
	return Base{
		GroupID: key.GroupID, ID: key.ID, Kind: kind, Nickname: nickname, State: Active,
		CreatedAt: now, CreatedBy: by, EditedAt: now, EditedBy: by, StateChangedAt: now, Version: 1,
	}
}

// edit notes a change.
func (b *Base) edit(by string, now time.Time) {
	b.EditedAt, b.EditedBy, b.Version = now, by, b.Version+1
}

// CloningStatus is what came of reading a repository.
type CloningStatus string

// NotCloned is the status of a repository that nobody tried to read.
const NotCloned CloningStatus = "UNKNOWN"

// Cloning tells about the last attempt to read a repository.
type Cloning struct {
	Status  CloningStatus
	Message string
	// Commit is the last that was read; empty before the first.
	Commit string
	// ChangedAt is when any of it changed, in UTC.
	ChangedAt time.Time
}

// GitRoot is a branch of a git repository.
type GitRoot struct {
	Base
	// URL is normalised, without password; see parseGitURL.
	URL    string
	Branch string
	// Environment is a label of where it is deployed, such as production.
	Environment string
	// Gitignore are patterns, in the syntax of gitignore, of files that are not assessed.
	Gitignore []string
	// IncludesHealthCheck says whether people look at its health, UseVPN whether it is reached through a VPN.
	IncludesHealthCheck bool
	UseVPN              bool
	Cloning             Cloning
}

func (r *GitRoot) settings() map[string]any {
	return map[string]any{
		"url":                 r.URL,
		"branch":              r.Branch,
		"environment":         r.Environment,
		"gitignore":           r.Gitignore,
		"includesHealthCheck": r.IncludesHealthCheck,
		"useVpn":              r.UseVPN,
	}
}

// IPRoot is a host by its address.
type IPRoot struct {
	Base
	// Address is an IPv4 or IPv6 address as it was given.
	Address string
}

func (r *IPRoot) settings() map[string]any {
	return map[string]any{"address": r.Address}
}

// Protocol is how a URL root is reached.
type Protocol string

// The protocols.
const (
	File  Protocol = "FILE"
	HTTP  Protocol = "HTTP"
	HTTPS Protocol = "HTTPS"
)

// URLRoot is a running application by its URL, in five parts.
type URLRoot struct {
	Base
	Protocol Protocol
	// Host is in lower case.
	Host string
	// Port is 0 for a file.
	Port int64
	// Path begins with a slash and includes the fragment.
	Path string
	// Query is without the question mark; empty when there is none.
	Query string
}

func (r *URLRoot) settings() map[string]any {
	return map[string]any{
		"protocol": r.Protocol,
		"host":     r.Host,
		"port":     r.Port,
		"path":     r.Path,
		"query":    r.Query,
	}
}

// recorded is what the audit log tells of a root.
func recorded(r Root) map[string]any {
	told := r.settings()
	b := r.Common()
	told["nickname"], told["state"] = b.Nickname, b.State
	if b.Reason != "" {
		told["reason"], told["other"] = b.Reason, b.Other
	}
	return told
}

// settingsText is the settings as history stores them.
func settingsText(r Root) (string, error) {
	text, err := json.Marshal(r.settings())
	if err != nil {
		return "", fmt.Errorf("encode settings of root %s: %w", r.Common().ID, err)
	}
	return string(text), nil
}
