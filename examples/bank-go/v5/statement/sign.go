package statement

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
)

// NewKey makes the key that statements are signed with.
func NewKey() (*rsa.PrivateKey, error) {
	return rsa.GenerateKey(rand.Reader, 1024)
}

// Sign answers the signature under a statement.
func Sign(key *rsa.PrivateKey, content []byte) ([]byte, error) {
	digest := sha1.Sum(content)
	return rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA1, digest[:])
}
