package server

import (
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"asm.example/asm/web"
)

// pagePolicy is the Content-Security-Policy of our pages: scripts are files of ours, nothing is asked of another machine.
// Styles may be inline since the component library and the editor write them; workers are the editor's.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; " +
	"connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// app serves the files of the web app.
type app struct {
	files fs.FS
	// types by ending, for the few kinds of file that a build makes; the system's own table is not asked, since it differs.
	types map[string]string
}

func newApp(Config) (*app, error) {
	a := &app{files: web.Files(), types: map[string]string{
		".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
		".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2", ".ttf": "font/ttf",
		".json": "application/json", ".txt": "text/plain; charset=utf-8", ".wasm": "application/wasm", ".webmanifest": "application/manifest+json",
	}}
	if _, err := fs.Stat(a.files, "index.html"); err != nil {
		return nil, fmt.Errorf("index.html: %w", err)
	}
	return a, nil
}

// servePage answers the app for any address of its own; which page it shows is decided in the browser. What looks like a
// file is one, or is not there.
func (a *app) servePage(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "This address is read by GET.", http.StatusMethodNotAllowed)
		return
	}
	if name := strings.TrimPrefix(path.Clean(r.URL.Path), "/"); a.types[path.Ext(name)] != "" {
		a.serveFile(w, r, name, "public, max-age=3600")
		return
	}
	a.serveHTML(w, r, "index.html")
}

// servePlayground answers the playground.
func (a *app) servePlayground(w http.ResponseWriter, r *http.Request) {
	a.serveHTML(w, r, "playground.html")
}

// serveHTML answers a page; it is asked for anew each time, so that a new version is seen at once.
func (a *app) serveHTML(w http.ResponseWriter, r *http.Request, name string) {
	if !web.Built() {
		name = "index.html"
	}
	w.Header().Set("Content-Security-Policy", pagePolicy)
	w.Header().Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	a.serveFile(w, r, name, "no-cache")
}

// serveAsset answers a file whose name changes with its content, so that it can be kept for good.
func (a *app) serveAsset(w http.ResponseWriter, r *http.Request) {
	a.serveFile(w, r, strings.TrimPrefix(path.Clean(r.URL.Path), "/"), "public, max-age=31536000, immutable")
}

// serveFile answers a file, in its compressed copy where the client reads brotli.
func (a *app) serveFile(w http.ResponseWriter, r *http.Request, name, caching string) {
	kind := a.types[path.Ext(name)]
	if kind == "" {
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	content, err := fs.ReadFile(a.files, name+".br")
	switch {
	case err == nil && readsBrotli(r):
		header.Set("Content-Encoding", "br")
	default:
		if content, err = fs.ReadFile(a.files, name); err != nil {
			header.Del("Content-Security-Policy")
			http.NotFound(w, r)
			return
		}
	}
	header.Set("Vary", "Accept-Encoding")
	header.Set("Content-Type", kind)
	header.Set("Cache-Control", caching)
	header.Set("Content-Length", strconv.Itoa(len(content)))
	if r.Method == http.MethodHead {
		return
	}
	// The client is gone when this fails; there is nobody left to tell.
	_, _ = w.Write(content)
}

// readsBrotli tells whether a client names br among the encodings it reads, and not with the weight zero.
func readsBrotli(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, parameters, err := mime.ParseMediaType(part)
		if err == nil && coding == "br" {
			weight, err := strconv.ParseFloat(parameters["q"], 64)
			return err != nil || weight > 0
		}
	}
	return false
}
