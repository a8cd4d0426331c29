package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"asm.example/asm/internal/access"
)

func TestTheMethodDecidesWhatAnAddressDoes(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, nil)
	const allow = "GET, HEAD, POST, OPTIONS"
	query := "/api?query=" + url.QueryEscape(`{ __typename }`)
	mutation := "/api?query=" + url.QueryEscape(`mutation { acceptLegal { success } }`)
	for _, row := range []struct {
		method, path string
		headers      []string
		status       int
		allow, kind  string
	}{
		{http.MethodGet, "/api", []string{"Accept", "text/html"}, 200, "", "text/html"},
		{http.MethodGet, "/api", []string{"Accept", plainJSON}, 400, "", plainJSON},
		{http.MethodGet, query, []string{"Accept", "text/html, */*;q=0.1"}, 200, "", plainJSON},
		{http.MethodGet, query, []string{"Accept", responseJSON}, 200, "", responseJSON},
		{http.MethodHead, query, nil, 200, "", plainJSON},
		{http.MethodGet, mutation, nil, 405, "POST", plainJSON},
		{http.MethodPut, "/api", nil, 405, allow, plainJSON},
		{http.MethodDelete, "/api", nil, 405, allow, plainJSON},
		{http.MethodPatch, "/api", nil, 405, allow, plainJSON},
		{http.MethodOptions, "/api", nil, 204, allow, ""},
		{http.MethodPost, "/orgs/acme", nil, 405, "GET, HEAD", "text/plain"},
		{http.MethodGet, query, []string{"Accept", "image/png"}, 406, "", plainJSON},
		{http.MethodGet, query, []string{"Accept", "application/json;q=0, image/*"}, 406, "", plainJSON},
	} {
		r := h.do(request(row.method, row.path, "", row.headers...))
		if r.StatusCode != row.status || r.Header.Get("Allow") != row.allow || !strings.HasPrefix(r.Header.Get("Content-Type"), row.kind) {
			t.Errorf("%s %s %q: %d, Allow %q, %s %.100s; want %d, %q, %s", row.method, row.path, row.headers,
				r.StatusCode, r.Header.Get("Allow"), r.Header.Get("Content-Type"), r.body, row.status, row.allow, row.kind)
		}
	}
}

func TestARequestThatIsNoneIsRefusedInWords(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, nil)
	good := document(`{ __typename }`)
	for _, row := range []struct {
		what, kind, body string
		status           int
		message          string
	}{
		{"no Content-Type", "", good, 415, "Content-Type"},
		{"text", "text/plain", good, 415, "Content-Type"},
		{"a form", "application/x-www-form-urlencoded", "query={__typename}", 415, "Content-Type"},
		{"a document alone", "application/graphql", "{__typename}", 415, "Content-Type"},
		{"another charset", "application/json; charset=iso-8859-1", good, 415, "UTF-8"},
		{"broken Content-Type", "application/json; charset", good, 415, "Content-Type"},
		{"nothing", plainJSON, "", 400, "not a JSON object"},
		{"cut JSON", plainJSON, good[:len(good)-2], 400, "not a JSON object"},
		{"two objects", plainJSON, good + good, 400, "not a JSON object"},
		{"a batch", plainJSON, "[" + good + "]", 400, "one at a time"},
		{"a batch behind spaces", plainJSON, " \n[" + good + "]", 400, "one at a time"},
		{"a string", plainJSON, `"{__typename}"`, 400, "not a JSON object"},
		{"null", plainJSON, `null`, 400, "query"},
		{"no query", plainJSON, `{}`, 400, "query is missing"},
		{"an empty query", plainJSON, `{"query":""}`, 400, "query is missing"},
		{"query of the wrong type", plainJSON, `{"query":{}}`, 400, "query"},
		{"operationName of the wrong type", plainJSON, `{"query":"{__typename}","operationName":{}}`, 400, "operationName"},
		{"variables as a list", plainJSON, `{"query":"{__typename}","variables":[]}`, 400, "variables"},
		{"variables as a string", plainJSON, `{"query":"{__typename}","variables":"{}"}`, 400, "variables"},
		{"extensions as a number", plainJSON, `{"query":"{__typename}","extensions":0}`, 400, "extensions"},
		{"bytes that are no text", plainJSON, "\xff\xfe", 400, "not a JSON object"},
		{"ten megabytes", plainJSON, document("{ __typename #" + strings.Repeat("x", 10<<20) + "\n}"), 413, "1048576"},
	} {
		for _, media := range []string{plainJSON, responseJSON} {
			headers := []string{"Accept", media}
			if row.kind != "" {
				headers = append(headers, "Content-Type", row.kind)
			}
			r := h.do(request(http.MethodPost, "/api", row.body, headers...))
			a := r.answer(t)
			if r.StatusCode != row.status || len(a.Errors) != 1 || !strings.Contains(a.Errors[0].Message, row.message) ||
				a.Errors[0].Extensions["code"] != "BAD_REQUEST" || a.Data != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), media) {
				t.Errorf("%s: %d %.300s; want %d and %q", row.what, r.StatusCode, r.body, row.status, row.message)
			}
		}
	}
	if r := h.do(request(http.MethodPost, "/api", good, "Content-Type", "application/json; charset=UTF-8")); r.StatusCode != 200 {
		t.Errorf("charset=UTF-8: %d %s", r.StatusCode, r.body)
	}
}

