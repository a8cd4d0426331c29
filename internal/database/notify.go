package database

import (
	"context"
	"fmt"
	"strings"
	"sync"
)

// message is what Notify sends. The zero message says that some may have been missed.
type message struct{ channel, payload string }

// maxPayload is what PostgreSQL carries, less the channel's name (its manual, NOTIFY).
const maxPayload = 7900

func newMessage(channel, payload string) (message, error) {
	if channel == "" || strings.Contains(channel, ":") || len(channel)+len(payload) > maxPayload {
		return message{}, fmt.Errorf("notify %q: the channel's name or the payload (%d bytes) is not allowed", channel, len(payload))
	}
	return message{channel, payload}, nil
}

// Notify wakes whoever listens to the channel: on PostgreSQL in every replica, on SQLite in this process. A channel's
// name has no colon, a payload at most some 7,900 bytes; it is best an id.
func (db *DB) Notify(ctx context.Context, channel, payload string) error {
	m, err := newMessage(channel, payload)
	if err != nil {
		return err
	}
	return db.engine.notify(ctx, m)
}

// Notify wakes listeners as [DB.Notify] does, once the transaction is committed.
func (tx *Tx) Notify(ctx context.Context, channel, payload string) error {
	m, err := newMessage(channel, payload)
	if err != nil {
		return err
	}
	if tx.db.IsPostgreSQL() {
		_, err := tx.transaction.exec(ctx, sendMessage, []any{postgresChannel, m.channel + ":" + m.payload})
		return err
	}
	tx.OnCommit(func() { _ = tx.db.engine.notify(context.WithoutCancel(ctx), m) }) // which cannot fail on SQLite
	return nil
}

// Listen calls hear for each notification of the channel until ctx is done or the database closed; it returns once
// it hears. Calls come one after the other. A payload is a hint: where some may have been lost, hear is called with an
// empty one, and should look at everything.
func (db *DB) Listen(ctx context.Context, channel string, hear func(payload string)) error {
	db.news.start(db.engine)
	select {
	case <-db.news.ready:
	case <-db.news.ctx.Done():
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	l := &listener{channel: channel, payloads: make(chan string, maxWaiting)}
	db.news.add(l)
	db.news.running.Go(func() {
		defer db.news.remove(l)
		l.run(ctx, db.news.ctx, hear)
	})
	return nil
}

// news hands messages to the listeners of this process.
type news struct {
	ctx     context.Context // until the database is closed
	cancel  context.CancelFunc
	started sync.Once
	ready   chan struct{} // closed when messages are heard
	running sync.WaitGroup

	mu        sync.Mutex
	listeners map[*listener]struct{}
}

func newNews() *news {
	ctx, cancel := context.WithCancel(context.Background())
	return &news{ctx: ctx, cancel: cancel, ready: make(chan struct{}), listeners: make(map[*listener]struct{})}
}

// start has the engine listen, when somebody wants to hear for the first time.
func (n *news) start(e engine) {
	n.started.Do(func() {
		ready := sync.OnceFunc(func() { close(n.ready) })
		n.running.Go(func() { e.listen(n.ctx, n.deliver, ready) })
	})
}

func (n *news) close() {
	n.cancel()
	n.running.Wait()
}

func (n *news) add(l *listener) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listeners[l] = struct{}{}
}

func (n *news) remove(l *listener) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.listeners, l)
}

func (n *news) deliver(m message) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for l := range n.listeners {
		if m.channel == "" || l.channel == m.channel {
			l.offer(m.payload)
		}
	}
}

// listener is one call of Listen.
type listener struct {
	channel  string
	payloads chan string
}

// maxWaiting is how many payloads wait for a slow listener; the last place is for the word that some were lost.
const maxWaiting = 64

// offer never waits. It is called under the lock of news, so that only the listener takes from payloads meanwhile.
func (l *listener) offer(payload string) {
	switch waiting := len(l.payloads); {
	case waiting < maxWaiting-1:
		l.payloads <- payload
	case waiting == maxWaiting-1:
		l.payloads <- ""
	}
}

func (l *listener) run(ctx, closed context.Context, hear func(string)) {
	for {
		select {
		case payload := <-l.payloads:
			hear(payload)
		case <-ctx.Done():
			return
		case <-closed.Done():
			return
		}
	}
}
