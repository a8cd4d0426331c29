package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"
)

// tokenCommands are the subcommands of token.
type tokenCommands struct {
	Add    tokenAddCommand    `cmd:"" help:"Make an API token and print it, alone, on standard output."`
	List   tokenListCommand   `cmd:"" help:"List a person's live API tokens."`
	Revoke tokenRevokeCommand `cmd:"" help:"End an API token at once."`
}

// tokenAddCommand makes a token.
type tokenAddCommand struct {
	host
	Owner   string        `help:"Mail address of the person whose token it is." required:"" env:"-"`
	Expires time.Duration `help:"After how long it ends, at most six calendar months; 720h are 30 days." default:"24h" env:"-"`
	Name    string        `help:"Name that tells it apart." default:"host" env:"-"`
}

// Help shows how it is used.
func (*tokenAddCommand) Help() string {
	return "Example:\n  ASM_TOKEN=$(asm token add --owner ana@acme.example --expires 1h) asm query '{ me { userEmail } }'"
}

// Run prints the token.
func (c *tokenAddCommand) Run(ctx context.Context, io streams) error {
	ctx, services, err := c.open(ctx, "")
	if err != nil {
		return err
	}
	defer services.Close()
	ctx, err = services.Access.ActingFor(ctx, c.Owner)
	if err != nil {
		return err
	}
	token, err := services.Access.AddToken(ctx, c.Name, services.Now().Add(c.Expires))
	if err != nil {
		return err
	}
	fmt.Fprintln(io.out, token)
	return nil
}

// tokenListCommand lists tokens.
type tokenListCommand struct {
	host
	Owner string `help:"Mail address of the person." required:"" env:"-"`
	JSON  bool   `help:"Answer in JSON, for programs." name:"json" env:"-"`
}

// listedToken is a token as the list shows it.
type listedToken struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	IssuedAt  time.Time `json:"issuedAt"`
	ExpiresAt time.Time `json:"expiresAt"`
	LastUse   time.Time `json:"lastUse,omitzero"`
}

// Run prints a line for each token.
func (c *tokenListCommand) Run(ctx context.Context, io streams) error {
	ctx, services, err := c.open(ctx, "")
	if err != nil {
		return err
	}
	defer services.Close()
	ctx, err = services.Access.ActingFor(ctx, c.Owner)
	if err != nil {
		return err
	}
	tokens, err := services.Access.Tokens(ctx)
	if err != nil {
		return err
	}
	listed := make([]listedToken, len(tokens))
	for i, t := range tokens {
		listed[i] = listedToken{t.ID, t.Name, t.IssuedAt, t.ExpiresAt, t.LastUse}
	}
	if c.JSON {
		return json.NewEncoder(io.out).Encode(listed)
	}
	table := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tNAME\tMADE\tENDS\tLAST USE")
	for _, t := range listed {
		lastUse := "never"
		if !t.LastUse.IsZero() {
			lastUse = t.LastUse.UTC().Format(time.DateTime)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", t.ID, t.Name, t.IssuedAt.UTC().Format(time.DateTime), t.ExpiresAt.UTC().Format(time.DateTime), lastUse)
	}
	return table.Flush()
}

// tokenRevokeCommand ends a token.
type tokenRevokeCommand struct {
	host
	ID    string `arg:"" help:"Id of the token, as 'asm token list' shows it."`
	Owner string `help:"Mail address of the person whose token it is." required:"" env:"-"`
}

// Run ends the token.
func (c *tokenRevokeCommand) Run(ctx context.Context, io streams) error {
	ctx, services, err := c.open(ctx, "")
	if err != nil {
		return err
	}
	defer services.Close()
	ctx, err = services.Access.ActingFor(ctx, c.Owner)
	if err != nil {
		return err
	}
	if err := services.Access.InvalidateToken(ctx, c.ID); err != nil {
		return err
	}
	fmt.Fprintln(io.err, "asm: the token is refused from now on; a running server notices within a second")
	return nil
}
