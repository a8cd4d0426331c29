package access

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"

	"asm.example/asm/internal/audit"
	"asm.example/asm/internal/database"
	"asm.example/asm/internal/problem"
)

// Texts that the contract fixes.
const (
	errExpirationTime    = "Exception - Invalid Expiration Time"
	errTooManyTokens     = "Exception - Could not add token, maximum number of tokens at the same time is %d"
	errUnknownToken      = "Exception - Access denied or token not found"
	errInvalidCharacters = "Exception - Invalid characters"
	errFieldLength       = "Exception - Invalid field length in form"
)

// maxTokenName is how long a token's name may be, in characters.
const maxTokenName = 100

// maxTokenMonths is how far ahead a token may end, in calendar months.
const maxTokenMonths = 6

// Token is what is known of an API token; never the token itself.
type Token struct {
	// ID names it.
	ID string
	// Name was given when it was made.
	Name string
	// IssuedAt and ExpiresAt are UTC; ExpiresAt is a whole second.
	IssuedAt, ExpiresAt time.Time
	// LastUse is at most a minute behind; zero before the first use.
	LastUse time.Time
	// LastAddress is the address of the last use; "" before it.
	LastAddress string
}

// LatestExpiration is the last moment at which a token made now may end: six calendar months ahead in UTC, the day clamped
// to the month's last, to the second.
func LatestExpiration(now time.Time) time.Time {
	now = now.UTC().Truncate(time.Second)
	year, month, day := now.Date()
	last := time.Date(year, month+maxTokenMonths+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(year, month+maxTokenMonths, min(day, last), now.Hour(), now.Minute(), now.Second(), 0, time.UTC)
}

// checkExpiration judges when a token is to end.
func checkExpiration(expiresAt, now time.Time) error {
	earliest, latest := now.UTC().Truncate(time.Second).Add(time.Second), LatestExpiration(now)
	if expiresAt.Before(earliest) || expiresAt.After(latest) {
		return problem.Invalid("expirationTime", errExpirationTime).
			With("earliest", earliest.Unix()).
			With("latest", latest.Unix())
	}
	return nil
}

// checkTokenName judges a token's name.
func checkTokenName(name string) error {
	if n := utf8.RuneCountInString(name); n < 1 || n > maxTokenName {
		return problem.Invalid("name", errFieldLength).With("min", 1).With("max", maxTokenName)
	}
	return checkText("name", name)
}

// checkText judges free text on one line: valid UTF-8 without control characters.
func checkText(field, text string) error {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return problem.Invalid(field, errInvalidCharacters)
	}
	return nil
}

const (
	liveTokens = `
	SELECT id, name, created_at, expires_at, last_used_at, last_address
	  FROM access_tokens
	 WHERE email = $1
	   AND expires_at > $2
	 ORDER BY created_at, id`

	lockOwner = `
	SELECT email
	  FROM access_stakeholders
	 WHERE email = $1
	   FOR UPDATE`

	insertToken = `
	INSERT INTO access_tokens (id, jti_sha256, email, name, created_at, expires_at, last_used_at, last_address)
	VALUES ($1, $2, $3, $4, $5, $6, 0, '')`

	deleteToken = `
	DELETE FROM access_tokens
	 WHERE email = $1
	   AND id = $2`

	deleteTokens = `
	DELETE FROM access_tokens
	 WHERE email = $1`
)

// Tokens answers the caller's live tokens in the order in which they were made. Problems: Unauthenticated.
func (s *Service) Tokens(ctx context.Context) ([]Token, error) {
	grant, err := s.Self(ctx)
	if err != nil {
		return nil, err
	}
	return s.liveTokens(ctx, s.db, grant.actor.Email, s.db.Now())
}

func (s *Service) liveTokens(ctx context.Context, q database.Querier, email string, now time.Time) ([]Token, error) {
	tokens, err := database.Collect(ctx, q, func(row database.Row) (Token, error) {
		var t Token
		var issued, expires, used int64
		err := row.Scan(&t.ID, &t.Name, &issued, &expires, &used, &t.LastAddress)
		t.IssuedAt, t.ExpiresAt, t.LastUse = database.Time(issued), database.Time(expires), database.Time(used)
		return t, err
	}, liveTokens, email, database.Micros(now))
	return tokens, inRoom("read the tokens of "+email, err)
}

