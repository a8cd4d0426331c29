package server

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics count what the server does. They carry no names of people, groups or files, so that whoever may read them
// learns nothing of what is in the installation.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	underWay prometheus.Gauge
	refused  *prometheus.CounterVec
}

// newMetrics makes the metrics of one server.
func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "asm_request_duration_seconds", Help: "Time to answer a request, by route and status.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 60},
		}, []string{"route", "status"}),
		underWay: prometheus.NewGauge(prometheus.GaugeOpts{Name: "asm_requests_under_way", Help: "Requests that are being answered."}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "asm_requests_refused_total", Help: "Requests without a credential, with a failed one, or too many, by reason.",
		}, []string{"reason"}),
	}
	m.registry.MustRegister(m.requests, m.underWay, m.refused,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Metrics answers the metrics in Prometheus's text form. It is served on an address of its own, since it asks for no
// credential.
func (s *Server) Metrics() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{Registry: s.metrics.registry}))
	return mux
}

// measured answers a handler whose requests are counted and timed by the pattern of their route, of which there are few.
func (s *Server) measured(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := s.parts.WallClock()
		s.metrics.underWay.Inc()
		seen := &seenWriter{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			s.metrics.underWay.Dec()
			s.metrics.observe(r.Pattern, seen.status, s.parts.WallClock().Sub(begun))
		}()
		mux.ServeHTTP(seen, r)
	})
}

func (m *metrics) observe(route string, status int, took time.Duration) {
	if route == "" {
		route = "other"
	}
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}

// seenWriter remembers the status that was answered.
type seenWriter struct {
	http.ResponseWriter

	status int
}

func (s *seenWriter) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (s *seenWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }
