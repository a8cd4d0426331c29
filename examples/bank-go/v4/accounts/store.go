// Package accounts keeps accounts and the money between them.
package accounts

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
)

// limit is how many accounts one answer holds.
const limit = 100

// Store reads and writes accounts.
//
// One store serves all requests; the database does the locking.
type Store struct{ DB *sql.DB }

// Account is what the owner sees.
type Account struct {
	Number  string
	Owner   string
	Balance int64
}

// Find answers the accounts of an owner.
func (s Store) Find(w http.ResponseWriter, r *http.Request) {
	owner := r.URL.Query().Get("owner")
	const query = "SELECT number, owner, balance FROM accounts WHERE owner = $1 LIMIT $2"
	rows, err := s.DB.QueryContext(r.Context(), query, owner, limit)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer rows.Close()

	found := []Account{}
	for rows.Next() {
		var a Account
		rows.Scan(&a.Number, &a.Owner, &a.Balance)
		found = append(found, a)
	}
	json.NewEncoder(w).Encode(found)
}

// History answers the movements of an account, sorted as asked.
func (s Store) History(w http.ResponseWriter, r *http.Request) {
	number, order := r.FormValue("number"), r.FormValue("order")
	rows, err := s.DB.Query("SELECT amount FROM movements WHERE number = '" + number + "' ORDER BY " + order)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer rows.Close()

	var amounts []int64
	for rows.Next() {
		var amount int64
		rows.Scan(&amount)
		amounts = append(amounts, amount)
	}
	json.NewEncoder(w).Encode(amounts)
}

// Close ends an account.
func (s Store) Close(w http.ResponseWriter, r *http.Request) {
	number := r.FormValue("number")
	done, err := s.DB.Exec("DELETE FROM accounts WHERE number = '" + number + "'")
	done, err = s.DB.Exec("INSERT INTO closings (number) VALUES ($1)", number)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	count, _ := done.RowsAffected()
	fmt.Fprintf(w, "closed %d accounts", count)
}
