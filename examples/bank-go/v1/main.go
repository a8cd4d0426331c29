// Command bank serves accounts over HTTP. It is weak on purpose: scanners are meant to find fault with it.
package main

import (
	"database/sql"
	"log"
	"net/http"
	_ "net/http/pprof"

	"bank.example/bank/accounts"
	"bank.example/bank/gateway"
	"bank.example/bank/session"
	"bank.example/bank/statement"
)

func main() {
	db, err := sql.Open("postgres", "postgres://localhost/bank")
	if err != nil {
		log.Fatal(err)
	}
	store := accounts.Store{DB: db}
	files := statement.Files{Directory: "/var/lib/bank/statements"}

	http.HandleFunc("/sign-in", session.SignIn)
	http.HandleFunc("/accounts", store.Find)
	http.HandleFunc("/accounts/history", store.History)
	http.HandleFunc("/transfer", store.Transfer)
	http.HandleFunc("/statements", files.Download)
	http.HandleFunc("/statements/print", files.Print)
	http.HandleFunc("/rates", gateway.Rates)

	log.Fatal(http.ListenAndServe("0.0.0.0:8080", nil))
}
