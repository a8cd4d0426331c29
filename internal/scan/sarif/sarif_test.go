package sarif_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"asm.example/asm/internal/scan/sarif"
)

// oneRun wraps members of a run into a file of one tool.
func oneRun(members string) string {
	return `{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Probe"}},` + members + `}]}`
}

// read answers all results and rejections of a file.
func read(t *testing.T, text string) (*sarif.Log, []*sarif.Result, []*sarif.Rejection) {
	t.Helper()
	log, err := sarif.Open(t.Context(), strings.NewReader(text), sarif.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	results, rejections, err := drain(t.Context(), log)
	if err != nil {
		t.Fatal(err)
	}
	return log, results, rejections
}

func drain(ctx context.Context, log *sarif.Log) (results []*sarif.Result, rejections []*sarif.Rejection, err error) {
	for result, err := range log.Results(ctx) {
		var rejection *sarif.Rejection
		switch {
		case errors.As(err, &rejection):
			rejections = append(rejections, rejection)
		case err != nil:
			return results, rejections, err
		default:
			results = append(results, result)
		}
	}
	return results, rejections, nil
}

func TestReferencesAreResolvedWhereverTheyStand(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/references.sarif")
	if err != nil {
		t.Fatal(err)
	}

	log, results, rejections := read(t, string(text))

	run := log.Runs[0]
	if run.Tool != "Probe" || run.ToolVersion != "3.2.1" || run.AutomationID != "nightly/7" || run.Failed || !run.HasResults || run.Results != 4 {
		t.Errorf("run = %+v", run)
	}
	if len(rejections) > 0 || len(results) != 4 {
		t.Fatalf("%d results, rejections %v", len(results), rejections)
	}
	byIndex, byID, extension, bare := results[0], results[1], results[2], results[3]
	for _, got := range results {
		got.At, got.Rule = sarif.Place{}, nil
	}
	wants := []struct{ got, want *sarif.Result }{
		{byIndex, &sarif.Result{
			RuleID: "P1", Kind: "fail", Level: "error", Rank: 42, SecuritySeverity: "9.1", CWEs: []int{89, 20},
			Message: "Query built from name in login {here}.",
			Location: sarif.Location{
				Artifact: sarif.Artifact{URI: "src/login.go", BaseID: "SRCROOT"}, StartLine: 41, EndLine: 42, StartColumn: 7,
				Snippet: "db.Query(q + name)", SnippetLine: 41,
			},
			Fingerprints: []sarif.Fingerprint{{Name: "id/v1", Value: "0123456789abcdef"}},
			Partial:      []sarif.Fingerprint{{Name: "a", Value: "1"}, {Name: "b", Value: "22"}},
		}},
		{byID, &sarif.Result{
			Index: 1, RuleID: "P1", Kind: "fail", Level: "note", Rank: 42, SecuritySeverity: "4.5", CWEs: []int{79}, Message: "Shared text",
			Location:   sarif.Location{Artifact: sarif.Artifact{URI: "a b.go"}, Logical: "pkg.F", Snippet: "around"},
			Suppressed: true, Baseline: "unchanged",
		}},
		{extension, &sarif.Result{
			Index: 2, RuleID: "X1", Kind: "fail", Level: "warning", Rank: -1, CWEs: []int{327},
			Message: "See the cache.", Location: sarif.Location{Logical: "job"},
		}},
		{bare, &sarif.Result{Index: 3, RuleID: "unknown", Kind: "review", Level: "none", Rank: -1}},
	}
	for _, c := range wants {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("result %d\n got %+v\nwant %+v", c.want.Index, c.got, c.want)
		}
	}
}