// AddToken makes an API token of the caller's and answers it, which happens once: it is kept nowhere. A token has all the
// rights of its owner. Problems: Unauthenticated; Invalid (expirationTime with the range allowed, name); Conflict when
// the caller has as many live tokens as allowed.
func (s *Service) AddToken(ctx context.Context, name string, expiresAt time.Time) (string, error) {
	grant, err := s.Self(ctx)
	if err != nil {
		return "", err
	}
	var issued string
	err = s.db.Write(ctx, func(tx *database.Tx) error {
		if err := s.lockOwner(ctx, tx, grant.actor.Email); err != nil {
			return err
		}
		live, err := s.liveTokens(ctx, tx, grant.actor.Email, tx.Now())
		if err != nil {
			return err
		}
		if err := s.checkNewToken(live, name, expiresAt, tx.Now()); err != nil {
			return err
		}
		issued, err = s.issue(ctx, tx, grant, "addAccessToken", grant.actor.Email, name, expiresAt)
		return err
	})
	return issued, err
}

// checkNewToken judges a token beside those that live.
func (s *Service) checkNewToken(live []Token, name string, expiresAt, now time.Time) error {
	if err := checkExpiration(expiresAt, now); err != nil {
		return err
	}
	if err := checkTokenName(name); err != nil {
		return err
	}
	if len(live) >= s.options.MaxTokens {
		return problem.Conflict(fmt.Sprintf(errTooManyTokens, s.options.MaxTokens)).With("max", s.options.MaxTokens)
	}
	return nil
}

// ReplaceTokens ends all API tokens of the caller and makes one named Token, which it answers once. Problems:
// Unauthenticated; Invalid (expirationTime with the range allowed).
func (s *Service) ReplaceTokens(ctx context.Context, expiresAt time.Time) (string, error) {
	grant, err := s.Self(ctx)
	if err != nil {
		return "", err
	}
	var issued string
	err = s.db.Write(ctx, func(tx *database.Tx) error {
		issued, err = s.ReplaceTokensOf(ctx, tx, grant, "updateAccessToken", grant.actor.Email, "Token", expiresAt)
		return err
	})
	return issued, err
}

// ReplaceTokensOf ends all tokens of a person and makes one, under a grant that the caller has; it does not authorize. The
// CI gate makes the token of a group's pipelines by it. action is what the audit log shows. Problems: Denied when the
// person is unknown; Invalid (expirationTime).
func (s *Service) ReplaceTokensOf(
	ctx context.Context, tx *database.Tx, grant Grant, action, email, name string, expiresAt time.Time,
) (string, error) {
	if err := s.lockOwner(ctx, tx, email); err != nil {
		return "", err
	}
	if err := checkExpiration(expiresAt, tx.Now()); err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, deleteTokens, email); err != nil {
		return "", inRoom("end the tokens of "+email, err)
	}
	return s.issue(ctx, tx, grant, action, email, name, expiresAt)
}

// lockOwner keeps others from changing the tokens, sessions and password of a person meanwhile.
func (s *Service) lockOwner(ctx context.Context, tx *database.Tx, email string) error {
	_, err := database.One(ctx, tx, database.Value[string], lockOwner, email)
	if errors.Is(err, database.ErrNoRow) {
		return problem.Denied()
	}
	return inRoom("lock "+email, err)
}

// issue makes and records a token.
func (s *Service) issue(
	ctx context.Context, tx *database.Tx, grant Grant, action, email, name string, expiresAt time.Time,
) (string, error) {
	secret := tx.NewSecret()
	jti := base64.RawURLEncoding.EncodeToString(secret[:])
	issued, err := s.keys.current.sign(claims{
		Issuer: s.issuerURN(), Audience: s.issuerURN(), Subject: email,
		IssuedAt: tx.Now().Unix(), ExpiresAt: expiresAt.Unix(), ID: jti,
	})
	if err != nil {
		return "", err
	}
	id, digest := tx.NewID(), sha256.Sum256([]byte(jti))
	expires := time.Unix(expiresAt.Unix(), 0)
	if _, err := tx.Exec(ctx, insertToken, id, digest[:], email, name, database.Micros(tx.Now()),
		database.Micros(expires)); err != nil {
		return "", inRoom("keep a token", err)
	}
	if err := s.forget(ctx, tx, email); err != nil {
		return "", err
	}
	return issued, grant.Record(ctx, tx, audit.Change{
		Action: action, Kind: "accessToken", ID: id,
		After: map[string]any{"owner": email, "name": name, "expiresAt": expires.UTC().Format(time.RFC3339)},
	})
}

