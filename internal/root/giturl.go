package root

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/problem"
)

// maxURL is how long the URL of a root may be, in bytes: what it is compared by must fit into an index.
const maxURL = 2048

// gitURL is the address of a repository, taken apart.
type gitURL struct {
	// text is the normal form, which is stored.
	text string
	// host is in lower case, without port.
	host string
	// path is what follows the authority, decoded, without query, fragment and the slashes around it.
	path string
}

var (
	// user@host:path, the short form that git takes for ssh.
	shortGitURL = regexp.MustCompile(`^[^@:/\s]+@(\[[^\]\s]+\]|[^@:/\s\[\]]+):`)
	gitScheme   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*$`)
)

// parseGitURL brings the address of a repository into its normal form: user@host:path becomes ssh://user@host:path, ssh
// keeps the user and nothing keeps a password, percent signs are decoded, spaces and slashes at the end are cut. It does
// nothing to what it has made, so that what was read can be sent back. Problems: Invalid (url) when it has no scheme or
// no host, or holds what no address does.
func parseGitURL(raw string) (gitURL, error) {
	if err := (organization.Text{Field: "url", Max: maxURL}).Check(raw); err != nil {
		return gitURL{}, err
	}
	invalid := problem.Invalid("url", organization.ErrValue)
	raw = strings.TrimSpace(raw)
	if shortGitURL.MatchString(raw) {
		raw = "ssh://" + raw
	}
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok || !gitScheme.MatchString(scheme) {
		return gitURL{}, invalid
	}
	authority, rest := cutBefore(rest, "/?#")
	user, hostPort := cutUser(authority, isSSH(scheme))
	host, tail, ok := cutHost(hostPort)
	if !ok {
		return gitURL{}, invalid
	}
	path := rest
	if !isPort(tail) { // ssh://user@host:path
		if !isSSH(scheme) {
			return gitURL{}, invalid
		}
		path = strings.TrimPrefix(tail, ":") + rest
	}
	text := strings.TrimRight(scheme+"://"+user+percentDecoded(hostPort+rest), " /")
	if len(text) > maxURL || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return gitURL{}, invalid
	}
	path, _ = cutBefore(percentDecoded(path), "?#")
	return gitURL{text: text, host: strings.ToLower(host), path: strings.Trim(path, " /")}, nil
}

// repository is the last part of the path, without .git; the host when there is no path.
func (u gitURL) repository() string {
	name := strings.TrimSuffix(u.path[strings.LastIndex(u.path, "/")+1:], ".git")
	if name == "" {
		return u.host
	}
	return name
}

// gitHost is the host of an address in normal form.
func gitHost(text string) string {
	u, err := parseGitURL(text)
	if err != nil {
		return "" // cannot be: it is made by parseGitURL
	}
	return u.host
}

// address compares git URLs without case and without a final .git; the branch is compared beside it.
func (r *GitRoot) address() string {
	return strings.TrimSuffix(strings.ToLower(r.URL), ".git")
}

func isSSH(scheme string) bool {
	switch strings.ToLower(scheme) {
	case "ssh", "git+ssh", "ssh+git":
		return true
	}
	return false
}

// cutBefore cuts s before the first of the characters.
func cutBefore(s, characters string) (before, rest string) {
	if i := strings.IndexAny(s, characters); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// cutUser cuts an authority behind its user and answers what is kept of that: for ssh the name and an @, else nothing.
// Passwords with an unescaped @ are common in what people paste, so elsewhere the last @ ends the user.
func cutUser(authority string, ssh bool) (kept, hostPort string) {
	if !ssh {
		return "", authority[strings.LastIndex(authority, "@")+1:]
	}
	user, hostPort, ok := strings.Cut(authority, "@")
	if !ok {
		return "", authority
	}
	name, _, _ := strings.Cut(user, ":")
	if name == "" {
		return "", hostPort
	}
	return name + "@", hostPort
}

// cutHost cuts off the host, and tells whether it is one; the tail is empty or begins with a colon.
func cutHost(hostPort string) (host, tail string, ok bool) {
	if strings.HasPrefix(hostPort, "[") {
		end := strings.Index(hostPort, "]") + 1
		host, tail = hostPort[:end], hostPort[end:]
		address, err := netip.ParseAddr(strings.Trim(host, "[]"))
		return host, tail, err == nil && address.Is6() && (tail == "" || tail[0] == ':')
	}
	host, tail = cutBefore(hostPort, ":")
	return host, tail, host != "" && !strings.ContainsFunc(host, isNoHostRune)
}

// isNoHostRune tells what stands in no host's name. Names in other scripts than Latin are as good.
func isNoHostRune(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) && !strings.ContainsRune(".-_", r)
}

// isPort tells whether what follows a host is nothing or a port.
func isPort(tail string) bool {
	if tail == "" || tail == ":" {
		return true
	}
	_, err := strconv.ParseUint(tail[1:], 10, 16)
	return err == nil
}

// percentDecoded decodes percent signs until none is left that means something; others stay.
func percentDecoded(s string) string {
	for strings.Contains(s, "%") {
		decoded := decodeOnce(s)
		if decoded == s {
			break
		}
		s = decoded
	}
	return s
}

func decodeOnce(s string) string {
	var decoded strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if octet, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				decoded.WriteByte(byte(octet))
				i += 2
				continue
			}
		}
		decoded.WriteByte(s[i])
	}
	return decoded.String()
}
