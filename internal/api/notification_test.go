package api_test

import (
	"reflect"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest/world"
)

func TestPeopleChooseTheirMailsAndTours(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		w.Serve()
		w.Organization("acme")
		w.Group("acme", "web")
		w.Person("dev@acme.test", access.User)
		w.JoinGroup("dev@acme.test", "web", access.Reattacker)
		token := w.Token("dev@acme.test")
		const asked = `{ me { phone { countryCode } tours { newGroup newRiskExposure newRoot welcome }
			notificationsPreferences { email available sms parameters { minSeverity } } } }`

		before := w.Ask(token, asked, nil).Data["me"].(map[string]any)
		wantTours := map[string]any{"newGroup": false, "newRiskExposure": true, "newRoot": false, "welcome": false}
		if !reflect.DeepEqual(before["tours"], wantTours) || before["phone"] != nil {
			t.Errorf("at first: %v", before)
		}
		choices := before["notificationsPreferences"].(map[string]any)
		wantOffered := []any{"EVENT_REPORT", "REMEDIATE_FINDING", "VULNERABILITY_ASSIGNED", "VULNERABILITY_REPORT"}
		if !reflect.DeepEqual(choices["available"], wantOffered) {
			t.Errorf("offered to a reattacker: %v, want %v", choices["available"], wantOffered)
		}

		answer := w.Ask(token, `mutation {
			updateTours(tours: {newGroup: true, newRiskExposure: false, newRoot: false, welcome: true}) { success }
			a: updateNotificationsPreferences(notificationsPreferences: {email: [REMEDIATE_FINDING, EVENT_REPORT], sms: [NEW_COMMENT], parameters: {minSeverity: 7.5}}) { success }
			b: updateNotificationsPreferences(notificationsPreferences: {email: [REMEDIATE_FINDING, EVENT_REPORT]}) { success }
		}`, nil)
		if answer.Message() != "" {
			t.Fatal(answer.Message())
		}
		after := w.Ask(token, asked, nil).Data["me"].(map[string]any)
		if got := after["tours"].(map[string]any); got["newGroup"] != true || got["newRiskExposure"] != false || got["welcome"] != true {
			t.Errorf("tours afterwards: %v", got)
		}
		want := map[string]any{"email": []any{"EVENT_REPORT", "REMEDIATE_FINDING"}, "available": wantOffered, "sms": []any{},
			"parameters": map[string]any{"minSeverity": 7.5}}
		if !reflect.DeepEqual(after["notificationsPreferences"], want) {
			t.Errorf("choices afterwards: %v, want %v", after["notificationsPreferences"], want)
		}

		for document, message := range map[string]string{
			`mutation { updateNotificationsPreferences(notificationsPreferences: {email: [], parameters: {minSeverity: 10.1}}) { success } }`: "Exception - CVSS field value must be a number",
			`mutation { verifyStakeholder { success } }`: "Exception - Stakeholder verification could not be started",
			`mutation { updateStakeholderPhone(phone: {callingCountryCode: "1", nationalNumber: "2"}, verificationCode: "3") { success } }`: "Exception - Stakeholder could not be verified",
		} {
			if got := w.Ask(token, document, nil).Message(); got != message {
				t.Errorf("%s answers %q, want %q", document, got, message)
			}
		}
	})
}