// InvalidateToken ends one of the caller's tokens at once, or all of them when id is "", also when there is none. Problems:
// Unauthenticated; NotFound for an id that is none of the caller's live tokens.
func (s *Service) InvalidateToken(ctx context.Context, id string) error {
	grant, err := s.Self(ctx)
	if err != nil {
		return err
	}
	email := grant.actor.Email
	return s.db.Write(ctx, func(tx *database.Tx) error {
		live, err := s.liveTokens(ctx, tx, email, tx.Now())
		if err != nil {
			return err
		}
		statement, arguments := deleteTokens, []any{email}
		if id != "" {
			if !slices.ContainsFunc(live, func(t Token) bool { return t.ID == id }) {
				return problem.NotFound(errUnknownToken)
			}
			statement, arguments = deleteToken, []any{email, id}
		}
		if _, err := tx.Exec(ctx, statement, arguments...); err != nil {
			return inRoom("end tokens of "+email, err)
		}
		if err := s.forget(ctx, tx, email); err != nil {
			return err
		}
		return grant.Record(ctx, tx, audit.Change{
			Action: "invalidateAccessToken", Kind: "accessToken", ID: id, Count: len(live),
		})
	})
}

// tokenType is the type of our JWTs (RFC 9068, section 2.1).
const tokenType = "at+jwt"

// claims are what a token says (RFC 7519, section 4.1); times in Unix seconds.
type claims struct {
	Issuer    string `json:"iss"`
	Audience  string `json:"aud"`
	Subject   string `json:"sub"`
	IssuedAt  int64  `json:"iat"`
	ExpiresAt int64  `json:"exp"`
	ID        string `json:"jti"`
}

// sign makes a JWT.
func (k signingKey) sign(c claims) (string, error) {
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: k.private, KeyID: k.thumbprint}},
		(&jose.SignerOptions{}).WithType(tokenType))
	if err != nil {
		return "", inRoom("make a signer", err)
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return "", inRoom("encode a token", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", inRoom("sign a token", err)
	}
	return signed.CompactSerialize()
}

// isJWT tells whether a text has the form of a JWT, whoever made it (RFC 7515, section 7.1): three parts, of which the
// first is a JSON object. Bits that are wrong in the last part alone make a bad signature, as when a token was cut short.
func isJWT(text string) bool {
	parts := strings.Split(text, ".")
	if len(parts) != 3 || !isOneSpelling(parts[1]) || strings.ContainsFunc(parts[2], isOutsideBase64URL) {
		return false
	}
	header, err := base64.RawURLEncoding.Strict().DecodeString(parts[0])
	var object map[string]any
	return err == nil && isOneSpelling(parts[0]) && json.Unmarshal(header, &object) == nil && object != nil
}

func isOutsideBase64URL(r rune) bool {
	return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
}

// isOneSpelling tells whether a part of a JWT is the one way to write its bytes: what decoders forgive (line feeds, bits
// beyond the last byte) would make two tokens of one.
func isOneSpelling(part string) bool {
	_, err := base64.RawURLEncoding.Strict().DecodeString(part)
	return err == nil && !strings.ContainsAny(part, "\r\n")
}

// verify answers the claims of a JWT that one of our keys signed for this installation; whether it is still good in
// time is not asked. The algorithm is fixed, whatever the token says (RFC 8725, section 3.1).
func (s *Service) verify(token string) (claims, bool) {
	var c claims
	if !isOneSpelling(token[strings.LastIndexByte(token, '.')+1:]) {
		return c, false
	}
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil || len(signed.Signatures) != 1 {
		return c, false
	}
	header := signed.Signatures[0].Protected
	if header.ExtraHeaders[jose.HeaderType] != tokenType {
		return c, false
	}
	key, ok := s.keys.byID[header.KeyID]
	if !ok {
		return c, false
	}
	payload, err := signed.Verify(ed25519.PublicKey(key.public))
	if err != nil || json.Unmarshal(payload, &c) != nil {
		return c, false
	}
	return c, c.Issuer == s.issuerURN() && c.Audience == s.issuerURN() && c.ID != ""
}
