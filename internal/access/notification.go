package access

import (
	"context"
	"math"
	"slices"
	"strings"

	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// Notification names the mails that a person can switch on and off together.
type Notification string

// The notifications, sorted. Some are offered although no mail goes by them, as existing clients expect.
const (
	NotifyAccessGranted         Notification = "ACCESS_GRANTED"
	NotifyAgentToken            Notification = "AGENT_TOKEN"
	NotifyEventReport           Notification = "EVENT_REPORT"
	NotifyFileUpdate            Notification = "FILE_UPDATE"
	NotifyGroupInformation      Notification = "GROUP_INFORMATION"
	NotifyGroupReport           Notification = "GROUP_REPORT"
	NotifyNewComment            Notification = "NEW_COMMENT"
	NotifyNewDraft              Notification = "NEW_DRAFT"
	NotifyPortfolioUpdate       Notification = "PORTFOLIO_UPDATE"
	NotifyRemediateFinding      Notification = "REMEDIATE_FINDING"
	NotifyReminder              Notification = "REMINDER_NOTIFICATION"
	NotifyRootUpdate            Notification = "ROOT_UPDATE"
	NotifyServiceUpdate         Notification = "SERVICE_UPDATE"
	NotifyUnsubscription        Notification = "UNSUBSCRIPTION_ALERT"
	NotifyUpdatedTreatment      Notification = "UPDATED_TREATMENT"
	NotifyVulnerabilityAssigned Notification = "VULNERABILITY_ASSIGNED"
	NotifyVulnerabilityReport   Notification = "VULNERABILITY_REPORT"
)

// Notifications are all of them, sorted.
func Notifications() []Notification {
	return []Notification{NotifyAccessGranted, NotifyAgentToken, NotifyEventReport, NotifyFileUpdate, NotifyGroupInformation,
		NotifyGroupReport, NotifyNewComment, NotifyNewDraft, NotifyPortfolioUpdate, NotifyRemediateFinding, NotifyReminder,
		NotifyRootUpdate, NotifyServiceUpdate, NotifyUnsubscription, NotifyUpdatedTreatment, NotifyVulnerabilityAssigned,
		NotifyVulnerabilityReport}
}

// firstNotifications are what a person has switched on at the first sign-in, by a role that they were invited with; a role
// that is not here has all.
var firstNotifications = map[Role][]Notification{
	User:                 {NotifyUpdatedTreatment, NotifyVulnerabilityAssigned, NotifyVulnerabilityReport},
	VulnerabilityManager: {NotifyEventReport, NotifyUpdatedTreatment, NotifyVulnerabilityReport},
	UserManager: {NotifyAgentToken, NotifyEventReport, NotifyFileUpdate, NotifyGroupInformation, NotifyGroupReport,
		NotifyReminder, NotifyRootUpdate, NotifyServiceUpdate, NotifyUnsubscription, NotifyUpdatedTreatment,
		NotifyVulnerabilityReport},
}

// notificationsByRoles are what somebody with these roles begins with; who has none came alone, as a manager would.
func notificationsByRoles(roles []Role) []Notification {
	if len(roles) == 0 {
		roles = []Role{UserManager}
	}
	var chosen []Notification
	for _, role := range roles {
		of, ok := firstNotifications[role]
		if !ok {
			return Notifications()
		}
		chosen = append(chosen, of...)
	}
	return sortedNotifications(chosen)
}

func sortedNotifications(all []Notification) []Notification {
	return slices.Compact(slices.Sorted(slices.Values(all)))
}

// joinNotifications and SplitNotifications write and read the column access_stakeholders.notifications.
func joinNotifications(all []Notification) string {
	texts := make([]string, len(all))
	for i, n := range all {
		texts[i] = string(n)
	}
	return strings.Join(texts, ",")
}

// SplitNotifications reads what access_stakeholders.notifications holds.
func SplitNotifications(column string) []Notification {
	if column == "" {
		return []Notification{}
	}
	texts := strings.Split(column, ",")
	all := make([]Notification, len(texts))
	for i, text := range texts {
		all[i] = Notification(text)
	}
	return all
}

// MailChoices are which mails a person wants.
type MailChoices struct {
	// Email are the notifications switched on, sorted.
	Email []Notification
	// LeastSeverity is the severity from which on reported vulnerabilities are worth a mail, 0.0 to 10.0.
	LeastSeverity float64
}

const (
	mailChoices = `
	SELECT notifications, least_severity_tenths
	  FROM access_stakeholders
	 WHERE email = $1`

	setMailChoices = `
	UPDATE access_stakeholders
	   SET notifications = $2
	 WHERE email = $1`

	setMailChoicesAndSeverity = `
	UPDATE access_stakeholders
	   SET notifications = $2,
	       least_severity_tenths = $3
	 WHERE email = $1`

	// Of a person who has never signed in; nobody else has rows here.
	rolesBeforeSignIn = `
	SELECT m.role
	  FROM access_memberships m
	  JOIN access_stakeholders s ON s.email = m.email
	 WHERE m.email = $1
	   AND NOT m.implied
	   AND s.registered_at = 0`

	hasNeverSignedIn = `
	SELECT count(*)
	  FROM access_stakeholders
	 WHERE email = $1
	   AND registered_at = 0`
)

// defaultLeastSeverity is where everybody begins.
const defaultLeastSeverity = 3.0

// MailChoices answers the caller's own. Problems: Unauthenticated.
func (s *Service) MailChoices(ctx context.Context) (MailChoices, error) {
	grant, err := s.Self(ctx)
	if err != nil {
		return MailChoices{}, err
	}
	found, err := database.Collect(ctx, s.db, func(row database.Row) (MailChoices, error) {
		var names string
		var tenths int64
		err := row.Scan(&names, &tenths)
		return MailChoices{SplitNotifications(names), float64(tenths) / 10}, err
	}, mailChoices, grant.actor.Email)
	if err != nil {
		return MailChoices{}, inRoom("read the mail choices", err)
	}
	if len(found) == 0 { // the host gets none
		return MailChoices{Email: []Notification{}, LeastSeverity: defaultLeastSeverity}, nil
	}
	return found[0], nil
}

// UpdateMailChoices replaces the notifications that the caller has switched on; leastSeverity is 0.0 to 10.0, with one
// decimal kept, or nil to leave it as it is. Problems: Unauthenticated; Invalid (email, minSeverity).
func (s *Service) UpdateMailChoices(ctx context.Context, email []Notification, leastSeverity *float64) error {
	for _, n := range email {
		if !slices.Contains(Notifications(), n) {
			return problem.Invalid("email", "Exception - Field email is invalid").With("allowed", Notifications())
		}
	}
	chosen := sortedNotifications(email)
	if leastSeverity == nil {
		return s.set(ctx, "updateNotificationsPreferences", map[string]any{"email": chosen},
			setMailChoices, joinNotifications(chosen))
	}
	if math.IsNaN(*leastSeverity) || *leastSeverity < 0 || *leastSeverity > 10 {
		return problem.Invalid("minSeverity", "Exception - CVSS field value must be a number").With("min", 0).With("max", 10)
	}
	tenths := int64(math.Round(*leastSeverity * 10))
	return s.set(ctx, "updateNotificationsPreferences", map[string]any{"email": chosen, "minSeverity": float64(tenths) / 10},
		setMailChoicesAndSeverity, joinNotifications(chosen), tenths)
}

// beginMailChoices switches on what somebody begins with, before their first sign-in is noted; it changes nothing later.
func (s *Service) beginMailChoices(ctx context.Context, tx *database.Tx, email string) error {
	first, err := database.One(ctx, tx, database.Value[int], hasNeverSignedIn, email)
	if err != nil || first == 0 {
		return inRoom("look for a first sign-in", err)
	}
	roles, err := database.Collect(ctx, tx, database.Value[Role], rolesBeforeSignIn, email)
	if err != nil {
		return inRoom("read the roles of somebody new", err)
	}
	_, err = tx.Exec(ctx, setMailChoices, email, joinNotifications(notificationsByRoles(roles)))
	return inRoom("begin the mail choices", err)
}
