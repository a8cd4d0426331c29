package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"asm.example/asm/internal/access"
)

// userCommands are the subcommands of user.
type userCommands struct {
	Add     userAddCommand     `cmd:"" help:"Add a person, and print a link by which they set their password."`
	Reset   userResetCommand   `cmd:"" help:"Print a new link by which a person sets their password."`
	List    userListCommand    `cmd:"" help:"List the people of the installation."`
	Disable userDisableCommand `cmd:"" help:"Keep a person out at once: sessions and tokens end."`
	Enable  userEnableCommand  `cmd:"" help:"Let a disabled person in again."`
}

// links are the flags of commands that print a link.
type links struct {
	URL string `help:"Public address of the server, for the link (default: ${default})." default:"http://127.0.0.1:8000" env:"ASM_URL"`
}

// userAddCommand adds a person.
type userAddCommand struct {
	host
	links
	Email string `arg:"" help:"Mail address of the person."`
	Role  string `help:"User-level role: user, hacker or admin." enum:"user,hacker,admin" default:"user" env:"-"`
}

// Help shows how it is used.
func (*userAddCommand) Help() string {
	return "Example:\n  asm user add ana@acme.example --role admin"
}

// Run adds the person and prints the link alone on standard output.
func (c *userAddCommand) Run(ctx context.Context, io streams) error {
	ctx, services, err := c.open(ctx, c.URL)
	if err != nil {
		return err
	}
	defer services.Close()
	link, err := services.Access.AddPerson(ctx, access.NewPerson{Email: c.Email, Role: access.Role(c.Role)})
	if err != nil {
		return err
	}
	return printPasswordLink(c.Email, link, io)
}

// userResetCommand makes a new password link.
type userResetCommand struct {
	host
	links
	Email string `arg:"" help:"Mail address of the person."`
}

// Run prints the link alone on standard output.
func (c *userResetCommand) Run(ctx context.Context, io streams) error {
	ctx, services, err := c.open(ctx, c.URL)
	if err != nil {
		return err
	}
	defer services.Close()
	link, err := services.Access.ResetPassword(ctx, c.Email)
	if err != nil {
		return err
	}
	return printPasswordLink(c.Email, link, io)
}

// printPasswordLink prints a link alone on standard output, and what it is on standard error.
func printPasswordLink(email, link string, io streams) error {
	fmt.Fprintf(io.err, "asm: within 24 hours, %s sets a password by this link; it works once:\n", email)
	_, err := fmt.Fprintln(io.out, link)
	return err
}

// userListCommand lists people.
type userListCommand struct {
	host
	JSON bool `help:"Answer in JSON, for programs." name:"json" env:"-"`
}

// listedPerson is a person as the list shows them.
type listedPerson struct {
	Email     string `json:"email"`
	Name      string `json:"name"`
	Role      string `json:"role"`
	Active    bool   `json:"active"`
	LastLogin string `json:"lastLogin,omitempty"`
}

// Run prints a line for each person.
func (c *userListCommand) Run(ctx context.Context, io streams) error {
	ctx, services, err := c.open(ctx, "")
	if err != nil {
		return err
	}
	defer services.Close()
	listed, err := everybody(ctx, services.Access)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(io.out).Encode(listed)
	}
	table := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "EMAIL\tNAME\tROLE\tSTATE\tLAST SIGN-IN")
	for _, p := range listed {
		state := "active"
		if !p.Active {
			state = "disabled"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", p.Email, p.Name, p.Role, state, p.LastLogin)
	}
	return table.Flush()
}

// everybody reads all pages of the people.
func everybody(ctx context.Context, people *access.Service) ([]listedPerson, error) {
	const pageSize = 1000
	listed := []listedPerson{}
	query := access.PeopleQuery{First: pageSize}
	for {
		page, err := people.People(ctx, query)
		if err != nil {
			return nil, err
		}
		for _, p := range page.Stakeholders {
			person := listedPerson{Email: p.Email, Name: strings.TrimSpace(p.FirstName + " " + p.LastName), Role: string(p.UserRole), Active: p.IsActive}
			if !p.LastLogin.IsZero() {
				person.LastLogin = p.LastLogin.UTC().Format(time.DateTime)
			}
			listed = append(listed, person)
			query.After = p.Email
		}
		if !page.HasNext {
			return listed, nil
		}
	}
}

// userDisableCommand keeps a person out.
type userDisableCommand struct {
	host
	Email string `arg:"" help:"Mail address of the person."`
}

// Run disables the person.
func (c *userDisableCommand) Run(ctx context.Context, io streams) error {
	ctx, services, err := c.open(ctx, "")
	if err != nil {
		return err
	}
	defer services.Close()
	if err := services.Access.SetActive(ctx, c.Email, false); err != nil {
		return err
	}
	fmt.Fprintf(io.err, "asm: %s is kept out; a running server notices within a second\n", c.Email)
	return nil
}

// userEnableCommand lets a disabled person in again.
type userEnableCommand struct {
	host
	Email string `arg:"" help:"Mail address of the person."`
}

// Run enables the person.
func (c *userEnableCommand) Run(ctx context.Context, io streams) error {
	ctx, services, err := c.open(ctx, "")
	if err != nil {
		return err
	}
	defer services.Close()
	return services.Access.SetActive(ctx, c.Email, true)
}
