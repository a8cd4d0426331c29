// Package demo makes a world to look around in: two organizations, their groups and people, and the findings of real
// scanners on three small weak programs, over the ninety days that end now.
//
// The world is made through the services, as people and pipelines would: on a clock that is set to each scan's day, with
// people who have roles and a pipeline that has an API token. Nothing is written past them, so what the demo shows is what
// the product does.
package demo

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"asm.example/asm/examples"
	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/problem"
	"asm.example/asm/internal/root"
	"asm.example/asm/internal/scan"
)

// Administrator is who sees everything in the demo.
const Administrator = "admin@demo.example"

// Password is everybody's in the demo. It is no secret: a demo listens on a loopback address only.
const Password = "look around in the demo"

// pipeline is whose token the scans are imported with.
const pipeline = "service_forces@demo.example"

// days is how far the demo's past reaches.
const days = 90

// roles are the roles of the permission table; each has a person named by it.
func roles() []access.Role {
	var all []access.Role
	for _, level := range []access.Level{access.UserLevel, access.OrganizationLevel, access.GroupLevel} {
		all = append(all, access.Roles(level)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func personOf(role access.Role) string { return string(role) + "@demo.example" }

// OtherPeople are the demo's people but for the administrator, by mail address.
func OtherPeople() []string {
	var people []string
	for _, role := range roles() {
		if role != access.Admin {
			people = append(people, personOf(role))
		}
	}
	return people
}

// world is what the demo consists of.
var world = []struct {
	organization, country string
	groups                []demoGroup
}{
	{"acme", "Portugal", []demoGroup{
		{"bank", "Accounts and transfers, for customers of the bank.", []string{"bank-go"}},
		{"web-shop", "The shop's web front end and its order service.", []string{"shop-web"}},
	}},
	{"initech", "Canada", []demoGroup{
		{"mailer", "Sends the company's mail and keeps its templates.", []string{"mailer-go"}},
		{"intranet", "The staff pages; nothing was scanned there yet.", nil},
	}},
}

// demoGroup is a group and the programs of examples/ that are its git roots.
type demoGroup struct {
	name, description string
	programs          []string
}

// Fill makes the demo's world in an empty installation, and leaves one that has it alone. say hears what is being done.
// Problems: Conflict when the installation holds something else.
func Fill(ctx context.Context, config asm.Config, say func(string)) error {
	now := config.Clock()().UTC().Truncate(time.Second)
	clock := &clock{at: now.AddDate(0, 0, -days)}
	config.Now = clock.now
	services, err := asm.Open(ctx, config)
	if err != nil {
		return err
	}
	defer services.Close()
	b := &builder{services: services, clock: clock, start: now}
	ctx = access.WithActor(ctx, access.HostActor("demo"))
	isThere, err := b.isThere(ctx)
	if err != nil || isThere {
		return err
	}
	say("making the demo's world; this takes some seconds")
	return b.build(ctx)
}

// builder makes the world.
type builder struct {
	services *asm.Services
	clock    *clock
	start    time.Time
	groupOf  map[string]string // program to group
}

// isThere tells whether the world was made before.
func (b *builder) isThere(ctx context.Context) (bool, error) {
	people, err := b.services.Access.People(ctx, access.PeopleQuery{First: 1})
	if err != nil || len(people.Stakeholders) == 0 {
		return false, err
	}
	// The administrator comes last: with them the world is complete.
	known, err := b.services.Access.People(ctx, access.PeopleQuery{First: 1, Search: Administrator})
	if err != nil {
		return false, err
	}
	if len(known.Stakeholders) == 0 {
		return false, problem.Conflict("This installation is not empty and not a demo, or a demo that was not finished. " +
			"Name an empty directory by --data (or database by --database).")
	}
	return true, nil
}

func (b *builder) build(ctx context.Context) error {
	working, stop := context.WithCancel(ctx)
	defer stop()
	background := make(chan struct{})
	go func() {
		defer close(background)
		b.services.Jobs.Run(working)
	}()
	defer func() { stop(); <-background }()
	for _, step := range []func(context.Context) error{b.makeGroups, b.makePeople, b.importScans, b.makeAdministrator} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("make the demo's world: %w", err)
		}
	}
	return nil
}

// makeGroups makes organizations, groups and roots.
func (b *builder) makeGroups(ctx context.Context) error {
	b.groupOf = map[string]string{}
	for _, o := range world {
		if _, err := b.services.Organizations.Add(ctx, organization.Addition{Name: o.organization, Country: o.country}); err != nil {
			return err
		}
		for _, g := range o.groups {
			if _, err := b.services.Groups.Add(ctx, group.Addition{Organization: o.organization, Name: g.name, Description: g.description}); err != nil {
				return err
			}
			for _, program := range g.programs {
				b.groupOf[program] = g.name
			}
		}
	}
	if err := b.makeGitRoots(ctx); err != nil {
		return err
	}
	if _, err := b.services.Roots.AddURL(ctx, "web-shop", "shop-live", "https://shop.acme.example/"); err != nil {
		return err
	}
	_, err := b.services.Roots.AddIP(ctx, "bank", "bank-gateway", "192.0.2.10")
	return err
}

// makeGitRoots makes a root for each scanned program, at the address that the manifest names.
func (b *builder) makeGitRoots(ctx context.Context) error {
	scans, err := examples.Manifest()
	if err != nil {
		return err
	}
	made := map[string]bool{}
	for _, s := range scans {
		if made[s.Program] {
			continue
		}
		made[s.Program] = true
		if b.groupOf[s.Program] == "" {
			return fmt.Errorf("no group of the demo has the program %s", s.Program)
		}
		_, err := b.services.Roots.AddGit(ctx, b.groupOf[s.Program], root.GitSettings{
			URL: s.Repository, Branch: s.Branch, Environment: "production", Nickname: s.Program, Gitignore: []string{},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// makePeople makes a person for each role but the administrator.
func (b *builder) makePeople(ctx context.Context) error {
	for _, role := range roles() {
		if role == access.Admin {
			continue
		}
		if err := b.makePerson(ctx, role, role); err != nil {
			return err
		}
	}
	return nil
}

// makeAdministrator makes the administrator, who is also user_manager everywhere.
func (b *builder) makeAdministrator(ctx context.Context) error {
	b.clock.set(b.start)
	return b.makePerson(ctx, access.Admin, access.UserManager)
}

// makePerson makes the person of a role, with a password, and gives them a role wherever that role exists.
func (b *builder) makePerson(ctx context.Context, role, membership access.Role) error {
	person := access.NewPerson{Email: personOf(role), FirstName: title(role), LastName: "Demo", Role: access.User}
	if slices.Contains(access.Roles(access.UserLevel), role) {
		person.Role = role
	}
	link, err := b.services.Access.AddPerson(ctx, person)
	if err != nil {
		return err
	}
	if err := b.setPassword(ctx, secretOf(link)); err != nil {
		return err
	}
	return b.joinEverything(ctx, access.Invite{Email: person.Email, Role: membership})
}

// setPassword sets the password by a link, and ends the session that comes with it.
func (b *builder) setPassword(ctx context.Context, link string) error {
	signedIn, err := b.services.Access.SetPassword(ctx, link, Password, "127.0.0.1", "demo")
	if err != nil {
		return err
	}
	actor, err := b.services.Access.Authenticate(ctx, nil, signedIn.Cookie, "127.0.0.1")
	if err != nil {
		return err
	}
	return b.services.Access.SignOut(access.WithActor(ctx, actor))
}

// secretOf answers the part of a link's address that opens it.
func secretOf(link string) string { return link[strings.LastIndexByte(link, '/')+1:] }

// joinEverything invites a person to every organization and group at whose level their role exists, and accepts for them.
func (b *builder) joinEverything(ctx context.Context, invite access.Invite) error {
	accept := func(invited *access.Stakeholder, err error) error {
		if err != nil {
			return err
		}
		_, err = b.services.Access.AnswerInvitation(ctx, secretOf(invited.InvitationURL), true, "127.0.0.1")
		return err
	}
	for _, o := range world {
		if slices.Contains(access.Roles(access.OrganizationLevel), invite.Role) {
			if err := accept(b.services.Access.InviteToOrganization(ctx, o.organization, invite)); err != nil {
				return err
			}
		}
		for _, g := range o.groups {
			if !slices.Contains(access.Roles(access.GroupLevel), invite.Role) {
				continue
			}
			// A customer_manager of the organization is one in each of its groups already.
			err := accept(b.services.Access.InviteToGroup(ctx, g.name, invite))
			if err != nil && !problem.Is(err, problem.KindConflict) {
				return err
			}
		}
	}
	return nil
}

// title writes a role as a first name: user_manager is User manager.
func title(role access.Role) string {
	words := strings.ReplaceAll(string(role), "_", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

// importScans imports the scans of examples/, each on its day, as the pipeline.
func (b *builder) importScans(ctx context.Context) error {
	scans, err := examples.Manifest()
	if err != nil {
		return err
	}
	token, err := b.pipelineToken(ctx)
	if err != nil {
		return err
	}
	for _, s := range scans {
		b.clock.set(b.start.AddDate(0, 0, -s.DaysAgo))
		if err := b.importScan(ctx, token, s); err != nil {
			return fmt.Errorf("import %s: %w", s.File, err)
		}
	}
	return nil
}

// pipelineToken makes the API token that the demo's pipelines use, on the first day.
func (b *builder) pipelineToken(ctx context.Context) (string, error) {
	ctx, err := b.services.Access.ActingFor(ctx, pipeline)
	if err != nil {
		return "", err
	}
	return b.services.Access.AddToken(ctx, "pipeline", access.LatestExpiration(b.clock.now()))
}

func (b *builder) importScan(ctx context.Context, token string, s examples.Scan) error {
	content, err := fs.ReadFile(examples.FS, s.File)
	if err != nil {
		return err
	}
	actor, err := b.services.Access.Authenticate(ctx, []string{"Bearer " + token}, "", "127.0.0.1")
	if err != nil {
		return err
	}
	_, err = b.services.Scans.Import(access.WithActor(ctx, actor), scan.Import{
		GroupName: b.groupOf[s.Program], RootNickname: s.Program, Wait: true,
		File: &scan.Upload{Name: s.Tool + ".sarif", Size: int64(len(content)), Content: bytes.NewReader(content)},
	})
	return err
}
