const query = '{ me { userEmail } }'

/** Ready commands that ask who the token's owner is. origin is this installation's address, without a final slash. */
export function commands(origin: string, token: string): { id: string; label: string; text: string }[] {
  return [
    {
      id: 'curl',
      label: 'curl',
      text: `curl ${origin}/api \\
  -H 'Authorization: Bearer ${token}' \\
  -H 'Content-Type: application/json' \\
  -d '{"query":"${query}"}'`,
    },
    {
      id: 'python',
      label: 'Python',
      text: `import json
import urllib.request

request = urllib.request.Request(
    "${origin}/api",
    data=json.dumps({"query": "${query}"}).encode(),
    headers={
        "Authorization": "Bearer ${token}",
        "Content-Type": "application/json",
    },
)
with urllib.request.urlopen(request) as answer:
    print(json.load(answer))`,
    },
    {
      id: 'go',
      label: 'Go',
      text: `package main

import (
	"io"
	"log"
	"net/http"
	"os"
	"strings"
)

func main() {
	body := strings.NewReader(\`{"query":"${query}"}\`)
	request, err := http.NewRequest("POST", "${origin}/api", body)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer ${token}")
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(os.Stdout, answer.Body); err != nil {
		log.Fatal(err)
	}
}`,
    },
  ]
}
