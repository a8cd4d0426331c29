package access

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// signInState is what must still be known when the browser comes back; it travels in a cookie that only we can read.
type signInState struct {
	Issuer   string `json:"i"`
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"`
	Return   string `json:"r"`
	Until    int64  `json:"u"`           // Unix seconds
	Linking  string `json:"l,omitempty"` // the address of who links an identity to their account
	Session  string `json:"d,omitempty"` // the session that they do it from
}

// newSecretText makes 256 random bits as text that an address can hold.
func (s *Service) newSecretText() (string, error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(s.random, b); err != nil {
		return "", fmt.Errorf("make a secret: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// sealer encrypts what travels through a browser, so that no replica has to keep it.
func (s *Service) sealer(k signingKey) (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.derive("sign-in state"))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// seal makes a cookie of a state.
func (s *Service) seal(state signInState) (string, error) {
	plain, err := json.Marshal(state)
	if err != nil {
		return "", inRoom("encode a sign-in", err)
	}
	sealer, err := s.sealer(s.keys.current)
	if err != nil {
		return "", inRoom("seal a sign-in", err)
	}
	nonce := make([]byte, sealer.NonceSize())
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return "", inRoom("seal a sign-in", err)
	}
	return base64.RawURLEncoding.EncodeToString(sealer.Seal(nonce, nonce, plain, nil)), nil
}

// unseal reads a cookie that seal made.
func (s *Service) unseal(cookie string) (signInState, error) {
	var state signInState
	sealer, err := s.sealer(s.keys.current)
	if err != nil {
		return state, err
	}
	sealed, err := base64.RawURLEncoding.DecodeString(cookie)
	if err != nil || len(sealed) < sealer.NonceSize() {
		return state, errors.New("no sign-in state")
	}
	plain, err := sealer.Open(nil, sealed[:sealer.NonceSize()], sealed[sealer.NonceSize():], nil)
	if err != nil {
		return state, err
	}
	return state, json.Unmarshal(plain, &state)
}
