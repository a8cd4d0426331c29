package scan

import "strings"

// cweOfRule answers the CWE ids of a rule whose scanner names none; nil when it is not in the table. Rule ids with dots or
// slashes are known by their last part, too, because scanners write the path of the rule's file before it.
func cweOfRule(tool, ruleID string) []int {
	tool, _, _ = strings.Cut(strings.ToLower(tool), " ") // "Semgrep OSS"
	rules := cweOfRules[tool]
	if cwe := rules[ruleID]; cwe != nil {
		return cwe
	}
	return rules[ruleID[strings.LastIndexAny(ruleID, "./")+1:]]
}

// cweOfRules says which weakness a rule is about, where the scanner's file does not: staticcheck, ESLint and its plugins
// name no CWE, gosec leaves some out. Judged by the rules' own documentation; a rule that is about style, or about many
// things, is left out and makes a finding of its own name.
var cweOfRules = map[string]map[string][]int{
	// securego.io/docs/rules
	"gosec": {
		"G101": {798}, // hard-coded credentials
		"G102": {605}, // bound to every interface
		"G103": {242}, // unsafe
		"G104": {703}, // unchecked errors
		"G106": {322}, // SSH host key not checked
		"G107": {918}, // address of a request from a variable
		"G108": {489}, // profiling endpoint
		"G109": {190}, // Atoi to a smaller integer
		"G110": {409}, // decompression without limit
		"G111": {22},  // directory served
		"G112": {400}, // no ReadHeaderTimeout
		"G113": {190}, // big.Rat.SetString
		"G114": {676}, // server without timeouts
		"G115": {190}, // integer conversion
		"G116": {451}, // bidirectional characters
		"G117": {499}, // secrets in what is marshalled
		"G118": {400}, // goroutine without end
		"G119": {200}, // headers kept in a redirect
		"G120": {400}, // form parsed without limit
		"G121": {352}, // cross-origin protection bypassed
		"G122": {367}, // race in walking a tree
		"G123": {295}, // resumed TLS not verified
		"G124": {614}, // cookie without its attributes
		"G201": {89},  // SQL by format
		"G202": {89},  // SQL by joining
		"G203": {79},  // unescaped template
		"G204": {78},  // command from variables
		"G301": {276}, // permissions of directories
		"G302": {276}, // permissions of files
		"G303": {377}, // predictable temporary file
		"G304": {22},  // path from a variable
		"G305": {22},  // path from an archive
		"G306": {276}, // permissions of written files
		"G307": {703}, // deferred Close
		"G401": {328}, // weak digest
		"G402": {295}, // TLS settings
		"G403": {326}, // short RSA key
		"G404": {338}, // math/rand
		"G405": {327}, // weak cipher
		"G406": {328}, // MD4, RIPEMD-160
		"G407": {329}, // constant nonce
		"G408": {287}, // SSH callback keeps state
		"G501": {327}, // import of MD5
		"G502": {327}, // import of DES
		"G503": {327}, // import of RC4
		"G504": {327}, // import of net/http/cgi
		"G505": {327}, // import of SHA-1
		"G506": {327}, // import of MD4
		"G507": {327}, // import of RIPEMD-160
		"G601": {118}, // address of a loop variable
		"G602": {118}, // index out of range
		"G701": {89},  // SQL, by flow
		"G702": {78},  // command, by flow
		"G703": {22},  // path, by flow
		"G704": {918}, // request, by flow
		"G705": {79},  // page, by flow
		"G706": {117}, // log, by flow
		"G707": {93},  // mail header, by flow
		"G708": {1336},
		"G709": {502},
		"G710": {601}, // redirect, by flow
	},
	// staticcheck.dev/docs/checks
	"staticcheck": {
		"SA1000": {185},  // invalid regular expression
		"SA1006": {134},  // format from a variable
		"SA1007": {20},   // invalid URL
		"SA1012": {476},  // nil context
		"SA1017": {662},  // unbuffered signal channel
		"SA1019": {477},  // deprecated
		"SA1020": {20},   // invalid host and port
		"SA2000": {662},  // WaitGroup.Add in the goroutine
		"SA2001": {667},  // empty critical section
		"SA2002": {662},  // FailNow in a goroutine
		"SA2003": {667},  // Lock in place of Unlock
		"SA4000": {571},  // both sides equal
		"SA4001": {563},  // &*x
		"SA4003": {570},  // comparison with an extreme
		"SA4004": {670},  // loop that ends at once
		"SA4005": {563},  // field never read
		"SA4006": {563},  // value never read
		"SA4008": {835},  // condition never changes
		"SA4009": {563},  // argument overwritten
		"SA4010": {563},  // append never read
		"SA4011": {670},  // break without effect
		"SA4014": {561},  // branch that repeats a condition
		"SA4015": {682},  // math on an integer
		"SA4016": {682},  // bit operation without effect
		"SA4017": {252},  // result of a pure function dropped
		"SA4018": {563},  // self-assignment
		"SA4020": {561},  // case never reached
		"SA4022": {571},  // address compared with nil
		"SA4023": {571},  // interface compared with nil
		"SA5000": {476},  // write to a nil map
		"SA5001": {754},  // Close deferred before the error is checked
		"SA5002": {835},  // empty loop
		"SA5003": {772},  // defer in an endless loop
		"SA5004": {835},  // select with an empty default
		"SA5005": {772},  // finalizer that keeps its object
		"SA5007": {674},  // endless recursion
		"SA5008": {710},  // invalid struct tag
		"SA5009": {628},  // format and arguments disagree
		"SA5010": {570},  // impossible type assertion
		"SA5011": {476},  // possible nil dereference
		"SA5012": {628},  // odd number of arguments
		"SA6000": {1333}, // regular expression compiled in a loop
		"SA9001": {772},  // defer in a loop over a channel
		"SA9002": {732},  // file mode that is not octal
		"SA9003": {1071}, // empty branch
		"SA9004": {704},  // only the first constant is typed
		"SA9005": {502},  // marshalling what has no public fields
		"U1000":  {561},  // unused code
	},
	// The core rules (eslint.org/docs/rules) and the READMEs of eslint-plugin-security, -no-unsanitized and -no-secrets.
	"eslint": {
		"no-eval":                   {95},
		"no-implied-eval":           {95},
		"no-new-func":               {95},
		"no-script-url":             {79},
		"no-unused-vars":            {563},
		"no-unreachable":            {561},
		"no-constant-condition":     {571},
		"no-control-regex":          {185},
		"no-empty":                  {1071},
		"no-fallthrough":            {484},
		"no-self-compare":           {571},
		"no-unsafe-finally":         {584},
		"no-cond-assign":            {481},
		"eqeqeq":                    {597},
		"use-isnan":                 {570},
		"no-unsanitized/method":     {79},
		"no-unsanitized/property":   {79},
		"no-secrets/no-secrets":     {798},
		"react/no-danger":           {79},
		"react/jsx-no-target-blank": {1022},

		"security/detect-bidi-characters":                {451},
		"security/detect-buffer-noassert":                {125},
		"security/detect-child-process":                  {78},
		"security/detect-disable-mustache-escape":        {79},
		"security/detect-eval-with-expression":           {95},
		"security/detect-new-buffer":                     {908},
		"security/detect-no-csrf-before-method-override": {352},
		"security/detect-non-literal-fs-filename":        {22},
		"security/detect-non-literal-regexp":             {1333},
		"security/detect-non-literal-require":            {98},
		"security/detect-object-injection":               {915},
		"security/detect-possible-timing-attacks":        {208},
		"security/detect-pseudoRandomBytes":              {338},
		"security/detect-unsafe-regex":                   {1333},
		"scanjs-rules/assign_to_innerHTML":               {79},
		"xss/no-mixed-html":                              {79},
		"@typescript-eslint/no-implied-eval":             {95},
		"@typescript-eslint/no-unused-vars":              {563},
		"@typescript-eslint/no-floating-promises":        {703},
		"no-prototype-builtins":                          {1321},
	},
	// Rules of the registry name their CWE in the file; these are for rule sets that were trimmed.
	"semgrep": {
		"sqli":                         {89},
		"tainted-sql-string":           {89},
		"formatted-sql-query":          {89},
		"string-formatted-query":       {89},
		"dangerous-subprocess-use":     {78},
		"subprocess-shell-true":        {78},
		"dangerous-exec-command":       {78},
		"detect-child-process":         {78},
		"eval-detected":                {95},
		"exec-detected":                {95},
		"avoid-pickle":                 {502},
		"insecure-hash-algorithm-md5":  {327},
		"insecure-hash-algorithm-sha1": {327},
		"use-of-md5":                   {328},
		"use-of-sha1":                  {328},
		"weak-random":                  {330},
		"math-random-used":             {338},
		"path-join-resolve-traversal":  {22},
		"httpservlet-path-traversal":   {22},
		"detected-private-key":         {798},
		"detected-generic-secret":      {798},
		"missing-integrity":            {353},
		"template-unescaped-with-safe": {79},
		"direct-use-of-httpresponse":   {79},
		"unvalidated-redirect":         {601},
		"open-redirect":                {601},
		"ssrf-requests":                {918},
		"disabled-cert-validation":     {295},
		"unverified-ssl-context":       {295},
		"cookie-missing-secure-flag":   {614},
		"cookie-missing-httponly":      {1004},
		"missing-user":                 {250},
		"run-as-non-root":              {250},
	},
	// golangci-lint names the linter as the rule.
	"golangci-lint": {
		"errcheck":      {252},
		"bodyclose":     {772},
		"sqlclosecheck": {772},
		"rowserrcheck":  {252},
		"unused":        {561},
		"ineffassign":   {563},
		"bidichk":       {451},
		"nilerr":        {391},
		"noctx":         {400},
	},
}