func TestADocumentThatIsWrongOrTooMuchIsRefusedBeforeItRuns(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, nil)
	h.Person(ana, access.User)
	token := bearer(h.Token(ana))
	many := func(n int, each func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(each(i))
		}
		return b.String()
	}
	for what, query := range map[string]string{
		"no document":           `{ me { userEmail }`,
		"binary":                "\x00\x01",
		"an unknown field":      `{ me { password } }`,
		"a wrong argument":      `{ group(name: "web") { name } }`,
		"a wrong type":          `{ group(groupName: 7) { name } }`,
		"two operations":        `query A { me { role } } query B { me { role } }`,
		"a subscription":        `subscription { me { role } }`,
		"depth 10,000":          strings.Repeat(`{ a `, 10_000) + strings.Repeat(`}`, 10_000),
		"100,000 aliases":       `{ ` + many(100_000, func(i int) string { return fmt.Sprintf("a%d:me{role} ", i) }) + `}`,
		"2,000 aliases":         `{ ` + many(2000, func(i int) string { return fmt.Sprintf("a%d:me{role} ", i) }) + `}`,
		"a fragment's cycle":    `{ me { ...a } } fragment a on Me { ...b } fragment b on Me { ...a }`,
		"a flood of directives": `{ me ` + strings.Repeat(`@skip(if: false) `, 4000) + `{ role } }`,
		"a bomb of fragments": `{ me { ...f0 } } ` + many(30, func(i int) string {
			return fmt.Sprintf("fragment f%d on Me { ...f%d ...f%d } ", i, i+1, i+1)
		}) + `fragment f30 on Me { role }`,
	} {
		for _, media := range []string{plainJSON, responseJSON} {
			r := h.ask(query, append(token, "Accept", media)...)
			a := r.answer(t)
			status := http.StatusOK
			if media == responseJSON {
				status = http.StatusBadRequest
			}
			if len(r.body) > 512<<10 || len(a.Errors) == 0 || a.Data != nil {
				t.Errorf("%s: %d %.200s (%d bytes)", what, r.StatusCode, r.body, len(r.body))
			}
			// Beyond the limit on bytes it is no request at all.
			if r.StatusCode != status && r.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("%s as %s: status %d, want %d", what, media, r.StatusCode, status)
			}
			for _, e := range a.Errors {
				if e.Extensions["code"] == nil {
					t.Errorf("%s: an error without code: %s", what, e.Message)
				}
			}
		}
	}
}

func TestVariablesAndOperationsAreCheckedAgainstTheDocument(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, nil)
	h.Person(ana, access.Admin)
	token := append(bearer(h.Token(ana)), "Content-Type", plainJSON)
	for _, row := range []struct{ what, body, want string }{
		{"the operation of the name", `{"query":"query A { me { role } } query B { me { userEmail } }","operationName":"B"}`, `"data":{"me":{"userEmail":"ana@acme.test"}}`},
		{"an operation that is not there", `{"query":"query A { me { role } }","operationName":"B"}`, `"errors"`},
		{"a variable that is missing", `{"query":"query($g: String!) { group(groupName: $g) { name } }"}`, `BAD_USER_INPUT`},
		{"a variable of the wrong type", `{"query":"query($g: String!) { group(groupName: $g) { name } }","variables":{"g":{"a":1}}}`, `BAD_USER_INPUT`},
		{"null where none may be", `{"query":"query($g: String!) { group(groupName: $g) { name } }","variables":{"g":null}}`, `BAD_USER_INPUT`},
		{"variables null", `{"query":"{ me { role } }","variables":null,"operationName":null,"extensions":null}`, `"data":{"me":{"role":"admin"}}`},
		{"text that no database keeps", `{"query":"query($g: String!) { group(groupName: $g) { name } }","variables":{"g":"a\u0000b"}}`, `"errors"`},
		{"half of a pair", `{"query":"query($g: String!) { group(groupName: $g) { name } }","variables":{"g":"\ud800"}}`, `"errors"`},
	} {
		r := h.do(request(http.MethodPost, "/api", row.body, token...))
		if !strings.Contains(r.body, row.want) || strings.Contains(r.body, "Internal error") {
			t.Errorf("%s: %d %s, want %s", row.what, r.StatusCode, r.body, row.want)
		}
	}
	query := "/api?" + url.Values{"query": {`query($n: Int) { groups(first: $n) { edges { node { name } } } }`}, "variables": {`{"n": 1}`}}.Encode()
	if r := h.do(request(http.MethodGet, query, "", token...)); !strings.Contains(r.body, `"edges":[]`) {
		t.Errorf("variables by GET: %d %s", r.StatusCode, r.body)
	}
}

func TestAnErrorNeverShowsWhatIsInside(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, h *house) {
		h.Person(ana, access.Admin)
		token := bearer(h.Token(ana))
		for _, text := range []string{`'; DROP TABLE groups; --`, `\\u0000`, `%`, `" OR 1=1`, strings.Repeat("é", 5000), `<script>`} {
			for _, query := range []string{
				`{ group(groupName: "%s") { name } }`, `{ organization(organizationId: "%s") { name } }`, `{ finding(identifier: "%s") { title } }`,
				`{ vulnerability(uuid: "%s") { where } }`, `{ groups(after: "%s") { edges { cursor } } }`, `{ groups(search: "%s") { edges { cursor } } }`,
				`{ job(id: "%s") { id } }`, `mutation { invalidateAccessToken(id: "%s") { success } }`,
			} {
				r := h.ask(strings.Replace(query, "%s", strings.ReplaceAll(text, `"`, `\"`), 1), token...)
				for _, inside := range []string{"SELECT", "SQL", "goroutine", ".go:", "Internal error", "pgx", "syntax error at"} {
					if strings.Contains(r.body, inside) {
						t.Errorf("%s with %.20q shows %q: %.300s", query, text, inside, r.body)
					}
				}
			}
		}
	})
}
