package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Security is how a connection to the mail server is protected.
type Security string

// The kinds of protection.
const (
	// STARTTLS begins in the open and goes on under TLS, or not at all; usual on port 587.
	STARTTLS Security = "starttls"
	// TLS is under TLS from the first byte; usual on port 465.
	TLS Security = "tls"
	// NoSecurity sends in the open: for a server on the same machine. It goes with no password.
	NoSecurity Security = "none"
)

// SMTP says which mail server takes the mails.
type SMTP struct {
	// Host is the server's name; "" means that there is none and no mail is made. Port is 587 when 0, with TLS 465.
	Host string
	Port int
	// Security is STARTTLS when empty.
	Security Security
	// User and PasswordFile sign in to the server; both or neither. The file holds the password; a line break at its end does
	// not count. It is read at each connection, so that it can be changed while the server runs.
	User, PasswordFile string
	// From is the sender, such as "ASM <asm@acme.example>".
	From string
	// Authorities are who may vouch for the server's certificate; nil means those of the system.
	Authorities *x509.CertPool
}

// dialer is the transport by SMTP.
type dialer struct {
	settings SMTP
	// domain is the right side of Message-IDs.
	domain string
	// settingsAddress is where people choose their mails.
	settingsAddress string
}

func newDialer(o SMTP, publicURL string) (*dialer, error) {
	if o.Security == "" {
		o.Security = STARTTLS
	}
	switch {
	case o.Security != STARTTLS && o.Security != TLS && o.Security != NoSecurity:
		return nil, fmt.Errorf("security %q of the mail server is none of starttls, tls and none", o.Security)
	case (o.User == "") != (o.PasswordFile == ""):
		return nil, errors.New("the mail server's user and password file go together")
	case o.User != "" && o.Security == NoSecurity:
		return nil, errors.New("a password is not sent to the mail server in the open: use starttls or tls")
	case o.Port < 0 || o.Port > 65535:
		return nil, fmt.Errorf("port %d of the mail server is none", o.Port)
	}
	if o.Port == 0 {
		o.Port = 587
		if o.Security == TLS {
			o.Port = 465
		}
	}
	if err := checkFrom(o.From); err != nil {
		return nil, err
	}
	public, err := url.Parse(publicURL)
	if err != nil {
		return nil, fmt.Errorf("understand the public address: %w", err)
	}
	d := &dialer{settings: o, domain: public.Hostname(), settingsAddress: publicURL + "/user/notifications"}
	_, err = d.client()
	return d, err
}

// client answers a client with the password of this moment.
func (d *dialer) client() (*gomail.Client, error) {
	o := d.settings
	options := []gomail.Option{
		gomail.WithPort(o.Port), gomail.WithTimeout(30 * time.Second), gomail.WithoutNoop(),
		gomail.WithTLSConfig(&tls.Config{ServerName: o.Host, MinVersion: tls.VersionTLS12, RootCAs: o.Authorities}),
	}
	switch o.Security {
	case TLS:
		options = append(options, gomail.WithSSL())
	case STARTTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case NoSecurity:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if d.domain != "" {
		options = append(options, gomail.WithHELO(d.domain))
	}
	if o.User != "" {
		password, err := os.ReadFile(o.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("read the mail server's password: %w", err)
		}
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(o.User),
			gomail.WithPassword(strings.TrimRight(string(password), "\r\n")))
	}
	client, err := gomail.NewClient(o.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("set up the mail client: %w", err)
	}
	return client, nil
}

func (d *dialer) open(ctx context.Context) (conversation, error) {
	client, err := d.client()
	if err != nil {
		return nil, err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return nil, fmt.Errorf("connect to the mail server: %w", err)
	}
	return &smtpConversation{client, d}, nil
}

type smtpConversation struct {
	client *gomail.Client
	dialer *dialer
}

// close says good-bye; all that matters was acknowledged before.
func (c *smtpConversation) close() { _ = c.client.Close() }

// send writes a mail. The library also answers an error for what goes wrong after the acknowledgement, which does not
// undo it.
func (c *smtpConversation) send(m *queued, from string) error {
	message, err := c.dialer.message(m, from)
	if err != nil {
		return &errRefused{fmt.Sprintf("the mail cannot be written: %v", err), true}
	}
	err = c.client.Send(message)
	if err == nil || message.IsDelivered() {
		return nil
	}
	var sending *gomail.SendError
	if !errors.As(err, &sending) {
		return err
	}
	const temporary, permanent = 400, 500
	switch code := sending.ErrorCode(); {
	case code == 421: // the server hangs up (RFC 5321, 3.8)
		return err
	case code >= permanent:
		return &errRefused{err.Error(), true}
	case code >= temporary:
		return &errRefused{err.Error(), false}
	}
	return err
}

// message is a mail as it travels.
func (d *dialer) message(m *queued, from string) (*gomail.Msg, error) {
	message := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := message.From(from); err != nil {
		return nil, err
	}
	if err := message.To(m.recipient); err != nil {
		return nil, err
	}
	message.Subject(m.subject)
	message.SetDateWithValue(m.createdAt)
	message.SetMessageIDWithValue(m.id + "@" + d.domain)
	// Nobody's absence notice is wanted (RFC 3834).
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	if m.isSwitchable {
		message.SetGenHeader(gomail.HeaderListUnsubscribe, "<"+d.settingsAddress+">")
	}
	message.SetBodyString(gomail.TypeTextPlain, m.text)
	message.AddAlternativeString(gomail.TypeTextHTML, m.html)
	return message, nil
}