func TestWhatIsNoScanIsRefusedInWords(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"empty", "", "The scan is empty"},
		{"blank", " \n\t", "The scan is empty"},
		{"only a byte order mark", "\xef\xbb\xbf", "The scan is empty"},
		{"UTF-16", "\xff\xfe{\x00}\x00", "The scan is encoded in UTF-16 or UTF-32; SARIF is UTF-8: convert it first"},
		{"UTF-16 without mark", "{\x00}\x00", "The scan is encoded in UTF-16 or UTF-32; SARIF is UTF-8: convert it first"},
		{"XML", "<?xml version='1.0'?><report/>", "The scan is no SARIF file: it looks like XML"},
		{"ZIP", "PK\x03\x04....", "The scan is no SARIF file: it looks like a ZIP archive; unpack it first"},
		{"array", "[]", "The scan is no SARIF file: it looks like a JSON array; SARIF is one JSON object"},
		{"number", "17", "The scan is no SARIF file: it looks like a number or plain text; SARIF is one JSON object"},
		{"text", "results: none", "The scan is no SARIF file: it looks like plain text or another format; SARIF is one JSON object"},
		{"CycloneDX", `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1}`, "The scan is no SARIF file, it has no runs: it looks like a CycloneDX bill of materials"},
		{"CycloneDX with schema", `{"$schema":"http://cyclonedx.org/schema/bom-1.5.schema.json","version":1,"bomFormat":"CycloneDX"}`, "The scan is no SARIF file, it has no runs: it looks like a CycloneDX bill of materials"},
		{"package.json", `{"name":"shop","version":"2.0.0","dependencies":{}}`, "The scan is no SARIF file, it has no runs: it looks like an npm package description"},
		{"other version by schema", `{"$schema":"http://json.schemastore.org/sarif-2.0.0.json","version":"2.0.0","x":`, `The scan is SARIF of version "2.0.0"; only 2.1.0 is read`},
		{"GeoJSON", `{"type":"FeatureCollection","features":[]}`, "The scan is no SARIF file, it has no runs: it looks like a GeoJSON map"},
		{"Trivy", `{"SchemaVersion":2,"Results":[]}`, "The scan is no SARIF file, it has no runs: it looks like Trivy's own JSON; ask Trivy for --format sarif"},
		{"other JSON", `{"a":1}`, "The scan is no SARIF file, it has no runs: it looks like JSON of another kind"},
		{"empty object", `{}`, "The scan is no SARIF file, it has no runs: it looks like JSON of another kind"},
		{"runs missing", `{"version":"2.1.0"}`, "The scan has no runs: there is nothing in it to import"},
		{"null runs", `{"version":"2.1.0","runs":null}`, "The scan has no runs: there is nothing in it to import"},
		{"no runs", `{"version":"2.1.0","runs":[]}`, "The scan has no runs: there is nothing in it to import"},
		{"other version", `{"version":"2.0.0","runs":[]}`, `The scan is SARIF of version "2.0.0"; only 2.1.0 is read`},
		{"other version behind", `{"runs":[],"version":"1.0.0"}`, `The scan is SARIF of version "1.0.0"; only 2.1.0 is read`},
		{"no version", `{"runs":[{}]}`, "The scan says no version of SARIF; only 2.1.0 is read"},
		{"no tool", `{"version":"2.1.0","runs":[{"results":[]}]}`, "The scan does not say which tool made it: /runs/0/tool/driver/name is missing"},
		{"runs of another type", `{"version":"2.1.0","runs":{}}`, "The scan is no valid SARIF: runs is an object, at /runs (byte 27)"},
		{"a run of another type", `{"version":"2.1.0","runs":[7]}`, "The scan is no valid SARIF: a run is a number, at /runs/0 (byte 28)"},
		{"results of another type", oneRun(`"results":"none"`), "The scan is no valid SARIF: results is a text, at /runs/0/results (byte 79)"},
		{"cut off", `{"version":"2.1.0","runs":[{"tool":{"dri`, "The scan is cut off: the file ends in the middle, at /runs/0/tool (byte 36)"},
		{"broken", `{"version":"2.1.0","runs":[}`, "The scan is no valid JSON: invalid character '}' at start of value, at /runs (byte 27)"},
		{"trailing text", oneRun(`"results":[]`) + " x", "The scan is no valid JSON: invalid character 'x' at start of value, at byte 79"},
		{"two values", oneRun(`"results":[]`) + "{}", "The scan goes on after its end, at byte 79"},
		{"NUL bytes", "{ \x00\x00", "The scan is no valid JSON: invalid character '\\x00' at start of value, at byte 2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := sarif.Open(t.Context(), strings.NewReader(test.text), sarif.DefaultLimits())
			var refusal *sarif.Refusal
			if !errors.As(err, &refusal) || err.Error() != test.want {
				t.Errorf("error %T\n got %v\nwant %s", err, err, test.want)
			}
		})
	}
}

