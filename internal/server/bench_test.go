package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/api"
	"asm.example/asm/internal/asmtest"
	"asm.example/asm/internal/asmtest/world"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/server"
)

// The operations that are measured: the smallest, and a page as the web app asks for it.
const (
	meQuery   = `{ me { userEmail } }`
	pageQuery = `{ group(groupName: "web") { vulnerabilities(first: 50, stateStatus: "VULNERABLE", sort: {field: SEVERITY}) { pageInfo { endCursor hasNextPage }
	  edges { cursor node { id where specific state source technique severityTemporalScore severityVector reportDate lastStateDate treatmentStatus
	    treatmentAssigned verification zeroRisk tags rootNickname vulnerabilityType commitHash detection { tool rule severity } } } } } }`
)

// manyResults is a scan of so many results, each in a file of its own.
func manyResults(count int) string {
	var text strings.Builder
	text.WriteString(`{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "probe"}}, "results": [`)
	for i := range count {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, `{"ruleId": "rule-%d", "level": "%s", "message": {"text": "weak"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/file%d.go"}, "region": {"startLine": %d}}}]}`,
			i%20, []string{"error", "warning", "note"}[i%3], i, 1+i%500)
	}
	text.WriteString(`]}]}`)
	return text.String()
}

// benchmarkRequests measures one operation, with a token, beside a bare handler that reads the body and writes the same
// bytes and headers, both over loopback connections that are kept.
func benchmarkRequests(b *testing.B, query string) {
	clock := asmtest.NewClock()
	w := world.New(b, database.Options{Path: b.TempDir() + "/asm.db", Random: asmtest.Random(b)}, clock)
	w.Organization("acme")
	w.Group("acme", "web")
	w.GitRoot("web", "shop")
	w.Person("ana@acme.test", access.Admin)
	w.Import(w.Host(), "web", "shop", manyResults(5000))
	token := w.Token("ana@acme.test")
	public, err := url.Parse("http://127.0.0.1")
	if err != nil {
		b.Fatal(err)
	}
	schema, err := api.NewSchema(w.Services, w.Logger)
	if err != nil {
		b.Fatal(err)
	}
	handler, err := server.New(server.Config{PublicURL: public, Loopback: true, TempDir: w.TempDir}, server.Parts{
		Schema: schema, Access: w.Access, Lifecycle: w.Lifecycle, Database: w.Database, Log: w.Logger, Now: w.Now, WallClock: time.Now, Random: w.Random,
	})
	if err != nil {
		b.Fatal(err)
	}
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		b.Fatal(err)
	}
	recorded := httptest.NewRecorder()
	handler.ServeHTTP(recorded, newRequest(b, "http://127.0.0.1/api", token, body))
	if recorded.Code != http.StatusOK || strings.Contains(recorded.Body.String(), `"errors"`) {
		b.Fatalf("answer %d: %.300s", recorded.Code, recorded.Body)
	}
	answer, header := recorded.Body.Bytes(), recorded.Header()
	bare := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for name, values := range header {
			rw.Header()[name] = values
		}
		_, _ = rw.Write(answer)
	})
	b.Run("bare", func(b *testing.B) { measure(b, bare, token, body) })
	b.Run("asm", func(b *testing.B) { measure(b, handler, token, body) })
}

func newRequest(b *testing.B, address, token string, body []byte) *http.Request {
	b.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

// measure sends requests over eight kept connections at a time.
func measure(b *testing.B, handler http.Handler, token string, body []byte) {
	listening := httptest.NewServer(handler)
	defer listening.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	b.SetParallelism(4)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			response, err := client.Do(newRequest(b, listening.URL+"/api", token, body))
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}

func BenchmarkMe(b *testing.B)   { benchmarkRequests(b, meQuery) }
func BenchmarkPage(b *testing.B) { benchmarkRequests(b, pageQuery) }
