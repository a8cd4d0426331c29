package scan

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"asm.example/asm/internal/scan/sarif"
)

// The types of a location, in the contract's words.
const (
	Lines  = "lines"
	Inputs = "inputs"
	Ports  = "ports"
)

// maxWhere is the longest place that a location may have, in characters.
const maxWhere = 1000

// Place is where a weakness is: on lines a path relative to the root and a line ("0" when the scanner names none), on inputs
// a URL and a field (which may be empty), on ports a host and a port.
type Place struct {
	Type     string
	Where    string
	Specific string
}

// Paths turns what the runs of one scope write as locations into places on the root.
//
// Relative paths are relative to the root; the absolute part of a base that they name is dropped, a relative part stays.
// Absolute paths lose the base directory that contains them (of several the longest), else the directory common to all
// that no base contains. That directory is known only when all locations were seen: [Paths.Observe] each, then
// [Paths.Settle], then [Paths.Place].
type Paths struct {
	directories []base // absolute bases, longest first
	relative    map[string]string

	seen   bool
	common []string // segments
	lost   map[string]bool
}

// base is an absolute directory that a run names.
type base struct {
	name     string
	segments []string
}

// NewPaths takes the bases of the scope's runs; of a name with two meanings the first counts.
func NewPaths(runs ...*sarif.Run) *Paths {
	p := &Paths{relative: map[string]string{}, lost: map[string]bool{}}
	for _, run := range runs {
		for name := range run.Bases {
			p.addBase(run.Bases, name)
		}
	}
	slices.SortFunc(p.directories, func(a, b base) int {
		return cmp.Or(cmp.Compare(len(b.segments), len(a.segments)), cmp.Compare(a.name, b.name))
	})
	return p
}

// addBase follows a base to what it is relative to. Bases that refer to each other in a circle end after eight steps.
func (p *Paths) addBase(bases map[string]sarif.Artifact, name string) {
	own := bases[name]
	if r, err := parse(own.URI); err == nil && r.absolute && len(r.segments) > 0 {
		p.directories = append(p.directories, base{name, r.segments})
	}
	if _, known := p.relative[name]; known {
		return
	}
	prefix := ""
	for at, step := own, 0; step < 8; step++ {
		r, err := parse(at.URI)
		if err != nil || r.absolute || r.scheme != "" {
			break
		}
		prefix = strings.Join(r.segments, "/") + "/" + prefix
		next, found := bases[at.BaseID]
		if !found {
			break
		}
		at = next
	}
	p.relative[name] = prefix
}

// Observe notes a location for the common directory. What cannot be a place is left to [Paths.Place].
func (p *Paths) Observe(location sarif.Location) {
	r, err := parse(location.URI)
	if err != nil || !r.absolute {
		return
	}
	segments, err := resolve(r.segments)
	if err != nil || len(segments) == 0 || p.containing(segments) != nil {
		return
	}
	directory := segments[:len(segments)-1]
	if !p.seen {
		p.seen, p.common = true, slices.Clone(directory)
		return
	}
	p.common = p.common[:sharedLength(p.common, directory)]
}

// Settle ends the observation and answers the directory that absolute paths lose, "" when there were none outside the
// bases. previous is the one that the scope lost before, "" when none: it is kept while it contains all paths, because
// the common directory grows longer when results go away, and every path would change with it.
func (p *Paths) Settle(previous string) string {
	if !p.seen {
		return ""
	}
	if before, err := parse(previous); previous != "" && err == nil && isWithin(p.common, before.segments) {
		p.common = before.segments
	}
	return p.Directory()
}

// Directory is what absolute paths outside the bases lose, with a slash at both ends; "" when there are none.
func (p *Paths) Directory() string {
	if !p.seen {
		return ""
	}
	return directoryText(p.common)
}

// Notes tells for the receipt which directories paths lost so far, sorted.
func (p *Paths) Notes() []string {
	var notes []string
	for directory := range p.lost {
		notes = append(notes, "absolute paths lost the directory "+directory)
	}
	slices.Sort(notes)
	return notes
}

// Place answers where a location is. Its error is the reason for which the result is rejected.
func (p *Paths) Place(location sarif.Location) (Place, error) {
	place, err := p.place(location)
	if err == nil && utf8.RuneCountInString(place.Where) > maxWhere {
		err = fmt.Errorf("the path is longer than %d characters", maxWhere)
	}
	return place, err
}

func (p *Paths) place(location sarif.Location) (Place, error) {
	line := strconv.Itoa(location.StartLine)
	if strings.TrimSpace(location.URI) == "" {
		if location.Logical == "" {
			return Place{}, errors.New("the result has no location: neither a path nor a logical name")
		}
		return Place{Lines, location.Logical, line}, checkCharacters(location.Logical)
	}
	r, err := parse(location.URI)
	if err != nil {
		return Place{}, err
	}
	switch r.scheme {
	case "":
	case "http", "https":
		return Place{Inputs, r.url, location.Logical}, checkCharacters(location.Logical)
	default:
		return Place{Ports, r.host, r.port}, nil
	}
	path, err := p.path(r, location.BaseID)
	return Place{Lines, path, line}, err
}