func TestABadResultCostsOnlyItself(t *testing.T) {
	t.Parallel()
	good := `{"ruleId":"R","message":{"text":"m"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a"}}}]}`
	deep := strings.Repeat(`{"a":`, 90) + "1" + strings.Repeat("}", 90)
	tests := []struct{ name, bad, want string }{
		{"null", `null`, "found null in place of an object, at /runs/0/results/1 (byte 184)"},
		{"number", `7`, "found a number in place of an object, at /runs/0/results/1 (byte 181)"},
		{"rule of another type", `{"ruleId":[1,{"x":[2]}]}`, "found an array in place of a text, at /runs/0/results/1/ruleId (byte 191)"},
		{"no rule", `{"message":{"text":"m"}}`, "the result names no rule, at /runs/0/results/1 (byte 179)"},
		{"unknown kind", `{"ruleId":"R","kind":"bug"}`, `the kind "bug" is none of fail, pass, open, review, informational, notApplicable, at /runs/0/results/1 (byte 179)`},
		{"fraction of a line", `{"locations":[{"physicalLocation":{"region":{"startLine":1.5}}}]}`,
			"found 1.5 in place of a whole number from 0 to 2147483647, at /runs/0/results/1/locations/0/physicalLocation/region/startLine (byte 240)"},
		{"line below zero", `{"locations":[{"physicalLocation":{"region":{"startLine":-4}}}]}`,
			"found -4 in place of a whole number from 0 to 2147483647, at /runs/0/results/1/locations/0/physicalLocation/region/startLine (byte 239)"},
		{"unlisted artifact", `{"ruleId":"R","locations":[{"physicalLocation":{"artifactLocation":{"index":3}}}]}`,
			"the location refers to artifact 3, and the run lists 0, at /runs/0/results/1 (byte 179)"},
		{"deep", `{"ruleId":"R","properties":` + deep + `}`, "nested deeper than 64 levels"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, results, rejections := read(t, oneRun(`"results":[`+good+","+test.bad+","+good+"]"))
			if len(results) != 2 || results[1].Index != 2 {
				t.Errorf("%d results, want the two good ones", len(results))
			}
			if len(rejections) != 1 || !strings.HasPrefix(rejections[0].Error(), test.want) {
				t.Errorf("rejections\n got %v\nwant %s", rejections, test.want)
			}
		})
	}
}

func TestOddButReadableFilesAreRead(t *testing.T) {
	t.Parallel()
	result := func(id string) string { return `{"ruleId":"` + id + `"}` }
	tests := []struct {
		name, text string
		want       []string // rule ids
	}{
		{"byte order mark", "\xef\xbb\xbf" + oneRun(`"results":[`+result("A")+`]`), []string{"A"}},
		{"last of a name given twice", oneRun(`"results":[{"ruleId":"A","ruleId":"B"}]`), []string{"B"}},
		{"results given twice", oneRun(`"results":[` + result("A") + `],"results":[` + result("B") + `]`), []string{"A", "B"}},
		{"escaped names", oneRun(`"results":[{"rule\u0049d":"A"}]`), []string{"A"}},
		{"no rules, driver extensions null", oneRun(`"results":[` + result("A") + `],"artifacts":null`), []string{"A"}},
		{"metadata of another type", oneRun(`"artifacts":7,"taxonomies":["x"],"invocations":{"a":1},"automationDetails":"x","results":[` + result("A") + `]`), []string{"A"}},
		{"case of a rule", oneRun(`"results":[` + result("A/1") + `]`), []string{"A/1"}},
		{"bytes that are no UTF-8", oneRun(`"results":[{"ruleId":"A` + "\xff" + `"}]`), []string{"A\uFFFD"}},
		{"empty results", oneRun(`"results":[]`), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, results, rejections := read(t, test.text)
			var got []string
			for _, result := range results {
				got = append(got, result.RuleID)
			}
			if !reflect.DeepEqual(got, test.want) || len(rejections) > 0 {
				t.Errorf("rules %q, want %q; rejections %v", got, test.want, rejections)
			}
		})
	}
}

