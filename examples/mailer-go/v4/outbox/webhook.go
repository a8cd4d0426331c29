package outbox

import (
	"bytes"
	"net/http"
	"time"
)

// tell reports what was sent to the address that the customer registered.
func tell(address string, report []byte) error {
	client := &http.Client{
		Timeout: 10 * time.Second,
	}
	answer, err := client.Post(address, "application/json", bytes.NewReader(report))
	if err != nil {
		return err
	}
	return answer.Body.Close()
}
