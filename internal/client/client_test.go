package client_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"asm.example/asm/internal/client"
)

// serving answers a client of a server that does this.
func serving(t *testing.T, handle http.HandlerFunc) *client.Client {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	c, err := client.New(server.URL, "secret", server.Client())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func answering(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, body)
	}
}

func TestARequestCarriesTokenQueryAndVariables(t *testing.T) {
	t.Parallel()
	var path, authorization string
	var sent map[string]any
	c := serving(t, func(w http.ResponseWriter, r *http.Request) {
		path, authorization = r.URL.Path, r.Header.Get("Authorization")
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
			t.Error(err)
		}
		answering(`{"data":{"me":{"userEmail":"a@acme.test"}}}`)(w, r)
	})

	var answer struct{ Me struct{ UserEmail string } }
	err := c.Do(context.Background(), "{ me { userEmail } }", map[string]any{"n": 1}, &answer)
	if err != nil {
		t.Fatal(err)
	}

	if path != "/api" || authorization != "Bearer secret" {
		t.Errorf("sent to %s with %q, want /api with Bearer secret", path, authorization)
	}
	if sent["query"] != "{ me { userEmail } }" || sent["variables"].(map[string]any)["n"] != 1.0 {
		t.Errorf("sent %v", sent)
	}
	if answer.Me.UserEmail != "a@acme.test" {
		t.Errorf("answer = %+v", answer)
	}
}

func TestTheServersErrorsAreARefusal(t *testing.T) {
	t.Parallel()
	c := serving(t, answering(`{"data":null,"errors":[{"message":"Access denied","extensions":{"code":"FORBIDDEN"}}]}`))

	err := c.Do(context.Background(), "{ group }", nil, &struct{}{})

	refused, ok := client.AsRefused(err)
	if !ok || refused.Error() != "Access denied" || refused.Code() != "FORBIDDEN" {
		t.Errorf("error = %v, want the refusal", err)
	}
}

func TestAnAnswerThatIsNoGraphQLIsShown(t *testing.T) {
	t.Parallel()
	c := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<h1>proxy</h1>")
	})

	_, err := c.Ask(context.Background(), "{ me }", nil)

	if err == nil || !strings.Contains(err.Error(), "502 Bad Gateway") || !strings.Contains(err.Error(), "<h1>proxy</h1>") {
		t.Errorf("error = %v, want the status and what came", err)
	}
}

func TestAScanIsSentAsMultipart(t *testing.T) {
	t.Parallel()
	var operations, mapping, content, name string
	c := serving(t, func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			t.Error(err)
		}
		operations, mapping = r.FormValue("operations"), r.FormValue("map")
		file, header, err := r.FormFile("0")
		if err != nil {
			t.Error(err)
			return
		}
		bytes, _ := io.ReadAll(file)
		content, name = string(bytes), header.Filename
		answering(`{"data":{"importScan":{"receipt":{"read":2,"created":2,"notes":[],"rejections":[]}}}}`)(w, r)
	})

	receipt, err := c.ImportScan(context.Background(), client.Import{Group: "web", Root: "shop", DryRun: true},
		client.Upload{Name: "gosec.sarif", Content: strings.NewReader(`{"runs":[]}`)})
	if err != nil {
		t.Fatal(err)
	}

	if receipt.Read != 2 || receipt.Created != 2 {
		t.Errorf("receipt = %+v", receipt)
	}
	if content != `{"runs":[]}` || name != "gosec.sarif" || mapping != `{"0":["variables.file"]}` {
		t.Errorf("file %q named %q mapped %s", content, name, mapping)
	}
	var sent struct{ Variables map[string]any }
	if err := json.Unmarshal([]byte(operations), &sent); err != nil || sent.Variables["dryRun"] != true || sent.Variables["rootNickname"] != "shop" {
		t.Errorf("operations = %s", operations)
	}
}

func TestAServerThatAnswersBeforeTheFileIsReadIsHeard(t *testing.T) {
	t.Parallel()
	c := serving(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"data":null,"errors":[{"message":"Login required"}]}`)
	})

	_, err := c.ImportScan(context.Background(), client.Import{Group: "web", Root: "shop"},
		client.Upload{Name: "big.sarif", Content: strings.NewReader(strings.Repeat(" ", 1<<20))})

	if err == nil {
		t.Error("no error, want the refusal or a broken connection")
	}
}

func TestAddressesAreUnderstoodOrRefused(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "asm.example", "ftp://asm.example", "http://"} {
		if _, err := client.New(address, "", http.DefaultClient); err == nil {
			t.Errorf("New(%q) was accepted", address)
		}
	}
}