func TestAnIndexThatContradictsTheIDIsNotFollowed(t *testing.T) {
	t.Parallel()
	file := `{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Probe","rules":[{"id":"A"},{"id":"B"}]}},"results":[
		{"ruleId":"B","ruleIndex":0},{"ruleId":"C","ruleIndex":0},{"ruleId":"A/x","ruleIndex":0},{"ruleIndex":1},{"ruleIndex":7,"ruleId":"A"}]}]}`
	_, results, _ := read(t, file)
	var got []string
	for _, result := range results {
		got = append(got, fmt.Sprint(result.RuleID, " ", result.Rule != nil))
	}

	if want := []string{"B true", "C false", "A true", "B true", "A true"}; !reflect.DeepEqual(got, want) {
		t.Errorf("rules = %q, want %q", got, want)
	}
}

func TestARunThatFailedOrBroughtNothingSaysSo(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, members      string
		failed, hasResults bool
	}{
		{"no invocation", `"results":[]`, false, true},
		{"succeeded", `"invocations":[{"executionSuccessful":true}],"results":[]`, false, true},
		{"one of two failed", `"results":[],"invocations":[{"executionSuccessful":true},{"executionSuccessful":false}]`, true, true},
		{"no results", `"artifacts":[]`, false, false},
		{"null results", `"results":null`, false, false},
		{"results elsewhere", `"results":[],"externalPropertyFileReferences":{"results":[{"location":{"uri":"r.sarif"}}]}`, false, false},
		{"taxonomies elsewhere", `"results":[],"externalPropertyFileReferences":{"taxonomies":[{}]}`, false, true},
	}
	for _, test := range tests {
		log, _, _ := read(t, oneRun(test.members))
		if got := log.Runs[0]; got.Failed != test.failed || got.HasResults != test.hasResults {
			t.Errorf("%s: failed %t, has results %t", test.name, got.Failed, got.HasResults)
		}
	}
}

func TestSuppressionCountsUnlessRejected(t *testing.T) {
	t.Parallel()
	tests := []struct {
		suppressions string
		want         bool
	}{
		{`null`, false},
		{`[]`, false},
		{`[{"kind":"inSource"}]`, true},
		{`[{"kind":"external","status":"accepted"}]`, true},
		{`[{"kind":"external","status":"underReview"}]`, true},
		{`[{"kind":"external","status":"rejected"}]`, false},
		{`[{"kind":"external"},{"kind":"external","status":"rejected"}]`, false},
	}
	for _, test := range tests {
		_, results, _ := read(t, oneRun(`"results":[{"ruleId":"R","suppressions":`+test.suppressions+`}]`))
		if results[0].Suppressed != test.want {
			t.Errorf("suppressions %s: suppressed = %t", test.suppressions, results[0].Suppressed)
		}
	}
}

func TestCWEIsFoundInTags(t *testing.T) {
	t.Parallel()
	tests := []struct {
		tag  string
		want int
	}{
		{"external/cwe/cwe-079", 79},
		{"CWE-79", 79},
		{"CWE-327: Use of a Broken or Risky Cryptographic Algorithm", 327},
		{"cwe:22", 22},
		{"CWE_1004", 1004},
		{"cwe", 0},
		{"OWASP-A1", 0},
		{"lacwe-5", 0},
		{"cwe-999999", 0},
	}
	for _, test := range tests {
		if got := sarif.CWE(test.tag); got != test.want {
			t.Errorf("CWE(%q) = %d, want %d", test.tag, got, test.want)
		}
	}
}

func TestControlCharactersLeaveMessages(t *testing.T) {
	t.Parallel()
	_, results, _ := read(t, oneRun(`"results":[{"ruleId":"R\u0000","message":{"text":" a\u0000b\r\nc\td\u001b[31m\u0085 "}}]`))
	if got, want := results[0].Message, "a\uFFFDb\nc\td\uFFFD[31m\uFFFD"; got != want {
		t.Errorf("message = %q, want %q", got, want)
	}
	if got, want := results[0].RuleID, "R\uFFFD"; got != want {
		t.Errorf("rule id = %q, want %q", got, want)
	}
}

