package scan_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"testing"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/blob"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/finding"
	"asm.example/asm/internal/group"
	"asm.example/asm/internal/job"
	"asm.example/asm/internal/organization"
	"asm.example/asm/internal/problem"
	"asm.example/asm/internal/root"
	"asm.example/asm/internal/scan"
	"asm.example/asm/internal/vulnerability"
)

// world is two organizations with a group each, roots in them, and the services up to scans.
type world struct {
	t               testing.TB
	db              *database.DB
	clock           *asmtest.Clock
	access          *access.Service
	jobs            *job.Queue
	groups          *group.Service
	roots           *root.Service
	vulnerabilities *vulnerability.Service
	scans           *scan.Service
	host            context.Context
	acme            string
	web, shop       string // group ids: web is acme's, shop globex's
	code            string // root "code" of web
}

func eachWorld(t *testing.T, run func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	asmtest.EachRawDatabase(t, func(t *testing.T, db *database.DB, clock *asmtest.Clock) {
		w := newWorld(t, db)
		w.clock = clock
		run(t, w)
	})
}

// newServices wires the rooms on a database, as a process does.
func newServices(t testing.TB, db *database.DB, folder string) *world {
	t.Helper()
	ctx := context.Background()
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	queue := job.NewQueue(db, job.Options{Logger: quiet})
	accesses, err := access.New(ctx, access.Options{
		DB: db, Log: audit.New(), Jobs: queue, Random: asmtest.Random(t), KeyFile: filepath.Join(folder, "signing.key"),
		URL: "http://asm.test", Logger: quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	files, err := blob.Open(filepath.Join(folder, "files"))
	if err != nil {
		t.Fatal(err)
	}
	findings, roots := finding.New(db, accesses), root.New(db, accesses)
	vulnerabilities := vulnerability.New(db, accesses, findings)
	return &world{
		t: t, db: db, access: accesses, jobs: queue, groups: group.New(db, accesses), roots: roots,
		vulnerabilities: vulnerabilities,
		scans:           scan.New(db, accesses, queue, files),
		host:            access.WithActor(ctx, access.HostActor("host")),
	}
}

func newWorld(t testing.TB, db *database.DB) *world {
	t.Helper()
	w := newServices(t, db, t.TempDir())
	w.furnish()
	return w
}

func (w *world) furnish() {
	w.t.Helper()
	organizations := organization.New(w.db, w.access)
	for organizationName, groupName := range map[string]string{"acme": "web", "globex": "shop"} {
		o, err := organizations.Add(w.host, organization.Addition{Name: organizationName})
		if err != nil {
			w.t.Fatal(err)
		}
		id, err := w.groups.Add(w.host, group.Addition{Organization: organizationName, Name: groupName, Description: "x"})
		if err != nil {
			w.t.Fatal(err)
		}
		if groupName == "web" {
			w.acme, w.web = o.ID, id
			w.code = w.addRoot("web", "code")
			continue
		}
		w.shop = id
		w.addRoot("shop", "till")
	}
}

func (w *world) addRoot(groupName, nickname string) string {
	w.t.Helper()
	id, err := w.roots.AddGit(w.host, groupName, root.GitSettings{
		URL: "https://" + nickname + ".test/" + groupName + "/" + nickname, Branch: "main", Environment: "production",
		Nickname: nickname,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// as answers the context of a person with a role in the group web; "" is a stranger to it.
func (w *world) as(role access.Role) context.Context {
	w.t.Helper()
	email := string(role) + "@acme.test"
	m := access.Membership{Email: email, OrganizationID: w.acme, GroupID: w.web, Role: role}
	if role == "" {
		m.Email, m.GroupID, m.Role = "stranger@acme.test", "", access.User
	}
	err := w.db.Write(w.host, func(tx *database.Tx) error { return w.access.AddMembership(w.host, tx, m) })
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, err := w.access.ForJob(context.Background(), job.Job{ID: "test", Owner: m.Email})
	if err != nil {
		w.t.Fatal(err)
	}
	return ctx
}

func upload(file []byte) *scan.Upload {
	return &scan.Upload{Name: "scans/report.sarif", Size: int64(len(file)), Content: bytes.NewReader(file)}
}

func (w *world) tryImport(ctx context.Context, file []byte) (scan.Imported, error) {
	return w.scans.Import(ctx, scan.Import{GroupName: "web", RootNickname: "code", File: upload(file), Wait: true})
}

// load imports a file into web's code as the host, and checks that receipt and counters are true.
func (w *world) load(file []byte) scan.Receipt {
	w.t.Helper()
	imported, err := w.tryImport(w.host, file)
	if err != nil {
		w.t.Fatal(err)
	}
	w.check(*imported.Receipt)
	return *imported.Receipt
}

// begin enqueues an import, and answers its job.
func (w *world) begin(file []byte) string {
	w.t.Helper()
	imported, err := w.scans.Import(w.host, scan.Import{GroupName: "web", RootNickname: "code", File: upload(file)})
	if err != nil || imported.Job == nil || imported.Receipt != nil {
		w.t.Fatalf("Import = %+v, %v, want a job", imported, err)
	}
	return imported.Job.ID
}

// receiptOf answers the receipt of an import by the list of scans.
func (w *world) receiptOf(jobID string) scan.Receipt {
	w.t.Helper()
	pages, err := w.scans.PagesOfGroups(w.host, []string{w.web}, 1000, "")
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range pages[0].Scans {
		if s.ID == jobID {
			return s.Receipt
		}
	}
	w.t.Fatalf("no scan %s among %d", jobID, len(pages[0].Scans))
	return scan.Receipt{}
}

// check compares a receipt with itself and the group's counters with what a recount says.
func (w *world) check(r scan.Receipt) {
	w.t.Helper()
	if !r.Balanced() {
		w.t.Fatalf("receipt is not balanced: %+v", r)
	}
	kept := w.counters()
	err := w.db.Write(w.host, func(tx *database.Tx) error { return finding.Recount(w.host, tx, w.web) })
	if err != nil {
		w.t.Fatal(err)
	}
	if counted := w.counters(); counted != kept {
		w.t.Fatalf("counters = %+v, counted %+v", kept, counted)
	}
}

func (w *world) counters() group.Counters {
	w.t.Helper()
	all, err := group.CountersOf(w.host, w.db, []string{w.web})
	if err != nil {
		w.t.Fatal(err)
	}
	return all[w.web]
}

// open and closed are the numbers of web's locations.
func (w *world) open() int64   { return w.counters().Open.Total() }
func (w *world) closed() int64 { return w.counters().Closed }

// rows counts all that an import may write below the group.
func (w *world) rows() map[string]int64 {
	w.t.Helper()
	rows := map[string]int64{}
	for table, statement := range map[string]string{
		"findings":      "SELECT count(*) FROM findings",
		"locations":     "SELECT count(*) FROM vulnerabilities",
		"versions":      "SELECT COALESCE(CAST(sum(version) AS BIGINT), 0) FROM vulnerabilities",
		"history":       "SELECT count(*) FROM vulnerability_history",
		"keys":          "SELECT count(*) FROM vulnerability_keys",
		"scans":         "SELECT count(*) FROM scans",
		"plans":         "SELECT count(*) FROM scan_plans",
		"jobs":          "SELECT count(*) FROM jobs",
		"audit entries": "SELECT count(*) FROM audit_entries",
	} {
		n, err := database.One(w.host, w.db, database.Value[int64], statement)
		if err != nil {
			w.t.Fatal(err)
		}
		rows[table] = n
	}
	return rows
}

// locations are web's by place: "path:line state", with their ids.
func (w *world) locations() map[string]string {
	w.t.Helper()
	type row struct{ id, place string }
	found, err := database.Collect(w.host, w.db, func(r database.Row) (l row, err error) {
		return l, r.Scan(&l.id, &l.place)
	}, `SELECT id, rule_id || ' ' || place || ':' || specific || ' ' || state FROM vulnerabilities WHERE group_id = $1`, w.web)
	if err != nil {
		w.t.Fatal(err)
	}
	all := map[string]string{}
	for _, l := range found {
		all[l.id] = l.place
	}
	return all
}

func wantProblem(t *testing.T, err error, kind problem.Kind, message string) {
	t.Helper()
	p, ok := problem.As(err)
	if !ok || p.Kind != kind || p.Message != message {
		t.Errorf("error = %v, want %s: %s", err, kind, message)
	}
}
