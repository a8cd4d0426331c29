package server

import (
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"asm.example/asm/internal/access"
	"asm.example/asm/internal/problem"
)

// frontDoor is what every request passes before a route sees it: an id, the host, our own origin for what a cookie
// authenticates, the headers that keep a browser careful, and a last catch for panics.
func (s *Server) frontDoor(routes http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(s.denyCrossOrigin))
	fromOwnOrigin := protection.Handler(routes)

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := s.newRequestID()
		r = r.WithContext(access.WithRequestID(r.Context(), id))
		s.setHeaders(w.Header(), id)
		defer s.catch(w, r)
		if !s.isOurHost(r) {
			answerJSON(w, http.StatusMisdirectedRequest, refusal{
				Error: fmt.Sprintf("This server answers for %s, not for %q.", s.config.PublicURL.Host, r.Host), Code: "MISDIRECTED", RequestID: id,
			})
			return
		}
		// A bearer token is sent by a program on purpose; only a cookie is sent by a browser on its own.
		if len(r.Header.Values("Authorization")) > 0 {
			routes.ServeHTTP(w, r)
			return
		}
		fromOwnOrigin.ServeHTTP(w, r)
	})
}

// newRequestID answers an id by which a person can point an operator at a line of the log.
func (s *Server) newRequestID() string {
	var id [8]byte
	if _, err := io.ReadFull(s.parts.Random, id[:]); err != nil {
		// The system's source of randomness does not fail while the program can run at all.
		panic(err)
	}
	return hex.EncodeToString(id[:])
}

// setHeaders sets what every answer carries.
func (s *Server) setHeaders(header http.Header, requestID string) {
	header.Set("X-Request-Id", requestID)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("X-Frame-Options", "DENY")
	if s.isSecure() {
		header.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// isSecure tells whether people reach the server by TLS, ours or a proxy's.
func (s *Server) isSecure() bool { return s.config.PublicURL.Scheme == "https" }

// catch answers a panic as a fault of ours.
func (s *Server) catch(w http.ResponseWriter, r *http.Request) {
	fault := recover()
	if fault == nil {
		return
	}
	if fault == http.ErrAbortHandler {
		panic(fault)
	}
	s.refuse(w, r, fmt.Errorf("panic: %v", fault))
}

// denyCrossOrigin answers a request that another site made a browser send.
func (s *Server) denyCrossOrigin(w http.ResponseWriter, r *http.Request) {
	answerJSON(w, http.StatusForbidden, refusal{
		Error: "A request with a session comes from this server's own pages; programs send a token.", Code: "FORBIDDEN", RequestID: access.RequestIDOf(r.Context()),
	})
}

// isOurHost tells whether a request was meant for us, so that a name pointed at our address by somebody else gets
// nothing (DNS rebinding). Health is asked by machines that know the address alone.
func (s *Server) isOurHost(r *http.Request) bool {
	if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" {
		return true
	}
	if strings.EqualFold(r.Host, s.config.PublicURL.Host) {
		return true
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(r.Host); err == nil {
		host = name
	}
	if strings.EqualFold(host, s.config.PublicURL.Hostname()) && !hasPort(r.Host) {
		return true
	}
	return s.config.Loopback && isLoopback(host)
}

func hasPort(host string) bool {
	_, _, err := net.SplitHostPort(host)
	return err == nil
}

// isLoopback tells whether a host name means this machine.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && address.IsLoopback()
}

// addressOf answers the network address that a request came from. What a proxy says is believed of trusted ones only:
// the last address in X-Forwarded-For that is not one of theirs.
func (s *Server) addressOf(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	address := peer.Addr().Unmap()
	if !s.isTrusted(address) {
		return address.String()
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		address = hop.Unmap()
		if !s.isTrusted(address) {
			break
		}
	}
	return address.String()
}

func (s *Server) isTrusted(address netip.Addr) bool {
	for _, network := range s.config.TrustedProxies {
		if network.Contains(address) {
			return true
		}
	}
	return false
}

// caller answers who sent a request, or the problem with the credential: none, ended, wrong. Strangers and failing
// credentials are counted by address.
func (s *Server) caller(r *http.Request) (*access.Actor, error) {
	address := s.addressOf(r)
	authorization, cookie := r.Header["Authorization"], s.sessionCookie(r)
	carriesNothing := authorization == nil && cookie == ""
	if carriesNothing {
		if wait, ok := s.anonymous.allow(address); !ok {
			s.metrics.refused.WithLabelValues("too many without credential").Inc()
			return nil, problem.Limited("Too many requests without a credential from this address; sign in, or come again later.", wait)
		}
	} else if wait, yes := s.failures.exhausted(address); yes {
		s.metrics.refused.WithLabelValues("too many failed credentials").Inc()
		return nil, problem.Limited("Too many failed credentials from this address; come again later.", wait)
	}
	actor, err := s.parts.Access.Authenticate(r.Context(), authorization, cookie, address)
	if err != nil && !carriesNothing && problem.Is(err, problem.KindUnauthenticated) {
		s.failures.allow(address)
		s.metrics.refused.WithLabelValues("failed credential").Inc()
	}
	return actor, err
}