// pieces hands out a file a few bytes at a time.
type pieces struct {
	io.ReadSeeker
	size int
}

func (p pieces) Read(b []byte) (int, error) { return p.ReadSeeker.Read(b[:min(len(b), p.size)]) }

func TestAFileIsReadTheSameInAnyPieces(t *testing.T) {
	t.Parallel()
	text := many(100)
	_, want, _ := read(t, string(text))
	for _, size := range []int{1, 2, 3, 7, 64, 1000} {
		log, err := sarif.Open(t.Context(), pieces{bytes.NewReader(text), size}, sarif.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		got, rejections, err := drain(t.Context(), log)
		if err != nil || len(rejections) > 0 || len(got) != len(want) {
			t.Fatalf("in pieces of %d: %d results, rejections %v, %v", size, len(got), rejections, err)
		}
		for i := range got {
			got[i].Rule, want[i].Rule = nil, nil
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Fatalf("in pieces of %d\n got %+v\nwant %+v", size, got[i], want[i])
			}
		}
	}
}

// endless is a file of a prefix and size bytes of one filler, and counts what is read of it.
type endless struct {
	prefix string
	filler byte
	size   int64
	at     int64
	read   int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.at >= e.size {
		return 0, io.EOF
	}
	for i := range p {
		p[i] = e.filler
	}
	if e.at < int64(len(e.prefix)) {
		copy(p, e.prefix[e.at:])
	}
	e.at += int64(len(p))
	e.read += int64(len(p))
	return len(p), nil
}

func (e *endless) Seek(offset int64, _ int) (int64, error) {
	e.at = offset
	return offset, nil
}

func TestAnEndlessFileIsLeftEarly(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		file   endless
		want   string
		atMost int64 // bytes read
	}{
		{"spaces", endless{"", ' ', 1 << 30, 0, 0}, "The scan has more than 1 MiB of white space in a row, at byte 0", 2 << 20},
		{"spaces inside", endless{`{"runs":`, ' ', 1 << 30, 0, 0}, "The scan has more than 1 MiB of white space in a row, at byte 8", 2 << 20},
		{"a text", endless{`{"runs":"`, 'a', 1 << 30, 0, 0}, "The scan has a text longer than 16 MiB, at byte 7", 18 << 20},
		{"digits", endless{`{"x":`, '1', 1 << 30, 0, 0}, "The scan has a text longer than 16 MiB, at byte 4", 18 << 20},
		{"nesting", endless{`{"x":`, '[', 1 << 30, 0, 0}, "The scan is no valid SARIF: nested deeper than 64 levels, at /x" + strings.Repeat("/0", 63) + " (byte 69)", 1 << 20},
	}
	for _, test := range tests {
		_, err := sarif.Open(t.Context(), &test.file, sarif.DefaultLimits())
		if err == nil || err.Error() != test.want {
			t.Errorf("%s\n got %v\nwant %s", test.name, err, test.want)
		}
		if test.file.read > test.atMost {
			t.Errorf("%s: read %d bytes before giving up", test.name, test.file.read)
		}
	}
}

func TestLimitsRefuseTheFile(t *testing.T) {
	t.Parallel()
	small := sarif.Limits{Bytes: 1 << 10, Token: 256, Blanks: 64, Metadata: 512, Results: 3, Depth: 16}
	tests := []struct{ name, text, want string }{
		{"bytes", oneRun(`"x":[` + strings.Repeat(`0,`, 900) + `0]`), "The scan is larger than 1024 bytes"},
		{"results", oneRun(`"results":[1,2,3,4]`), "The scan has more than 3 results"},
		{"metadata", oneRun(`"artifacts":[` + strings.Repeat(`{"location":{"uri":"x"}},`, 20) + `{}]`), "The scan has more than 512 bytes of rules, artifacts and bases"},
	}
	for _, test := range tests {
		_, err := sarif.Open(t.Context(), strings.NewReader(test.text), small)
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s\n got %v\nwant %s", test.name, err, test.want)
		}
	}
}