// path answers a path relative to the root.
func (p *Paths) path(r reference, baseName string) (string, error) {
	segments := r.segments
	if !r.absolute {
		segments = append(strings.Split(p.relative[baseName], "/"), segments...)
	}
	segments, err := resolve(segments)
	if err != nil {
		return "", err
	}
	if r.absolute {
		lost := p.common
		if b := p.containing(segments); b != nil {
			lost = b.segments
		}
		if !isWithin(segments, lost) {
			return "", fmt.Errorf("the path %s is outside the root", strings.Join(segments, "/"))
		}
		segments = segments[len(lost):]
		if len(lost) > 0 {
			p.lost[directoryText(lost)] = true
		}
	}
	if len(segments) == 0 {
		return "", errors.New("the path is empty: it names the root itself, not a file in it")
	}
	return strings.Join(segments, "/"), nil
}

// containing finds the longest base directory above an absolute path.
func (p *Paths) containing(segments []string) *base {
	for i := range p.directories {
		if b := &p.directories[i]; len(segments) > len(b.segments) && isWithin(segments, b.segments) {
			return b
		}
	}
	return nil
}

// Rebase answers the path, relative to directory now, of what was at path relative to directory before, so that a location
// keeps its identity when a scan's common directory changes. A path that now is not above stays as it was.
func Rebase(path, before, now string) string {
	if before == now || before == "" || now == "" {
		return path
	}
	whole := before + path
	if rest, ok := strings.CutPrefix(whole, now); ok {
		return rest
	}
	return path
}

// reference is a URI or path, taken apart.
type reference struct {
	absolute bool
	segments []string // decoded; "." and empty ones left out, ".." not yet resolved
	scheme   string   // of what is no file: http, https, tcp, udp
	url      string   // http and https: without its fragment
	host     string   // tcp and udp
	port     string
}

// parse understands URIs, relative references, and the paths of Unix and Windows that tools write in their place.
func parse(text string) (reference, error) {
	text = strings.TrimSpace(text)
	if scheme, rest, found := strings.Cut(text, ":"); found {
		switch scheme = strings.ToLower(scheme); {
		case scheme == "file":
			return parseFile(rest)
		case strings.HasPrefix(rest, "//") && len(scheme) > 1: // one letter is a Windows drive
			return parseNetwork(scheme, text)
		}
	}
	return parsePath(text)
}

// parseFile takes what stands behind "file:". The host is dropped: it is the machine that the scanner ran on.
func parseFile(rest string) (reference, error) {
	if behind, found := strings.CutPrefix(rest, "//"); found {
		_, path, _ := strings.Cut(behind, "/")
		rest = "/" + path
	}
	return parsePath(rest)
}

func parseNetwork(scheme, text string) (reference, error) {
	if err := checkCharacters(text); err != nil {
		return reference{}, err
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return reference{}, fmt.Errorf("the URI %q cannot be understood", text)
	}
	switch scheme {
	case "http", "https":
		u.Fragment, u.RawFragment, u.User = "", "", nil
		return reference{scheme: scheme, url: u.String()}, nil
	case "tcp", "udp":
		if port, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
			return reference{scheme: scheme, host: u.Hostname(), port: strconv.FormatUint(port, 10)}, nil
		}
		return reference{}, fmt.Errorf("the URI %q names no port", text)
	}
	return reference{}, fmt.Errorf("the URI scheme %q is none of file, http, https, tcp and udp", scheme)
}

// parsePath decodes first and splits then, so that an encoded ".." or "/" is seen for what it is.
func parsePath(text string) (reference, error) {
	path := strings.ReplaceAll(decode(text), `\`, "/")
	if err := checkCharacters(path); err != nil {
		return reference{}, err
	}
	r := reference{absolute: strings.HasPrefix(path, "/")}
	if drive := strings.TrimLeft(path, "/"); hasDrive(drive) {
		path, r.absolute = strings.ToUpper(drive[:1])+drive[1:], true
	}
	for segment := range strings.SplitSeq(path, "/") {
		if segment != "" && segment != "." {
			r.segments = append(r.segments, segment)
		}
	}
	return r, nil
}

// decode undoes percent-encoding. Tools that write plain paths leave a lone "%" in them: such a text is taken as it is.
func decode(text string) string {
	decoded, err := url.PathUnescape(text)
	if err != nil || utf8.ValidString(text) && !utf8.ValidString(decoded) {
		return text
	}
	return decoded
}

// hasDrive tells a Windows path such as "C:/code".
func hasDrive(path string) bool {
	return len(path) >= 3 && path[1] == ':' && path[2] == '/' && (path[0]|0x20 >= 'a' && path[0]|0x20 <= 'z')
}

// resolve takes out empty segments and those that ".." goes back over.
func resolve(segments []string) ([]string, error) {
	resolved := make([]string, 0, len(segments))
	for _, segment := range segments {
		switch segment {
		case "", ".":
		case "..":
			if len(resolved) == 0 {
				return nil, errors.New("the path leads above the root")
			}
			resolved = resolved[:len(resolved)-1]
		default:
			resolved = append(resolved, segment)
		}
	}
	return resolved, nil
}

func checkCharacters(text string) error {
	for i, c := range text {
		if unicode.IsControl(c) {
			return fmt.Errorf("the path has the control character U+%04X at byte %d", c, i)
		}
		if c == utf8.RuneError {
			return fmt.Errorf("the path has a character at byte %d that is no UTF-8", i)
		}
	}
	return nil
}

func isWithin(path, directory []string) bool {
	return len(path) >= len(directory) && sharedLength(path, directory) == len(directory)
}

func sharedLength(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func directoryText(segments []string) string {
	if len(segments) == 0 {
		return "/"
	}
	return "/" + strings.Join(segments, "/") + "/"
}
