package api

import (
	"context"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asm"
	"asm.example/asm/internal/graphql"
	"asm.example/asm/internal/notify"
)

// mailChoices are which mails the caller gets, as the field of me shows them.
type mailChoices struct {
	access.MailChoices

	available []access.Notification
}

// leastSeverity is what narrows them.
type leastSeverity struct{ score float64 }

// phone is never answered; existing clients ask for its fields.
type phone struct{ callingCountryCode, countryCode, nationalNumber string }

type verificationChannel string

// phoneNumber is a number that existing clients send.
type phoneNumber struct{ CallingCountryCode, NationalNumber string }

func bindNotification(b *graphql.Binder, s *asm.Services) {
	graphql.Enum(b, "NotificationsName", access.Notifications()...)
	bindMailChoices(b, s)
	bindTours(b, s)
	bindPhone(b, s)
	bindMails(b, s)
	graphql.Mutation(b, "unsubscribeFromGroup", func(ctx context.Context, a struct{ GroupName string }) (payload, error) {
		return payload{}, s.Lifecycle.LeaveGroup(ctx, a.GroupName)
	})
	graphql.Mutation(b, "removeStakeholder", func(ctx context.Context, _ graphql.None) (payload, error) {
		return payload{}, s.Access.RequestRemoval(ctx)
	})
}

func bindMailChoices(b *graphql.Binder, s *asm.Services) {
	narrowed := graphql.Object[leastSeverity](b, "NotificationsParameters")
	graphql.Value(narrowed, "minSeverity", func(l *leastSeverity) float64 { return l.score })
	o := graphql.Object[mailChoices](b, "NotificationsPreferences")
	graphql.Value(o, "available", func(c *mailChoices) []access.Notification { return c.available }, graphql.Sized(17))
	graphql.Value(o, "email", func(c *mailChoices) []access.Notification { return c.Email }, graphql.Sized(17))
	graphql.Value(o, "parameters", func(c *mailChoices) *leastSeverity { return &leastSeverity{c.LeastSeverity} })
	graphql.Value(o, "sms", func(*mailChoices) []access.Notification { return []access.Notification{} })

	m := graphql.Object[me](b, "Me")
	graphql.Level(m, "notificationsPreferences", func(ctx context.Context, parents []*me, _ graphql.None) ([]mailChoices, error) {
		return once(parents, func() (mailChoices, error) {
			chosen, err := s.Access.MailChoices(ctx)
			if err != nil {
				return mailChoices{}, err
			}
			available, err := s.Notices.Available(ctx)
			return mailChoices{chosen, available}, err
		})
	})
	graphql.Mutation(b, "updateNotificationsPreferences", func(ctx context.Context, a struct {
		NotificationsPreferences struct {
			Email      []access.Notification
			Sms        []*access.Notification
			Parameters *struct{ MinSeverity float64 }
		}
	}) (payload, error) {
		var least *float64
		if narrowing := a.NotificationsPreferences.Parameters; narrowing != nil {
			least = &narrowing.MinSeverity
		}
		return payload{}, s.Access.UpdateMailChoices(ctx, a.NotificationsPreferences.Email, least)
	})
}

func bindTours(b *graphql.Binder, s *asm.Services) {
	o := graphql.Object[access.Tours](b, "Tours")
	graphql.Value(o, "newGroup", func(t *access.Tours) bool { return t.NewGroup })
	graphql.Value(o, "newRiskExposure", func(t *access.Tours) bool { return t.NewRiskExposure })
	graphql.Value(o, "newRoot", func(t *access.Tours) bool { return t.NewRoot })
	graphql.Value(o, "welcome", func(t *access.Tours) bool { return t.Welcome })
	m := graphql.Object[me](b, "Me")
	graphql.Level(m, "tours", func(ctx context.Context, parents []*me, _ graphql.None) ([]access.Tours, error) {
		return once(parents, func() (access.Tours, error) { return s.Access.Tours(ctx) })
	})
	graphql.Mutation(b, "updateTours", func(ctx context.Context, a struct{ Tours access.Tours }) (payload, error) {
		return payload{}, s.Access.UpdateTours(ctx, a.Tours)
	})
}

func bindPhone(b *graphql.Binder, s *asm.Services) {
	o := graphql.Object[phone](b, "Phone")
	graphql.Value(o, "callingCountryCode", func(p *phone) string { return p.callingCountryCode })
	graphql.Value(o, "countryCode", func(p *phone) string { return p.countryCode })
	graphql.Value(o, "nationalNumber", func(p *phone) string { return p.nationalNumber })
	graphql.Value(graphql.Object[me](b, "Me"), "phone", func(*me) *phone { return nil })
	graphql.Mutation(b, "updateStakeholderPhone", func(ctx context.Context, _ struct {
		Phone            phoneNumber
		VerificationCode string
	}) (payload, error) {
		return payload{}, s.Access.UpdatePhone(ctx)
	})
	graphql.Mutation(b, "verifyStakeholder", func(ctx context.Context, _ struct {
		Channel          *verificationChannel
		NewPhone         *phoneNumber
		VerificationCode *string
	}) (payload, error) {
		return payload{}, s.Access.VerifyPhone(ctx)
	})
}

// mostMails is the most that one page of mails has.
const mostMails = 1000

func bindMails(b *graphql.Binder, s *asm.Services) {
	graphql.Enum(b, "MailState", notify.Queued, notify.Sent, notify.Failed, notify.Obsolete)
	bindConnection[notify.Mail](b, "MailsConnection", "MailEdge")
	o := graphql.Object[notify.Mail](b, "Mail")
	graphql.Value(o, "id", func(m *notify.Mail) string { return m.ID })
	graphql.Value(o, "kind", func(m *notify.Mail) string { return m.Kind })
	graphql.Value(o, "recipient", func(m *notify.Mail) string { return m.Recipient })
	graphql.Value(o, "subject", func(m *notify.Mail) string { return m.Subject })
	graphql.Value(o, "state", func(m *notify.Mail) notify.State { return m.State })
	graphql.Value(o, "attempts", func(m *notify.Mail) int64 { return m.Attempts })
	graphql.Value(o, "lastProblem", func(m *notify.Mail) *string { return textOrNull(m.LastProblem) })
	graphql.Value(o, "createdAt", func(m *notify.Mail) time.Time { return m.CreatedAt })
	graphql.Value(o, "nextTryAt", func(m *notify.Mail) time.Time { return m.NextTryAt })
	graphql.Value(o, "settledAt", func(m *notify.Mail) time.Time { return m.SettledAt })

	graphql.Query(b, "mails", func(ctx context.Context, a struct {
		pageArguments

		State notify.State
	}) (page[notify.Mail], error) {
		q := notify.Query{State: a.State, First: pageSize(a.First, 50), After: a.After}
		read, err := s.Notices.Page(ctx, q)
		if err != nil {
			return page[notify.Mail]{}, err
		}
		cursors := make([]string, len(read.Mails))
		for i, m := range read.Mails {
			cursors[i] = m.ID
		}
		count := single(func(ctx context.Context) (int64, error) { return s.Notices.Total(ctx, q) })
		return pageOf(read.Mails, cursors, read.HasNext, count, 0), nil
	}, graphql.Paged(50, mostMails))
}
