package main

import (
	"fmt"
	"net"
	"net/mail"
	"strconv"

	"asm.example/asm/internal/notify"
)

// mailServer are the flags that say which server takes mails.
type mailServer struct {
	SMTP             string `name:"smtp" help:"Mail server that takes mails; without one none are sent." placeholder:"HOST:PORT"`
	SMTPSecurity     string `name:"smtp-security" help:"How the connection to it is protected: starttls, tls or none (default: ${default})." enum:"starttls,tls,none" default:"starttls"`
	SMTPUser         string `name:"smtp-user" help:"Who signs in to it." placeholder:"USER"`
	SMTPPasswordFile string `name:"smtp-password-file" help:"File that holds the user's password." placeholder:"FILE"`
	MailFrom         string `name:"mail-from" help:"Sender of mails; needed with --smtp." placeholder:"EMAIL"`
}

// settings checks the flags.
func (m mailServer) settings() (notify.SMTP, error) {
	if m.SMTP == "" {
		return notify.SMTP{}, nil
	}
	host, portText, err := net.SplitHostPort(m.SMTP)
	if err != nil {
		host, portText = m.SMTP, "0" // the usual port of its kind
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil || host == "" {
		return notify.SMTP{}, &usageError{fmt.Sprintf("--smtp %s: a host and a port are expected, such as mail.acme.example:587", m.SMTP)}
	}
	if _, err := mail.ParseAddress(m.MailFrom); err != nil {
		return notify.SMTP{}, &usageError{"say by --mail-from whom mails come from, such as 'ASM <asm@acme.example>'"}
	}
	return notify.SMTP{
		Host: host, Port: int(port), Security: notify.Security(m.SMTPSecurity), User: m.SMTPUser, PasswordFile: m.SMTPPasswordFile, From: m.MailFrom,
	}, nil
}
