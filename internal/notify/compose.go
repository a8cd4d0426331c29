package notify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/database"
)

// What each notice says. severityTenths is -1 where a person's least severity does not matter.

func invitation(ctx context.Context, t *telling) (letter, error) {
	link, live, err := t.service.access.InvitationLinkOf(ctx, t.tx, t.record.ID, t.organizationID, t.record.Group)
	if err != nil {
		return letter{}, err
	}
	if !live {
		return letter{}, errNothingToTell
	}
	what := "the organization " + t.organization
	if t.group != "" {
		what = "the group " + t.group + " of " + t.organization
	}
	return letter{
		Subject: "You are invited to " + what, Group: t.group, severityTenths: -1,
		Paragraphs: []string{fmt.Sprintf("%s invites you to %s.", t.record.Actor, what),
			"The invitation holds for 7 days. You need not answer: without an answer it ends by itself."},
		Facts:   []fact{{"Role", words(t.said("role"))}, {"Responsibility", strings.Trim(t.said("responsibility"), "-")}},
		Buttons: []button{{"Accept or decline the invitation", acceptAddress}, {"Decline the invitation", rejectAddress}},
		link:    link, to: []string{t.record.ID},
	}, nil
}

func deletion(_ context.Context, t *telling) (letter, error) {
	number, ok := t.after["linkNumber"].(float64)
	if !ok {
		return letter{}, errNothingToTell
	}
	return letter{
		Subject: "Confirm that your account is to end", severityTenths: -1,
		Paragraphs: []string{"You asked that your account ends. It does once you confirm it: all your access, API tokens and sessions end with it.",
			"The link works for 7 days. If it was not you who asked, change your password and do nothing else."},
		Buttons: []button{{"Confirm", acceptAddress}},
		link:    access.MailedLink{ID: t.said("linkId"), Number: int64(number)}, to: []string{t.record.ID},
	}, nil
}

func passwordReset(ctx context.Context, t *telling) (letter, error) {
	link, live, err := t.service.access.PasswordLinkOf(ctx, t.tx, t.record.ID)
	if err != nil {
		return letter{}, err
	}
	if !live {
		return letter{}, errNothingToTell
	}
	return letter{
		Subject: "Choose your password", severityTenths: -1,
		Paragraphs: []string{"The operator of this installation made a link by which you choose your password. It works once, within 24 hours."},
		Buttons:    []button{{"Choose a password", acceptAddress}},
		link:       link, to: []string{t.record.ID},
	}, nil
}

// simple says one sentence of a group.
func simple(sentence string) func(context.Context, *telling) (letter, error) {
	return func(_ context.Context, t *telling) (letter, error) {
		if t.group == "" {
			return letter{}, errNothingToTell
		}
		return letter{
			Subject: sentence, Group: t.group, Paragraphs: []string{sentence + "."}, Facts: []fact{t.who()},
			Buttons: []button{{"Open the group", t.groupAddress("/vulns")}}, severityTenths: -1,
		}, nil
	}
}

func rootChanged(happened string) func(context.Context, *telling) (letter, error) {
	return func(_ context.Context, t *telling) (letter, error) {
		if t.group == "" {
			return letter{}, errNothingToTell
		}
		return letter{
			Subject: "A root " + happened, Group: t.group, severityTenths: -1,
			Paragraphs: []string{fmt.Sprintf("The root %q %s.", t.said("nickname"), happened)},
			Facts: []fact{t.who(), {"URL", t.said("url")}, {"Branch", t.said("branch")}, {"Address", t.said("address")},
				{"Reason", words(t.said("reason"))}, {"Other", t.said("other")}},
			Buttons: []button{{"Open the scope", t.groupAddress("/scope")}},
		}, nil
	}
}

func groupRemoved(_ context.Context, t *telling) (letter, error) {
	name, _ := t.before["name"].(string)
	if name == "" {
		name = t.group
	}
	managers, _ := t.after["managers"].([]any)
	former := []string{}
	for _, manager := range managers {
		former = append(former, fmt.Sprint(manager))
	}
	return letter{
		Subject: "The group was removed", Group: name, severityTenths: -1, former: former,
		Paragraphs: []string{fmt.Sprintf("The group %s of %s was removed, with all that is below it.", name, t.organization)},
		Facts:      []fact{t.who(), {"Reason", words(t.said("reason"))}, {"Comments", t.said("comments")}},
	}, nil
}

func policiesUpdated(_ context.Context, t *telling) (letter, error) {
	l := letter{Subject: "Policies of " + t.organization + " were updated", Group: t.group, severityTenths: -1, Facts: []fact{t.who()}}
	for name, value := range t.after {
		if from := t.before[name]; fmt.Sprint(from) != fmt.Sprint(value) {
			l.Facts = append(l.Facts, fact{name, fmt.Sprintf("%v → %v", from, value)})
		}
	}
	if len(l.Facts) == 1 {
		return letter{}, errNothingToTell
	}
	slices.SortFunc(l.Facts[1:], func(a, b fact) int { return strings.Compare(a.Name, b.Name) })
	l.Paragraphs = []string{"Policies for treatments and for the CI gate were updated."}
	return l, nil
}

