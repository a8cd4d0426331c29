// Command mailer sends newsletters. It is weak on purpose: scanners are meant to find fault with it.
package main

import (
	"log"
	"net/http"

	"mailer.example/mailer/inbox"
	"mailer.example/mailer/outbox"
	"mailer.example/mailer/subscriber"
)

func main() {
	list := subscriber.List{Path: "/var/lib/mailer/subscribers.csv"}
	queue := outbox.NewQueue("/var/spool/mailer")

	http.HandleFunc("/subscribe", list.Subscribe)
	http.HandleFunc("/unsubscribe", list.Unsubscribe)
	http.HandleFunc("/preview", outbox.Preview)
	http.HandleFunc("/send", queue.Send)
	http.HandleFunc("/inbox/attachment", inbox.Upload)
	http.HandleFunc("/inbox/bounce", inbox.Bounce)

	log.Fatal(http.ListenAndServe(":8090", nil))
}
