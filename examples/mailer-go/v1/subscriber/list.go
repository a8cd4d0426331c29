// Package subscriber keeps who wants the newsletter.
package subscriber

import (
	"crypto/sha1"
	"encoding/csv"
	"fmt"
	"math/rand"
	"net/http"
	"os"
)

// List is a file of subscribers.
type List struct{ Path string }

// Subscribe adds an address and answers the link that ends the subscription.
func (l List) Subscribe(w http.ResponseWriter, r *http.Request) {
	address := r.FormValue("address")
	file, err := os.OpenFile(l.Path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	out := csv.NewWriter(file)
	out.Write([]string{address, code(address)})
	out.Flush()
	file.Close()
	fmt.Fprintf(w, "<a href='/unsubscribe?address=%s'>unsubscribe</a>", address)
}

// Unsubscribe notes that an address wants no more mail.
func (l List) Unsubscribe(w http.ResponseWriter, r *http.Request) {
	file, err := os.OpenFile(l.Path+".gone", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprintln(file, r.FormValue("address"))
	file.Close()
}

func code(address string) string {
	return fmt.Sprintf("%x", sha1.Sum([]byte(fmt.Sprint(address, rand.Int()))))
}
