package root

import (
	"context"
	"encoding/json"
	"fmt"

	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// row is a root of any kind as the table has it; what a kind has not is empty.
type row struct {
	Base
	location, host, branch, environment string
	gitignore                           []string
	includesHealthCheck, useVPN         bool
	cloning                             Cloning
	protocol                            Protocol
	port                                int64
	path, query                         string
}

func (r *GitRoot) row() row {
	return row{
		Base: r.Base, location: r.URL, host: gitHost(r.URL), branch: r.Branch, environment: r.Environment,
		gitignore: r.Gitignore, includesHealthCheck: r.IncludesHealthCheck, useVPN: r.UseVPN, cloning: r.Cloning,
	}
}

func (r *IPRoot) row() row { return row{Base: r.Base, location: r.Address} }

func (r *URLRoot) row() row {
	return row{Base: r.Base, host: r.Host, protocol: r.Protocol, port: r.Port, path: r.Path, query: r.Query}
}

// root is the row as its kind.
func (r *row) root() Root {
	switch r.Kind {
	case Git:
		return &GitRoot{
			Base: r.Base, URL: r.location, Branch: r.branch, Environment: r.environment, Gitignore: r.gitignore,
			IncludesHealthCheck: r.includesHealthCheck, UseVPN: r.useVPN, Cloning: r.cloning,
		}
	case IP:
		return &IPRoot{Base: r.Base, Address: r.location}
	default:
		return &URLRoot{
			Base: r.Base, Protocol: r.protocol, Host: r.host, Port: r.port, Path: r.path, Query: r.query,
		}
	}
}

// columns are what scan reads; r is roots and g groups.
const columns = `r.group_id, g.name, r.id, r.kind, r.nickname, r.state, r.reason, r.other,
	       r.location, r.host, r.branch, r.environment, r.gitignore, r.includes_health_check, r.use_vpn,
	       r.cloning_status, r.cloning_message, r.cloning_commit, r.cloning_changed_at,
	       r.protocol, r.port, r.path, r.query,
	       r.created_at, r.created_by, r.edited_at, r.edited_by, r.state_changed_at, r.version`

func scan(from database.Row) (Root, error) {
	var r row
	var gitignore string
	var clonedAt, createdAt, editedAt, stateChangedAt int64
	err := from.Scan(&r.GroupID, &r.GroupName, &r.ID, &r.Kind, &r.Nickname, &r.State, &r.Reason, &r.Other,
		&r.location, &r.host, &r.branch, &r.environment, &gitignore, &r.includesHealthCheck, &r.useVPN,
		&r.cloning.Status, &r.cloning.Message, &r.cloning.Commit, &clonedAt,
		&r.protocol, &r.port, &r.path, &r.query,
		&createdAt, &r.CreatedBy, &editedAt, &r.EditedBy, &stateChangedAt, &r.Version)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(gitignore), &r.gitignore); err != nil {
		return nil, fmt.Errorf("decode patterns of root %s: %w", r.ID, err)
	}
	r.cloning.ChangedAt = database.Time(clonedAt)
	r.CreatedAt = database.Time(createdAt)
	r.EditedAt = database.Time(editedAt)
	r.StateChangedAt = database.Time(stateChangedAt)
	return r.root(), nil
}

const insertRoot = `
	INSERT INTO roots (group_id, id, kind, created_at, created_by, cloning_status, cloning_message, cloning_commit,
	                   cloning_changed_at, nickname, state, reason, other, address, location, host, branch,
	                   environment, gitignore, includes_health_check, use_vpn, protocol, port, path, query,
	                   edited_at, edited_by, state_changed_at, version, searched)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
	        $24, $25, $26, $27, $28, $29, $30)`

// insert writes a new root and its first row of history. Problems: Conflict when the nickname is taken.
func insert(ctx context.Context, tx *database.Tx, r Root) error {
	c := r.row()
	changing, err := changingArguments(r)
	if err != nil {
		return err
	}
	arguments := append([]any{c.GroupID, c.ID, c.Kind, database.Micros(c.CreatedAt), c.CreatedBy, c.cloning.Status,
		c.cloning.Message, c.cloning.Commit, database.Micros(c.cloning.ChangedAt)}, changing...)
	_, err = tx.Exec(ctx, insertRoot, arguments...)
	return afterWriting(ctx, tx, r, err)
}

const updateRoot = `
	UPDATE roots
	   SET nickname = $3,
	       state = $4,
	       reason = $5,
	       other = $6,
	       address = $7,
	       location = $8,
	       host = $9,
	       branch = $10,
	       environment = $11,
	       gitignore = $12,
	       includes_health_check = $13,
	       use_vpn = $14,
	       protocol = $15,
	       port = $16,
	       path = $17,
	       query = $18,
	       edited_at = $19,
	       edited_by = $20,
	       state_changed_at = $21,
	       version = $22,
	       searched = $23
	 WHERE group_id = $1
	   AND id = $2`

// update writes a changed root and a row of history. Problems: Conflict when the nickname is taken.
func update(ctx context.Context, tx *database.Tx, r Root) error {
	changing, err := changingArguments(r)
	if err != nil {
		return err
	}
	arguments := append([]any{r.Common().GroupID, r.Common().ID}, changing...)
	_, err = tx.Exec(ctx, updateRoot, arguments...)
	return afterWriting(ctx, tx, r, err)
}

// changingArguments are the values, in the order of both statements, that a change may touch.
func changingArguments(r Root) ([]any, error) {
	c := r.row()
	if c.gitignore == nil {
		c.gitignore = []string{}
	}
	gitignore, err := json.Marshal(c.gitignore)
	if err != nil {
		return nil, fmt.Errorf("encode patterns of root %s: %w", c.ID, err)
	}
	return []any{c.Nickname, c.State, c.Reason, c.Other, r.address(), c.location, c.host, c.branch, c.environment,
		string(gitignore), c.includesHealthCheck, c.useVPN, c.protocol, c.port, c.path, c.query,
		database.Micros(c.EditedAt), c.EditedBy, database.Micros(c.StateChangedAt), c.Version, c.searched()}, nil
}

// searched is what a search looks into: the nickname and what people call the address.
func (r *row) searched() string {
	address := r.location
	if r.Kind == URL {
		address = string(r.protocol) + "://" + r.host + r.path
	}
	return database.Fold(r.Nickname + " " + address)
}

const insertState = `
	INSERT INTO root_states (group_id, root_id, number, changed_at, changed_by, state, reason, other, nickname,
	                         settings)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

// afterWriting judges how the root's own statement ended and adds the row of history.
func afterWriting(ctx context.Context, tx *database.Tx, r Root, err error) error {
	b := r.Common()
	if database.KindOf(err) == database.Unique { // of group and nickname; ids are made here
		return problem.Conflict(errNickname)
	}
	if err != nil {
		return fmt.Errorf("write root %s: %w", b.ID, err)
	}
	settings, err := settingsText(r)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, insertState, b.GroupID, b.ID, b.Version, database.Micros(b.EditedAt), b.EditedBy, b.State,
		b.Reason, b.Other, b.Nickname, settings)
	if err != nil {
		return fmt.Errorf("write history of root %s: %w", b.ID, err)
	}
	return nil
}
