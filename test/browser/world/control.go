package main

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/asm"
)

// clock is the machine's, ahead by as much as the tests say.
type clock struct {
	mutex sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) advance(by time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.ahead += by
}

// tail keeps the end of what is written to it.
type tail struct {
	mutex sync.Mutex
	end   []byte
}

// mostLog is how much of the log is kept, bytes.
const mostLog = 64 << 10

// Write implements io.Writer.
func (t *tail) Write(line []byte) (int, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.end = append(t.end, line...)
	if over := len(t.end) - mostLog; over > 0 {
		t.end = append(t.end[:0], t.end[over:]...)
	}
	return len(line), nil
}

func (t *tail) text() []byte {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return append([]byte(nil), t.end...)
}

// control answers what the tests ask of the world itself: its clock, its log, and what only its operator may do.
func (w *world) control(services *asm.Services) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /advance", func(response http.ResponseWriter, request *http.Request) {
		var asked struct {
			Seconds int64 `json:"seconds"`
		}
		if err := json.NewDecoder(request.Body).Decode(&asked); err != nil || asked.Seconds < 0 {
			http.Error(response, `{"seconds": N} is expected, 0 or more: time does not go back`, http.StatusBadRequest)
			return
		}
		w.clock.advance(time.Duration(asked.Seconds) * time.Second)
		w.tellTime(response)
	})
	mux.HandleFunc("POST /deactivate", func(response http.ResponseWriter, request *http.Request) {
		var asked struct {
			Email string `json:"email"`
		}
		if err := json.NewDecoder(request.Body).Decode(&asked); err != nil {
			http.Error(response, err.Error(), http.StatusBadRequest)
			return
		}
		ctx := access.WithActor(request.Context(), access.HostActor("world"))
		if err := services.Access.SetActive(ctx, asked.Email, false); err != nil {
			http.Error(response, err.Error(), http.StatusBadRequest)
		}
	})
	mux.HandleFunc("GET /now", func(response http.ResponseWriter, _ *http.Request) { w.tellTime(response) })
	mux.HandleFunc("GET /log", func(response http.ResponseWriter, _ *http.Request) {
		response.Header().Set("Content-Type", "text/plain; charset=utf-8")
		// The test is gone when this fails.
		_, _ = response.Write(w.log.text())
	})
	return mux
}

func (w *world) tellTime(response http.ResponseWriter) {
	response.Header().Set("Content-Type", "application/json")
	// The test is gone when this fails.
	_ = json.NewEncoder(response).Encode(map[string]string{"now": w.clock.now().UTC().Format(time.RFC3339Nano)})
}
