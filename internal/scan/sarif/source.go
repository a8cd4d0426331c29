package sarif

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// sniffed is how much of a file is looked at to tell what it is.
const sniffed = 512

// chunk is the most that is read at once, so that a limit is noticed soon after it is passed.
const chunk = 64 << 10

// source feeds the decoder and stops it before a hostile file makes its buffer grow: the decoder keeps a token, and the
// white space before it, in memory until it is complete.
type source struct {
	ctx       context.Context
	from      *bufio.Reader
	limits    Limits
	consumed  func() int64 // how far the decoder has come
	delivered int64        // since the JSON text's start
	blanks    int64        // white space at the end of what was delivered
}

func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.from.Read(p[:min(len(p), chunk)])
	if n == 0 {
		return 0, err
	}
	s.delivered += int64(n)
	s.countBlanks(p[:n])
	switch {
	case s.delivered > s.limits.Bytes:
		return 0, &Refusal{Reason: fmt.Sprintf("The scan is larger than %s", size(s.limits.Bytes))}
	case s.blanks > s.limits.Blanks:
		at := s.delivered - s.blanks
		return 0, &Refusal{Reason: fmt.Sprintf("The scan has more than %s of white space in a row", size(s.limits.Blanks)), At: &Place{Offset: at}}
	case s.delivered-s.consumed() > s.limits.Token+s.limits.Blanks:
		return 0, &Refusal{Reason: fmt.Sprintf("The scan has a text longer than %s", size(s.limits.Token)), At: &Place{Offset: s.consumed()}}
	}
	return n, err
}

func (s *source) countBlanks(chunk []byte) {
	solid := bytes.TrimRight(chunk, " \t\r\n")
	if len(solid) == 0 {
		s.blanks += int64(len(chunk))
		return
	}
	s.blanks = int64(len(chunk) - len(solid))
}

// newDecoder rewinds to the JSON text's start. Duplicate names are read (the last one counts, elements of runs and results
// add up) and invalid UTF-8 becomes U+FFFD, so that one bad snippet does not cost the scan; paths with it are rejected above.
func (l *Log) newDecoder(ctx context.Context) (*jsontext.Decoder, error) {
	if _, err := l.source.Seek(l.start, io.SeekStart); err != nil {
		return nil, fmt.Errorf("rewind the scan: %w", err)
	}
	s := &source{ctx: ctx, from: bufio.NewReaderSize(l.source, chunk), limits: l.limits}
	decoder := jsontext.NewDecoder(s, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	s.consumed = decoder.InputOffset
	return decoder, nil
}

// sniff finds where the JSON text begins, or says what the file is instead. A file of white space alone, however long, is
// left to the decoder and its limit.
func sniff(r io.ReadSeeker) (start int64, err error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return 0, fmt.Errorf("rewind the scan: %w", err)
	}
	head := make([]byte, sniffed)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return 0, fmt.Errorf("read the scan: %w", err)
	}
	head = head[:n]
	if rest, ok := bytes.CutPrefix(head, []byte("\xef\xbb\xbf")); ok {
		head, start = rest, 3
	}
	text := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case len(text) == 0 && n < sniffed:
		return 0, &Refusal{Reason: "The scan is empty"}
	case isUTF16(head):
		return 0, &Refusal{Reason: "The scan is encoded in UTF-16 or UTF-32; SARIF is UTF-8: convert it first"}
	case len(text) == 0 || text[0] == '{':
		return start, nil
	}
	return 0, &Refusal{Reason: "The scan is no SARIF file: it looks like " + looksLike(text)}
}

// isUTF16 knows the byte order marks, and the zero bytes that ASCII has in wider encodings.
func isUTF16(head []byte) bool {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return true
	}
	return len(head) >= 2 && (head[0] == 0) != (head[1] == 0)
}

// looksLike names the kind of a file that does not begin as a JSON object, by its first bytes.
func looksLike(text []byte) string {
	for _, known := range []struct{ prefix, name string }{
		{"<?xml", "XML"},
		{"<!DOCTYPE html", "an HTML page"},
		{"<html", "an HTML page"},
		{"<", "XML"},
		{"[", "a JSON array; SARIF is one JSON object"},
		{"\"", "a JSON text; SARIF is one JSON object"},
		{"PK\x03\x04", "a ZIP archive; unpack it first"},
		{"\x1f\x8b", "a gzip archive; unpack it first"},
		{"%PDF", "a PDF document"},
		{"---", "YAML"},
	} {
		if bytes.HasPrefix(text, []byte(known.prefix)) {
			return known.name
		}
	}
	if first := text[0]; first == '-' || first >= '0' && first <= '9' {
		return "a number or plain text; SARIF is one JSON object"
	}
	return "plain text or another format; SARIF is one JSON object"
}

// looksLikeKeys names the kind of a JSON object without runs, by names that its kind has at the top.
func looksLikeKeys(names map[string]bool) string {
	for _, known := range []struct {
		name string
		keys []string
	}{
		{"a CycloneDX bill of materials", []string{"bomFormat"}},
		{"an SPDX bill of materials", []string{"spdxVersion"}},
		{"a GeoJSON map", []string{"type", "features"}},
		{"an OpenAPI description", []string{"openapi"}},
		{"an OpenAPI description", []string{"swagger"}},
		{"Trivy's own JSON; ask Trivy for --format sarif", []string{"SchemaVersion", "Results"}},
		{"Grype's own JSON; ask Grype for -o sarif", []string{"matches", "descriptor"}},
		{"Semgrep's own JSON; ask Semgrep for --sarif", []string{"results", "errors", "paths"}},
		{"Bandit's own JSON; ask Bandit for -f sarif", []string{"results", "metrics", "generated_at"}},
		{"a ZAP report", []string{"@version", "site"}},
		{"a GitLab security report", []string{"scan", "vulnerabilities"}},
		{"a Dependency-Check report; ask for --format SARIF", []string{"reportSchema", "dependencies"}},
		{"an npm package description", []string{"dependencies", "name"}},
		{"a single SARIF run without the log around it", []string{"tool", "results"}},
	} {
		if hasAll(names, known.keys) {
			return known.name
		}
	}
	return "JSON of another kind"
}

func hasAll(names map[string]bool, keys []string) bool {
	for _, key := range keys {
		if !names[key] {
			return false
		}
	}
	return true
}

// size writes a number of bytes the way people say it; limits are whole units.
func size(bytes int64) string {
	switch {
	case bytes >= 1<<30 && bytes%(1<<30) == 0:
		return fmt.Sprintf("%d GiB", bytes>>30)
	case bytes >= 1<<20 && bytes%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", bytes>>20)
	default:
		return fmt.Sprintf("%d bytes", bytes)
	}
}
