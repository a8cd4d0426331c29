package asmtest

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"asm.example/asm/internal/database"
)

// cluster is a PostgreSQL in which tests may make and drop databases.
type cluster struct {
	url      *url.URL
	admin    *pgxpool.Pool
	template string
	made     atomic.Int64
	held     io.Closer // what was started for this process; kept, because its pipe must stay open
}

// postgres is the cluster of this process, and why there is none.
var postgres = sync.OnceValues(func() (*cluster, error) {
	c, err := findCluster()
	if err != nil {
		err = errors.New(strings.Join(strings.Fields(err.Error()), " ")) // of one line
		fmt.Fprintf(os.Stderr, "asmtest: ran on SQLite alone: %v\n", err)
		return nil, err
	}
	return c, nil
})

// NewPostgres answers the address of a new, migrated PostgreSQL database that is dropped when the test ends. Where there
// is no PostgreSQL the test is skipped, but fails where CI or ASM_TEST_POSTGRES is set.
func NewPostgres(t testing.TB) string {
	t.Helper()
	c, err := postgres()
	if err != nil && os.Getenv("ASM_TEST_POSTGRES")+os.Getenv("CI") != "" {
		t.Fatalf("this was to run on PostgreSQL too: %v", err)
	}
	if err != nil {
		t.Skipf("ran on SQLite alone: %v", err)
	}
	ctx := context.Background()
	name := fmt.Sprintf("asm_test_%d_%d", os.Getpid(), c.made.Add(1))
	if _, err := c.admin.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+c.template); err != nil {
		t.Fatalf("make a database: %v", err)
	}
	t.Cleanup(func() {
		if _, err := c.admin.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the database: %v", err)
		}
	})
	return c.address(name)
}

// address is the URL of a database of the cluster. A test needs few connections, and many tests run at once.
func (c *cluster) address(name string) string {
	u := *c.url
	u.Path = "/" + name
	query := u.Query()
	query.Set("pool_max_conns", "6")
	u.RawQuery = query.Encode()
	return u.String()
}

func findCluster() (*cluster, error) {
	c := &cluster{}
	address := os.Getenv("ASM_TEST_POSTGRES")
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	if address == "" {
		address, c.held, err = startCluster(root)
		if err != nil {
			return nil, err
		}
	}
	c.url, err = url.Parse(address)
	if err != nil {
		return nil, errors.New("ASM_TEST_POSTGRES is no URL")
	}
	c.admin, err = pgxpool.New(context.Background(), address)
	if err != nil {
		return nil, err
	}
	return c, c.makeTemplate(context.Background(), filepath.Join(root, "internal", "database", "migrations"))
}

// makeTemplate makes the database that tests get copies of, once for all packages that use the cluster and have the
// same migrations. Whoever is first holds a lock; only when it is whole is it marked as a template.
func (c *cluster) makeTemplate(ctx context.Context, migrations string) error {
	digest, err := digestOf(migrations)
	if err != nil {
		return err
	}
	c.template = "asm_template_" + digest
	connection, err := c.admin.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("reach PostgreSQL: %w", err)
	}
	defer connection.Release()
	const key = 7_305_513 // any number that all packages take
	if _, err := connection.Exec(ctx, "SELECT pg_advisory_lock($1)", key); err != nil {
		return err
	}
	defer func() { _, _ = connection.Exec(ctx, "SELECT pg_advisory_unlock($1)", key) }()

	var whole bool
	const isWhole = "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate)"
	if err := connection.QueryRow(ctx, isWhole, c.template).Scan(&whole); err != nil || whole {
		return err
	}
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + c.template, "CREATE DATABASE " + c.template} {
		if _, err := connection.Exec(ctx, statement); err != nil {
			return err
		}
	}
	if err := migrateTemplate(database.Options{URL: c.address(c.template)}); err != nil {
		return err
	}
	_, err = connection.Exec(ctx, "ALTER DATABASE "+c.template+" IS_TEMPLATE true")
	return err
}

// digestOf names the content of a folder's files.
func digestOf(folder string) (string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.sql"))
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s %d\n", filepath.Base(file), len(content))
		_, _ = sum.Write(content)
	}
	return fmt.Sprintf("%x", sum.Sum(nil)[:8]), nil
}

// maxStart is how long a cluster may take to come up.
const maxStart = 90 * time.Second

// startCluster starts one by scripts/with-postgres.sh, which stops it when what it runs ends: a cat that ends with its
// standard input. That is a pipe from this process, so the cluster goes when this process does, even if it is killed.
// None of our own output is handed on, for which "go test" would wait.
func startCluster(root string) (address string, held io.Closer, err error) {
	script := filepath.Join(root, "scripts", "with-postgres.sh")
	command := exec.Command(script, "sh", "-c", `echo "$ASM_TEST_POSTGRES"; exec cat >/dev/null`)
	stdin, err := command.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := command.Start(); err != nil {
		return "", nil, fmt.Errorf("ASM_TEST_POSTGRES is not set, and none could be started: %w", err)
	}
	late := time.AfterFunc(maxStart, func() { _ = stdin.Close(); _ = stdout.Close() })
	defer late.Stop()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		_ = stdin.Close()
		return "", nil, errors.Join(
			errors.New("ASM_TEST_POSTGRES is not set, and PostgreSQL's programs were not found or did not start"),
			command.Wait())
	}
	return strings.TrimSpace(line), &startedCluster{command, stdin}, nil
}

// startedCluster is a cluster that a script holds for us.
type startedCluster struct {
	script *exec.Cmd
	stdin  io.Closer
}

// Close stops the cluster and waits until it is gone.
func (c *startedCluster) Close() error {
	return errors.Join(c.stdin.Close(), c.script.Wait())
}

// moduleRoot is the folder of go.mod, above the package that is tested.
func moduleRoot() (string, error) {
	directory, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(directory, "go.mod")); err == nil {
			return directory, nil
		}
		parent := filepath.Dir(directory)
		if parent == directory {
			return "", errors.New("the tests run outside the module")
		}
		directory = parent
	}
}
