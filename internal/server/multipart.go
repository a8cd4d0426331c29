package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"asm.example/asm/internal/scan"
)

const (
	// mostOperationsBytes bounds the parts that are not files.
	mostOperationsBytes = 1 << 20
	// patience is how long a client may be silent while it sends a file.
	patience = 30 * time.Second
	// mostFileName is the longest file name that is kept.
	mostFileName = 255
)

// readMultipart reads a request with files (GraphQL multipart request specification): the part `operations`, then the
// part `map`, then one part a file. Files are spooled to the temporary folder and removed with the request.
func (s *Server) readMultipart(w http.ResponseWriter, r *http.Request, boundary string) (*call, error) {
	if boundary == "" {
		return nil, &badCall{http.StatusBadRequest, "The multipart body has no boundary."}
	}
	body := &patientReader{
		reader:     http.MaxBytesReader(w, r.Body, s.config.Limits.MultipartBytes),
		controller: http.NewResponseController(w),
		clock:      s.parts.WallClock,
	}
	parts := multipart.NewReader(body, boundary)
	operations, err := readPart(parts, "operations")
	if err != nil {
		return nil, err
	}
	asked, err := parseCall(operations)
	if err != nil {
		return nil, err
	}
	mapping, err := readPart(parts, "map")
	if err != nil {
		return nil, err
	}
	places := map[string][]string{}
	if err := json.Unmarshal(mapping, &places); err != nil {
		return nil, &badCall{http.StatusBadRequest, "The part map is not a JSON object of lists of paths."}
	}
	if len(places) > s.config.Limits.Files {
		return nil, &badCall{http.StatusRequestEntityTooLarge, fmt.Sprintf("%d files were announced; at most %d come with one request.", len(places), s.config.Limits.Files)}
	}
	spool := &spool{folder: s.config.TempDir}
	if err := spool.take(parts, places); err != nil {
		spool.remove()
		return nil, err
	}
	asked.uploads, asked.close = spool.uploads, spool.remove
	return asked, nil
}

// readPart reads the next part, which must have this name.
func readPart(parts *multipart.Reader, name string) ([]byte, error) {
	part, err := parts.NextPart()
	if err != nil {
		return nil, multipartError(err, "The part "+name+" is missing; it comes before the files.")
	}
	if part.FormName() != name {
		return nil, &badCall{http.StatusBadRequest, fmt.Sprintf("The part %s was expected, %q came.", name, part.FormName())}
	}
	content, err := io.ReadAll(io.LimitReader(part, mostOperationsBytes+1))
	if err != nil {
		return nil, multipartError(err, "The part "+name+" did not arrive whole.")
	}
	if len(content) > mostOperationsBytes {
		return nil, &badCall{http.StatusRequestEntityTooLarge, "The part " + name + " is larger than 1 MiB."}
	}
	return content, nil
}

// multipartError answers what to tell about an error of reading.
func multipartError(err error, message string) error {
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return &badCall{http.StatusRequestEntityTooLarge, fmt.Sprintf("The request is larger than %d bytes.", tooLarge.Limit)}
	}
	return &badCall{http.StatusBadRequest, message}
}

// spool holds the files of one request.
type spool struct {
	folder  string
	uploads map[string]any
	files   []*os.File
}

// take writes every announced file down; a file that was not announced is refused.
func (s *spool) take(parts *multipart.Reader, places map[string][]string) error {
	s.uploads = map[string]any{}
	missing := maps.Clone(places)
	for len(missing) > 0 {
		part, err := parts.NextPart()
		if err != nil {
			return multipartError(err, fmt.Sprintf("The files %s were announced and did not come.", strings.Join(slices.Sorted(maps.Keys(missing)), ", ")))
		}
		announced, ok := missing[part.FormName()]
		if !ok {
			return &badCall{http.StatusBadRequest, fmt.Sprintf("The part %q is not announced in map.", part.FormName())}
		}
		delete(missing, part.FormName())
		file, err := s.write(part)
		if err != nil {
			return err
		}
		for _, place := range announced {
			s.uploads[place] = file
		}
	}
	return nil
}

// write spools one file.
func (s *spool) write(part *multipart.Part) (*scan.Upload, error) {
	file, err := os.CreateTemp(s.folder, "upload-*")
	if err != nil {
		return nil, fmt.Errorf("spool upload: %w", err)
	}
	s.files = append(s.files, file)
	content := &arriving{reader: part}
	size, err := io.Copy(file, content)
	if content.err != nil {
		return nil, multipartError(content.err, "The file did not arrive whole.")
	}
	if err != nil {
		return nil, fmt.Errorf("spool upload: %w", err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("rewind upload: %w", err)
	}
	return &scan.Upload{Name: baseName(part.FileName()), Size: size, Content: file}, nil
}

// arriving keeps the error that ended a client's sending, to tell it from one of ours in writing down what came.
type arriving struct {
	reader io.Reader
	err    error
}

func (a *arriving) Read(into []byte) (int, error) {
	n, err := a.reader.Read(into)
	if err != nil && !errors.Is(err, io.EOF) {
		a.err = err
	}
	return n, err
}

// baseName keeps the last part of a client's file name, without control characters.
func baseName(name string) string {
	name = filepath.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if len(name) > mostFileName {
		name = strings.ToValidUTF8(name[:mostFileName], "")
	}
	return name
}

// remove closes and deletes the files.
func (s *spool) remove() {
	for _, file := range s.files {
		// Nothing can be done about a file that does not go; the folder is emptied at the next start.
		_ = file.Close()
		_ = os.Remove(file.Name())
	}
}

// patientReader lets a slow upload take its time as long as something comes, and gives up when nothing does.
type patientReader struct {
	reader     io.Reader
	controller *http.ResponseController
	clock      func() time.Time
}

func (p *patientReader) Read(into []byte) (int, error) {
	// A server without deadlines, as in tests, is no reason to refuse.
	_ = p.controller.SetReadDeadline(p.clock().Add(patience))
	return p.reader.Read(into)
}
