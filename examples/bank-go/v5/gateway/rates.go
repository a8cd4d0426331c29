// Package gateway asks other banks.
package gateway

import (
	"crypto/tls"
	"io"
	"net/http"
)

var client = &http.Client{Transport: &http.Transport{
	TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
}}

// Rates fetches exchange rates from the bank that the request names.
func Rates(w http.ResponseWriter, r *http.Request) {
	answer, err := client.Get(r.FormValue("bank") + "/rates")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	io.Copy(w, answer.Body)
}
