package server_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/server"
)

// field is a part of a multipart body: a file where it has a file's name.
type field struct{ name, file, content string }

// form writes a multipart body and its Content-Type.
func form(t *testing.T, fields ...field) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range fields {
		var part io.Writer
		var err error
		if f.file == "" {
			part, err = w.CreateFormField(f.name)
		} else {
			part, err = w.CreateFormFile(f.name, f.file)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, f.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// importing is an operation that takes a file; its group is not there, so a request that is let through is denied.
var importing = field{"operations", "", `{"query":"mutation($file: Upload!) { importScan(groupName: \"none\", rootNickname: \"r\", file: $file) { success } }","variables":{"file":null}}`}

var (
	mapping = field{"map", "", `{"0":["variables.file"]}`}
	aFile   = field{"0", "scan.sarif", `{"version":"2.1.0","runs":[]}`}
)

// spooled are the names in the folder of uploads.
func (h *house) spooled(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(h.TempDir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestAMultipartRequestComesInItsOrderAndWithinItsLimits(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, func(c *server.Config) { c.Limits.MultipartBytes = 2 << 20; c.Limits.Files = 2 })
	h.Person(ana, access.User)
	token := bearer(h.Token(ana))
	second := field{"1", "b.sarif", "b"}
	for _, row := range []struct {
		what    string
		fields  []field
		status  int
		message string
	}{
		{"as the specification says", []field{importing, mapping, aFile}, 200, "Access denied"},
		{"a file more than announced", []field{importing, mapping, aFile, second}, 200, "Access denied"},
		{"nothing", nil, 400, "The part operations is missing"},
		{"map first", []field{mapping, importing, aFile}, 400, "The part operations was expected"},
		{"no map", []field{importing}, 400, "The part map is missing"},
		{"a file before map", []field{importing, aFile, mapping}, 400, "The part map was expected"},
		{"map that is no JSON", []field{importing, {"map", "", "0"}, aFile}, 400, "The part map is not a JSON object"},
		{"map without lists", []field{importing, {"map", "", `{"0":"variables.file"}`}, aFile}, 400, "The part map is not a JSON object"},
		{"a file that was not announced", []field{importing, mapping, second}, 400, `The part "1" is not announced`},
		{"the file missing", []field{importing, mapping}, 400, "announced and did not come"},
		{"too many files", []field{importing, {"map", "", `{"0":["variables.file"],"1":["variables.b"],"2":["variables.c"]}`}, aFile}, 413, "at most 2"},
		{"too large a file", []field{importing, mapping, {"0", "scan.sarif", strings.Repeat("x", 3<<20)}}, 413, "2097152"},
		{"too large operations", []field{{"operations", "", strings.Repeat(" ", 1<<20+1)}, mapping, aFile}, 413, "1 MiB"},
		{"operations as a batch", []field{{"operations", "", "[" + importing.content + "]"}, mapping, aFile}, 400, "one at a time"},
		{"a file at no variable", []field{importing, {"map", "", `{"0":["query"]}`}, aFile}, 200, ""},
		{"a file at a variable that is not there", []field{importing, {"map", "", `{"0":["variables.other"]}`}, aFile}, 200, ""},
		{"no file for the variable", []field{importing, {"map", "", `{}`}}, 200, ""},
		{"a text as the file", []field{{"operations", "", strings.Replace(importing.content, "null", `"text"`, 1)}, {"map", "", `{}`}}, 200, ""},
		{"a file written into the document", []field{{"operations", "", `{"query":"mutation { importScan(groupName: \"none\", rootNickname: \"r\", file: \"x\") { success } }"}`}, {"map", "", `{}`}}, 200, ""},
	} {
		body, kind := form(t, row.fields...)
		r := h.do(request(http.MethodPost, "/api", body, append(token, "Content-Type", kind)...))
		a := r.answer(t)
		if r.StatusCode != row.status || len(a.Errors) == 0 || !strings.Contains(a.Errors[0].Message, row.message) ||
			row.message == "" && (a.Errors[0].Message == "Access denied" || a.Errors[0].Message == "Internal error") {
			t.Errorf("%s: %d %.300s; want %d and %q", row.what, r.StatusCode, r.body, row.status, row.message)
		}
		if left := h.spooled(t); left != nil {
			t.Fatalf("%s: left behind: %v", row.what, left)
		}
	}
}

func TestABodyThatIsCutLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, nil)
	h.Person(ana, access.User)
	token := bearer(h.Token(ana))
	body, kind := form(t, importing, mapping, field{"0", "scan.sarif", strings.Repeat("x", 10_000)})
	for _, at := range []int{0, 10, len(body) / 4, len(body) / 2, len(body) - 30, len(body) - 6} {
		r := h.do(request(http.MethodPost, "/api", body[:at], append(token, "Content-Type", kind)...))
		if a := r.answer(t); r.StatusCode != http.StatusBadRequest || len(a.Errors) != 1 || strings.Contains(r.body, "Internal error") {
			t.Errorf("cut after %d of %d bytes: %d %s", at, len(body), r.StatusCode, r.body)
		}
		if left := h.spooled(t); left != nil {
			t.Fatalf("cut after %d bytes: left behind: %v", at, left)
		}
	}
	if r := h.do(request(http.MethodPost, "/api", body, append(token, "Content-Type", "multipart/form-data")...)); r.StatusCode != http.StatusBadRequest {
		t.Errorf("without boundary: %d %s", r.StatusCode, r.body)
	}
}

// unread fails the test when somebody reads a body.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("a stranger's files were read")
	return 0, errors.New("unread")
}

func TestNobodysFilesAreTakenFromAStranger(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, nil)
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/api", unread{t})
	r.Host, r.RemoteAddr = "asm.test", "192.0.2.1:1"
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")

	refusedWith(t, "a stranger's upload", h.do(r), loginRequired, "UNAUTHENTICATED")
}

func TestAClientThatGoesAwayIsNoFault(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, func(c *server.Config) { c.Loopback = true })
	h.Person(ana, access.User)
	listening := httptest.NewServer(h.handler)
	body, kind := form(t, importing, mapping, field{"0", "scan.sarif", strings.Repeat("x", 100_000)})
	connection, err := new(net.Dialer).DialContext(context.Background(), "tcp", listening.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	head := "POST /api HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + h.Token(ana) + "\r\nContent-Type: " + kind + "\r\nContent-Length: 200000\r\n\r\n"
	if _, err := io.WriteString(connection, head+body[:50_000]); err != nil {
		t.Fatal(err)
	}

	connection.Close()
	listening.Close() // waits until the request is over

	if left := h.spooled(t); left != nil {
		t.Errorf("left behind: %v", left)
	}
	if log := h.Log.String(); strings.Contains(log, "level=ERROR") {
		t.Errorf("the log calls it a fault: %s", log)
	}
}
