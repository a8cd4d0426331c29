package server_test

import (
	"io"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"asm.example/asm/web"
)

func TestEveryAddressOfThePagesAnswersTheApp(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, nil)
	home := h.do(request(http.MethodGet, "/", ""))
	if home.StatusCode != http.StatusOK || !strings.Contains(strings.ToLower(home.body), "<!doctype html>") || home.Header.Get("Cache-Control") != "no-cache" {
		t.Fatalf("home: %d %v %.100s", home.StatusCode, home.Header, home.body)
	}
	for _, path := range []string{"/orgs/acme/groups/web/vulns", "/invitation/abc.def", "/password/x", "/orgs/%2e%2e/x", "/a//b"} {
		r := h.do(request(http.MethodGet, path, ""))
		if r.StatusCode != http.StatusOK || r.body != home.body {
			// net/http's own cleaning of a path is a redirect to the clean one of ours.
			if location := r.Header.Get("Location"); !strings.HasPrefix(location, "/") || strings.HasPrefix(location, "//") {
				t.Errorf("%s: %d to %q", path, r.StatusCode, location)
			}
		}
	}
}

func TestNothingButTheAppsFilesIsServed(t *testing.T) {
	t.Parallel()
	h := onSQLite(t, nil)
	for _, path := range []string{
		"/assets/../../../etc/passwd.txt", "/assets/%2e%2e/%2e%2e/go.mod.txt", "/assets/..%2f..%2fembed.js", "/assets/none.js", "/assets/",
		"/assets/%00.js", "/none.js", "/..%5c..%5cx.txt", "/index.html.br", "//evil.test/x.js", "/assets/index.html/..%2f..%2findex.js",
	} {
		r := h.do(request(http.MethodGet, path, ""))
		isApp := strings.Contains(strings.ToLower(r.body), "<!doctype html>")
		redirected := r.StatusCode >= 300 && r.StatusCode < 400
		if redirected {
			if location := r.Header.Get("Location"); !strings.HasPrefix(location, "/") || strings.HasPrefix(location, "//") {
				t.Errorf("%s: redirected to %q", path, location)
			}
			continue
		}
		if r.StatusCode != http.StatusNotFound && !isApp || strings.Contains(r.body, "root:") || strings.Contains(r.body, "package ") {
			t.Errorf("%s: %d %.80q", path, r.StatusCode, r.body)
		}
	}
}

func TestAnAssetIsKeptForGoodAndReadByAnybody(t *testing.T) {
	t.Parallel()
	if !web.Built() {
		t.Skip("the web app is not built: run make build")
	}
	names, err := fs.Glob(web.Files(), "assets/*.js*")
	if err != nil || len(names) == 0 {
		t.Fatalf("no scripts in the build: %v", err)
	}
	h := onSQLite(t, nil)
	path := "/" + strings.TrimSuffix(names[0], ".br")

	plain := h.do(request(http.MethodGet, path, "", "Accept-Encoding", "gzip, br;q=0"))
	packed := h.do(request(http.MethodGet, path, "", "Accept-Encoding", "gzip, br"))
	head := h.do(request(http.MethodHead, path, "", "Accept-Encoding", "br"))

	for what, r := range map[string]reply{"plain": plain, "packed": packed, "head": head} {
		if r.StatusCode != http.StatusOK || r.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" ||
			r.Header.Get("Vary") != "Accept-Encoding" || r.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
			t.Errorf("%s: %d %v", what, r.StatusCode, r.Header)
		}
	}
	if plain.Header.Get("Content-Encoding") != "" || packed.Header.Get("Content-Encoding") != "br" || head.body != "" {
		t.Errorf("encodings: plain %q, packed %q, head %d bytes", plain.Header.Get("Content-Encoding"), packed.Header.Get("Content-Encoding"), len(head.body))
	}
	var unpacked strings.Builder
	if _, err := io.Copy(&unpacked, brotli.NewReader(strings.NewReader(packed.body))); err != nil || unpacked.String() != plain.body {
		t.Errorf("unpacked %d bytes (%v), plain %d", unpacked.Len(), err, len(plain.body))
	}
}
