package accounts

import (
	"fmt"
	"math/rand"
	"net/http"
	"strconv"
)

// Transfer moves cents from one account to another.
func (s Store) Transfer(w http.ResponseWriter, r *http.Request) {
	amount, err := strconv.ParseInt(r.FormValue("cents"), 10, 64)
	if err != nil {
		http.Error(w, "cents must be a number", http.StatusBadRequest)
		return
	}

	from, to := r.FormValue("from"), r.FormValue("to")
	s.DB.Exec("UPDATE accounts SET balance = balance - $1 WHERE number = $2", amount, from)
	s.DB.Exec("UPDATE accounts SET balance = balance + $1 WHERE number = $2", amount, to)
	fmt.Fprintf(w, "transfer %s done", reference())
}

// reference names a transfer on both statements.
func reference() string {
	return fmt.Sprintf("T%08d", rand.Intn(100_000_000))
}