// ofFinding begins a letter about a finding.
func (t *telling) ofFinding(ctx context.Context, sentence string) (l letter, findingID string, err error) {
	id, title, err := t.finding(ctx)
	if err != nil || t.group == "" {
		if err == nil {
			err = errNothingToTell
		}
		return letter{}, "", err
	}
	l = letter{
		Subject: sentence + ": " + title, Group: t.group, severityTenths: -1,
		Paragraphs: []string{sentence + "."},
		Facts:      []fact{{"Finding", title}, t.who(), {"Justification", t.said("justification")}, {"Reason", words(t.said("reason"))}},
	}
	if id != "" {
		l.Buttons = []button{{"Open the finding", t.groupAddress("/vulns/" + id + "/locations")}}
	}
	return l, id, nil
}

// aboutFinding tells of a finding and the locations that the action changed.
func aboutFinding(sentence string) func(context.Context, *telling) (letter, error) {
	return func(ctx context.Context, t *telling) (letter, error) {
		l, id, err := t.ofFinding(ctx, sentence)
		if err != nil || id == "" {
			return l, err
		}
		locations, err := t.changed(ctx, id)
		l.list(locations)
		return l, err
	}
}

// reported tells of released locations, to those for whom the worst of them is severe enough.
func reported(sentence string) func(context.Context, *telling) (letter, error) {
	return func(ctx context.Context, t *telling) (letter, error) {
		l, id, err := t.ofFinding(ctx, sentence)
		if err != nil {
			return l, err
		}
		locations, err := t.changed(ctx, id)
		if t.record.Action == "sendVulnerabilityNotification" {
			locations, err = database.Collect(ctx, t.tx, scanLocation, openLocations, t.record.Group, id)
		}
		return l.ofSeverity(locations, err)
	}
}

// ofSeverity lists locations, the worst of which comes first and decides for whom it is.
func (l letter) ofSeverity(locations []location, err error) (letter, error) {
	if err != nil {
		return l, err
	}
	if len(locations) == 0 {
		return l, errNothingToTell
	}
	l.severityTenths = locations[0].severityTenths
	l.Facts = append(l.Facts, fact{"Highest severity", fmt.Sprintf("%.1f", float64(l.severityTenths)/10)})
	l.list(locations)
	return l, nil
}

func solved(ctx context.Context, t *telling) (letter, error) {
	l, id, err := t.ofFinding(ctx, "Vulnerabilities were solved")
	if err != nil {
		return l, err
	}
	locations, err := t.changed(ctx, id)
	return l.ofSeverity(slices.DeleteFunc(locations, func(one location) bool { return one.state != "SAFE" }), err)
}

// decided are the locations of the record's finding decided on in the last 20 minutes.
func (t *telling) decided(ctx context.Context, findingID string) ([]location, error) {
	return database.Collect(ctx, t.tx, scanLocation, decidedLocations, t.record.Group, findingID,
		database.Micros(t.record.At.Add(-20*time.Minute)))
}

// treatment tells of decisions of certain kinds.
func treatment(sentence string, kinds ...string) func(context.Context, *telling) (letter, error) {
	return func(ctx context.Context, t *telling) (letter, error) {
		l, id, err := t.ofFinding(ctx, sentence)
		if err != nil {
			return l, err
		}
		locations, err := t.decided(ctx, id)
		locations = slices.DeleteFunc(locations, func(one location) bool { return !slices.Contains(kinds, one.treatment) })
		if err != nil || len(locations) == 0 {
			return l, orNothing(err)
		}
		l.Facts = append(l.Facts, fact{"Treatment", words(locations[0].treatment)}, fact{"Assigned", locations[0].assigned})
		l.list(locations)
		return l, nil
	}
}

func assignment(ctx context.Context, t *telling) (letter, error) {
	l, id, err := t.ofFinding(ctx, "Vulnerabilities were assigned to you")
	if err != nil {
		return l, err
	}
	locations, err := t.decided(ctx, id)
	locations = slices.DeleteFunc(locations, func(one location) bool { return one.assigned == "" })
	if err != nil || len(locations) == 0 {
		return l, orNothing(err)
	}
	l.to = []string{locations[0].assigned}
	l.list(slices.DeleteFunc(locations, func(one location) bool { return one.assigned != l.to[0] }))
	return l, nil
}

func orNothing(err error) error {
	if err == nil {
		return errNothingToTell
	}
	return err
}

func eventChanged(sentence string) func(context.Context, *telling) (letter, error) {
	return func(_ context.Context, t *telling) (letter, error) {
		if t.group == "" {
			return letter{}, errNothingToTell
		}
		reason := t.said("other")
		if reason == "" {
			reason = words(t.said("reason"))
		}
		return letter{
			Subject: sentence, Group: t.group, Paragraphs: []string{sentence + "."}, severityTenths: -1,
			Facts:   []fact{{"Event", t.record.ID}, {"Type", words(t.said("eventType"))}, {"Detail", t.said("detail")}, {"Reason", reason}, t.who()},
			Buttons: []button{{"Open the events", t.groupAddress("/events/" + t.record.ID)}},
		}, nil
	}
}

// comment tells of an observation; what only changes the scope is none.
func comment(ctx context.Context, t *telling) (letter, error) {
	content := t.said("content")
	if t.said("type") != "OBSERVATION" || strings.HasPrefix(strings.TrimSpace(content), "#external") ||
		strings.HasPrefix(strings.TrimSpace(content), "#internal") {
		return letter{}, errNothingToTell
	}
	l, _, err := t.ofFinding(ctx, "A new observation")
	if content != "" {
		l.Paragraphs = append(l.Paragraphs, content)
	}
	return l, err
}
