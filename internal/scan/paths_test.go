package scan_test

import (
	"slices"
	"strings"
	"testing"

	"asm.example/asm/internal/scan"
	"asm.example/asm/internal/scan/sarif"
)

func at(uri string) sarif.Location {
	return sarif.Location{Artifact: sarif.Artifact{URI: uri}, StartLine: 3}
}

func TestPlacesAreRelativeToTheRoot(t *testing.T) {
	t.Parallel()
	run := &sarif.Run{Bases: map[string]sarif.Artifact{
		"REPO":    {URI: "file:///build/shop/"},
		"SRC":     {URI: " src/", BaseID: "REPO"},
		"LOOP":    {URI: "x/", BaseID: "LOOP"},
		"WINDOWS": {URI: "file:///D:/agent/work/"},
		"ROOT":    {URI: "file:///"},
	}}
	tests := []struct {
		name, uri, base string
		where           string // "!" and a reason when rejected
	}{
		{"plain", "src/a.go", "", "src/a.go"},
		{"unknown base", "src/a.go", "%SRCROOT%", "src/a.go"},
		{"absolute base", "a.go", "REPO", "a.go"},
		{"base relative to another", "a.go", "SRC", "src/a.go"},
		{"back out of a base", "../lib/a.go", "SRC", "lib/a.go"},
		{"base in a circle", "a.go", "LOOP", "x/x/x/x/x/x/x/x/a.go"},
		{"dots", "./src/./x/..//a.go", "", "src/a.go"},
		{"encoded", "src/a%20b%C3%A9.go", "", "src/a bé.go"},
		{"a lone percent sign", "src/100%.go", "", "src/100%.go"},
		{"backslashes", `src\win\a.cs`, "", "src/win/a.cs"},
		{"fragment stays in a name", "src/c#/a.cs", "", "src/c#/a.cs"},
		{"script and formula stay", "=cmd()/<script>.js", "", "=cmd()/<script>.js"},
		{"in an absolute base", "file:///build/shop/src/a.go", "", "src/a.go"},
		{"with a host", "file://ci.example/build/shop/a.go", "", "a.go"},
		{"with four slashes", "file:////build/shop/a.go", "", "a.go"},
		{"Windows path", `D:\agent\work\App\a.cs`, "", "App/a.cs"},
		{"Windows URI", "file:///d:/agent/work/App/a.cs", "", "App/a.cs"},
		{"without scheme", "/build/shop/a.go", "", "a.go"},
		{"upper case scheme", "FILE:///build/shop/a.go", "", "a.go"},
		{"above the root", "../a.go", "", "!the path leads above the root"},
		{"above the root, deep", "src/../../a.go", "", "!the path leads above the root"},
		{"above the root, encoded", "src/%2e%2e/%2E%2E/a.go", "", "!the path leads above the root"},
		{"above the root, backslashes", `..\a.go`, "", "!the path leads above the root"},
		{"above the root, absolute", "/../etc/passwd", "", "!the path leads above the root"},
		{"the root itself", "./", "", "!the path is empty: it names the root itself, not a file in it"},
		{"blank", "  ", "", "!the result has no location: neither a path nor a logical name"},
		{"control character", "src/a%00.go", "", "!the path has the control character U+0000 at byte 5"},
		{"line feed", "src/a\n.go", "", "!the path has the control character U+000A at byte 5"},
		{"no UTF-8", "src/\uFFFD.go", "", "!the path has a character at byte 4 that is no UTF-8"},
		{"encoded bytes that are no UTF-8", "src/%FF.go", "", "src/%FF.go"},
		{"other scheme", "git://host/a.go", "", `!the URI scheme "git" is none of file, http, https, tcp and udp`},
		{"too long", strings.Repeat("a", 1001), "", "!the path is longer than 1000 characters"},
	}
	for _, test := range tests {
		paths := scan.NewPaths(run)
		location := at(test.uri)
		location.BaseID = test.base
		place, err := paths.Place(location)
		reason, rejected := strings.CutPrefix(test.where, "!")
		switch {
		case rejected && (err == nil || err.Error() != reason):
			t.Errorf("%s: %+v, %v; want rejection: %s", test.name, place, err, reason)
		case !rejected && (err != nil || place != scan.Place{Type: scan.Lines, Where: test.where, Specific: "3"}):
			t.Errorf("%s: %+v, %v; want %s", test.name, place, err, test.where)
		}
	}
}

func TestPlacesOffTheFileSystem(t *testing.T) {
	t.Parallel()
	named := at("")
	named.Logical, named.StartLine = "pkg.Type.Method", 0
	page := at("https://user:secret@shop.test/login?next=%2F#top")
	page.Logical = "next"
	tests := []struct {
		location sarif.Location
		want     scan.Place
	}{
		{named, scan.Place{Type: scan.Lines, Where: "pkg.Type.Method", Specific: "0"}},
		{page, scan.Place{Type: scan.Inputs, Where: "https://shop.test/login?next=%2F", Specific: "next"}},
		{at("tcp://10.0.0.7:8443"), scan.Place{Type: scan.Ports, Where: "10.0.0.7", Specific: "8443"}},
	}
	for _, test := range tests {
		if got, err := scan.NewPaths(&sarif.Run{}).Place(test.location); err != nil || got != test.want {
			t.Errorf("%+v, %v; want %+v", got, err, test.want)
		}
	}
}

