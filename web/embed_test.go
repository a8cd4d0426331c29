package web

import (
	"bytes"
	"errors"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"
)

func TestAFileThatIsThereAsABrotliCopyAloneOpensByItsPlainName(t *testing.T) {
	t.Parallel()
	files := decoding{fstest.MapFS{
		"assets/app.js.br":    {Data: compressed(t, "run()")},
		"assets/font.woff2":   {Data: []byte("font")},
		"assets/broken.js.br": {Data: []byte("no brotli")},
	}}

	for name, want := range map[string]string{
		"assets/app.js":     "run()",
		"assets/font.woff2": "font",
	} {
		got, err := fs.ReadFile(files, name)
		if err != nil || string(got) != want {
			t.Errorf("%s = %q, %v, want %q", name, got, err, want)
		}
	}
	if info, err := fs.Stat(files, "assets/app.js"); err != nil || info.Name() != "app.js" || info.Size() != 5 {
		t.Errorf("Stat of a decoded file = %v, %v, want app.js of 5 bytes", info, err)
	}
	if _, err := files.Open("assets/missing.js"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file = %v, want %v", err, fs.ErrNotExist)
	}
	if _, err := files.Open("assets/broken.js"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a broken copy = %v, want an error that tells of it", err)
	}
}

func TestThereIsAPageWithAndWithoutABuild(t *testing.T) {
	t.Parallel()
	page, err := fs.ReadFile(Files(), "index.html")
	if err != nil {
		t.Fatal(err)
	}

	if saysMakeBuild := bytes.Contains(page, []byte("make build")); saysMakeBuild == Built() {
		t.Errorf("built = %t, and the page that says make build is shown = %t, want one of the two", Built(), saysMakeBuild)
	}
}

func compressed(t *testing.T, text string) []byte {
	t.Helper()
	var into bytes.Buffer
	w := brotli.NewWriter(&into)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return into.Bytes()
}
