package scan

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"

	"asm.example/asm/internal/scan/sarif"
)

// Keys are what a weakness is recognised by: digests of what the scanner said, zero where it said nothing, and its place.
// They are 64 bits wide: among a million locations two of one scope collide once in thirty million imports, and a
// collision mistakes one location for another of the same scanner, no more. 72 bytes, so that a million fit in memory.
type Keys struct {
	Rule    uint64    // the rule's id; the tool is the scope's
	Path    uint64    // type and where
	All     uint64    // all fingerprints and partial fingerprints together
	Full    uint64    // the fingerprints alone, which by the format identify a result wherever it is, if one is distinct
	Snippet uint64    // the code, with white space made equal
	Prints  [2]uint64 // the first two single fingerprints that are distinct
	Name    uint32    // last segment of the path
	Message uint32
	Line    int32
	Column  int32
}

// minPrint is the length from which a single fingerprint tells places apart; shorter ones are columns and counters.
const minPrint = 8

// isDistinct leaves out what scanners write in place of a fingerprint: columns, counters, and sentences for people (Semgrep
// says "requires login" of every result).
func isDistinct(print sarif.Fingerprint) bool {
	return len(print.Value) >= minPrint && !strings.ContainsAny(print.Value, " \t\n")
}

// KeysOf computes the keys of a result that was seen at a place.
func KeysOf(result *sarif.Result, place Place) Keys {
	k := Keys{
		Rule:    digest("rule", result.RuleID),
		Snippet: digestUnlessEmpty("snippet", strings.Join(strings.Fields(result.Location.Snippet), " ")),
		Message: uint32(digest("message", result.Message)),
		Column:  int32(result.Location.StartColumn),
	}
	k = k.At(place)
	if slices.ContainsFunc(result.Fingerprints, isDistinct) {
		k.Full = digestPrints(result.Fingerprints)
	}
	k.All = digestPrints(result.Fingerprints, result.Partial)
	n := 0
	for _, list := range [][]sarif.Fingerprint{result.Fingerprints, result.Partial} {
		for _, print := range list {
			if n < len(k.Prints) && isDistinct(print) {
				k.Prints[n] = digest("print", print.Name, print.Value)
				n++
			}
		}
	}
	return k
}

// At answers the keys of the same weakness at another place.
func (k Keys) At(place Place) Keys {
	k.Path = digest("path", place.Type, place.Where)
	k.Name = uint32(digest("name", path.Base(place.Where)))
	line, err := strconv.ParseInt(place.Specific, 10, 32)
	if err != nil || place.Type != Lines {
		line = int64(uint32(digest("specific", place.Specific)) >> 1)
	}
	k.Line = int32(line)
	return k
}

// hasContent tells whether anything but the place speaks for the weakness.
func (k *Keys) hasContent() bool { return k.Prints[0] != 0 || k.Snippet != 0 }

// digest is the beginning of a SHA-256 over the parts and their lengths. It is never zero, and stays the same for ever:
// keys are stored.
func digest(kind string, parts ...string) uint64 {
	var buffer [512]byte
	b := append(buffer[:0], kind...)
	for _, part := range parts {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	sum := sha256.Sum256(b)
	return max(binary.BigEndian.Uint64(sum[:8]), 1)
}

func digestUnlessEmpty(kind, text string) uint64 {
	if text == "" {
		return 0
	}
	return digest(kind, text)
}

// digestPrints is zero when there are none. The lists are sorted by name.
func digestPrints(lists ...[]sarif.Fingerprint) uint64 {
	var parts []string
	for i, list := range lists {
		for _, print := range list {
			parts = append(parts, strconv.Itoa(i), print.Name, print.Value)
		}
	}
	if len(parts) == 0 {
		return 0
	}
	return digest("prints", parts...)
}

// keysFormat is the first byte of stored keys, and names their layout.
const keysFormat = 1

// Encode answers the keys as they are stored with a vulnerability: a format byte and 72 bytes.
func (k Keys) Encode() []byte {
	b, err := binary.Append([]byte{keysFormat}, binary.BigEndian, k)
	if err != nil {
		panic("scan: keys are of a fixed size: " + err.Error())
	}
	return b
}

// DecodeKeys reads stored keys.
func DecodeKeys(stored []byte) (Keys, error) {
	var k Keys
	if len(stored) == 0 || stored[0] != keysFormat {
		return k, errors.New("the keys of a location have an unknown format")
	}
	if _, err := binary.Decode(stored[1:], binary.BigEndian, &k); err != nil {
		return k, errors.New("the keys of a location are cut off")
	}
	return k, nil
}