func TestReadingEndsWithTheContext(t *testing.T) {
	t.Parallel()
	log, _, _ := read(t, oneRun(`"results":[{"ruleId":"R"}]`))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, _, err := drain(ctx, log)

	if !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want the context's", err)
	}
}

// many writes a file of n results of ordinary size.
func many(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Probe","rules":[{"id":"R0"},{"id":"R1","shortDescription":{"text":"one"}}]}},"results":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"ruleId":"R%d","ruleIndex":%d,"level":"error","message":{"text":"Something is wrong with value %d here."},`+
			`"locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/dir%d/file%d.go","uriBaseId":"%%SRCROOT%%"},`+
			`"region":{"startLine":%d,"startColumn":7,"endColumn":20,"snippet":{"text":"\tvalue := query(%d)\n"}}}}],`+
			`"partialFingerprints":{"primaryLocationLineHash":"%016x:1"},"properties":{"precision":"high","tags":["a","b"]}}`,
			i%2, i%2, i, i%7, i%1000, i/1000+1, i, i*2654435761)
	}
	b.WriteString(`]}]}`)
	return b.Bytes()
}

func TestMemoryDoesNotGrowWithResults(t *testing.T) {
	const n = 50_000
	text := many(n)
	log, err := sarif.Open(t.Context(), bytes.NewReader(text), sarif.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	count := 0

	for _, err := range log.Results(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if count++; count == n-1 {
			runtime.GC()
			runtime.ReadMemStats(&during)
		}
	}

	if grown := int64(during.HeapAlloc) - int64(before.HeapAlloc); grown > 1<<20 {
		t.Errorf("%d bytes more in use before the last of %d results", grown, n)
	}
}

func BenchmarkOpen(b *testing.B) {
	text := many(20_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := sarif.Open(b.Context(), bytes.NewReader(text), sarif.DefaultLimits()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkResults(b *testing.B) {
	text := many(20_000)
	log, err := sarif.Open(b.Context(), bytes.NewReader(text), sarif.DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if results, _, err := drain(b.Context(), log); err != nil || len(results) != 20_000 {
			b.Fatal(len(results), err)
		}
	}
}

func FuzzRead(f *testing.F) {
	sample, err := os.ReadFile("testdata/references.sarif")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sample)
	for _, seed := range []string{
		"", "{}", "[]", "\xef\xbb\xbf{}", "\xff\xfe{\x00", `{"version":"2.1.0","runs":[]}`,
		oneRun(`"results":[null,1,{"ruleId":"A","rank":1e999},{"kind":"pass","ruleIndex":-1}]`),
		oneRun(`"results":[{"ruleId":"a/b","message":{"text":"[x](1) {0} }}","arguments":["y"]}}]`),
		oneRun(`"originalUriBaseIds":{"A":{"uriBaseId":"B"},"B":{"uriBaseId":"A"}},"results":[{"ruleId":"A"}],"results":[{}]`),
		`{"runs":[{"tool":{"driver":{"name":"x"}}}],"runs":[{}],"version":"2.1.0"}`,
	} {
		f.Add([]byte(seed))
	}
	limits := sarif.Limits{Bytes: 1 << 20, Token: 1 << 16, Blanks: 1 << 12, Metadata: 1 << 18, Results: 1000, Depth: 64}
	f.Fuzz(func(t *testing.T, text []byte) {
		log, err := sarif.Open(t.Context(), bytes.NewReader(text), limits)
		var refusal *sarif.Refusal
		if err != nil {
			if !errors.As(err, &refusal) || refusal.Reason == "" {
				t.Fatalf("error is no refusal: %v", err)
			}
			return
		}
		results, rejections, err := drain(t.Context(), log)
		if err != nil {
			t.Fatalf("what could be opened cannot be read: %v", err)
		}
		announced := 0
		for _, run := range log.Runs {
			announced += run.Results
		}
		if got := len(results) + len(rejections); got != announced {
			t.Fatalf("%d results handed out, %d announced", got, announced)
		}
		for _, result := range results {
			if result.RuleID == "" || result.Kind == "" || result.Level == "" {
				t.Fatalf("unresolved: %+v", result)
			}
		}
	})
}
