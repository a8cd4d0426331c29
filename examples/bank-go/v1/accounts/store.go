// Package accounts keeps accounts and the money between them.
package accounts

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
)

// Store reads and writes accounts.
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
	query := fmt.Sprintf("SELECT number, owner, balance FROM accounts WHERE owner = '%s'", owner)
	rows, err := s.DB.QueryContext(r.Context(), query)
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