func TestAbsolutePathsLoseTheCommonDirectory(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, previous string
		uris           []string
		directory      string
		want           []string
	}{
		{"two files", "", []string{"/ci/shop/src/a.go", "file:///ci/shop/lib/b.go"}, "/ci/shop/", []string{"src/a.go", "lib/b.go"}},
		{"one file", "", []string{"/ci/shop/src/a.go"}, "/ci/shop/src/", []string{"a.go"}},
		{"only whole names are common", "", []string{"/ci/shop/a.go", "/ci/shop2/b.go"}, "/ci/", []string{"shop/a.go", "shop2/b.go"}},
		{"relative ones stay", "", []string{"/ci/shop/a.go", "src/b.go"}, "/ci/shop/", []string{"a.go", "src/b.go"}},
		{"nothing in common", "", []string{"/a/x.go", "/b/y.go"}, "/", []string{"a/x.go", "b/y.go"}},
		{"drives", "", []string{`C:\code\a.c`, "c:/code/b.c"}, "/C:/code/", []string{"a.c", "b.c"}},
		{"the one before is kept", "/ci/shop/", []string{"/ci/shop/src/a.go"}, "/ci/shop/", []string{"src/a.go"}},
		{"unless it no longer contains all", "/ci/shop/src/", []string{"/ci/shop/src/a.go", "/ci/shop/b.go"}, "/ci/shop/", []string{"src/a.go", "b.go"}},
		{"or the checkout went elsewhere", "/ci/1/shop/", []string{"/ci/2/shop/src/a.go", "/ci/2/shop/b.go"}, "/ci/2/shop/", []string{"src/a.go", "b.go"}},
		{"none is absolute", "/ci/shop/", []string{"a.go"}, "", []string{"a.go"}},
	}
	for _, test := range tests {
		paths := scan.NewPaths(&sarif.Run{})
		for _, uri := range test.uris {
			paths.Observe(at(uri))
		}
		if got := paths.Settle(test.previous); got != test.directory {
			t.Errorf("%s: lost %q, want %q", test.name, got, test.directory)
		}
		var got []string
		for _, uri := range test.uris {
			place, err := paths.Place(at(uri))
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
			got = append(got, place.Where)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestTheWholeFileSystemIsNoBase(t *testing.T) {
	t.Parallel()
	paths := scan.NewPaths(&sarif.Run{Bases: map[string]sarif.Artifact{"ROOT": {URI: "file:///"}}})
	for _, uri := range []string{"/ci/shop/a.go", "/ci/shop/b.go"} {
		paths.Observe(at(uri))
	}

	if got := paths.Settle(""); got != "/ci/shop/" {
		t.Errorf("lost %q, want /ci/shop/", got)
	}
}

func TestTheReceiptNotesWhatPathsLost(t *testing.T) {
	t.Parallel()
	paths := scan.NewPaths(&sarif.Run{Bases: map[string]sarif.Artifact{"SRC": {URI: "file:///build/"}}})
	for _, uri := range []string{"/ci/shop/a.go", "/ci/shop/b.go", "/build/c.go", "d.go"} {
		paths.Observe(at(uri))
	}
	paths.Settle("")
	for _, uri := range []string{"/ci/shop/a.go", "/build/c.go", "d.go"} {
		if _, err := paths.Place(at(uri)); err != nil {
			t.Error(err)
		}
	}

	want := []string{"absolute paths lost the directory /build/", "absolute paths lost the directory /ci/shop/"}
	if got := paths.Notes(); !slices.Equal(got, want) {
		t.Errorf("notes = %q, want %q", got, want)
	}
}

func TestPathsFollowTheCommonDirectory(t *testing.T) {
	t.Parallel()
	tests := []struct{ path, before, now, want string }{
		{"a.go", "/ci/shop/src/", "/ci/shop/", "src/a.go"},
		{"src/a.go", "/ci/shop/", "/ci/shop/src/", "a.go"},
		{"lib/a.go", "/ci/shop/", "/ci/shop/src/", "lib/a.go"},
		{"a.go", "/ci/1/", "/ci/2/", "a.go"},
		{"a.go", "", "/ci/", "a.go"},
		{"x/a.go", "/ci/", "/", "ci/x/a.go"},
	}
	for _, test := range tests {
		if got := scan.Rebase(test.path, test.before, test.now); got != test.want {
			t.Errorf("Rebase(%q, %q, %q) = %q, want %q", test.path, test.before, test.now, got, test.want)
		}
	}
}

func FuzzPlace(f *testing.F) {
	for _, seed := range []string{"src/a.go", "../a", "file:///C:/a", "%2e%2e/a", `\\host\share\a`, "https://h/p", "tcp://h:1", "a\x00", "file://", "//", "C:/"} {
		f.Add(seed, "file:///build/")
	}
	f.Fuzz(func(t *testing.T, uri, base string) {
		paths := scan.NewPaths(&sarif.Run{Bases: map[string]sarif.Artifact{"B": {URI: base, BaseID: "B"}}})
		paths.Observe(at(uri))
		paths.Settle(base)
		for _, name := range []string{"", "B"} {
			location := at(uri)
			location.BaseID = name
			place, err := paths.Place(location)
			if err != nil || place.Type != scan.Lines {
				continue
			}
			if place.Where == "" || strings.HasPrefix(place.Where, "/") || strings.ContainsAny(place.Where, "\x00\n\r\\") ||
				slices.ContainsFunc(strings.Split(place.Where, "/"), func(s string) bool { return s == "" || s == "." || s == ".." }) {
				t.Errorf("%q becomes the place %q", uri, place.Where)
			}
		}
	})
}
