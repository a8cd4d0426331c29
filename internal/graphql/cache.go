package graphql

import (
	"container/list"
	"sync"
)

// planCache keeps the plans last used, by document and operation name, within a number of bytes.
type planCache struct {
	mutex sync.Mutex
	most  int
	used  int
	kept  map[planKey]*list.Element
	order *list.List // of *Plan, last used first
}

type planKey struct{ document, operation string }

func newPlanCache(bytes int) *planCache {
	return &planCache{most: bytes, kept: map[planKey]*list.Element{}, order: list.New()}
}

func (c *planCache) get(key planKey) *Plan {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	e := c.kept[key]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*Plan)
}

// add keeps a plan, unless another caller was faster with the same, or it is larger than the whole cache.
func (c *planCache) add(p *Plan) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.kept[p.key] != nil || p.bytes > c.most {
		return
	}
	c.kept[p.key] = c.order.PushFront(p)
	c.used += p.bytes
	c.evict()
}

// grow notes that a plan has become larger: by a variant, or by a kept answer.
func (c *planCache) grow(p *Plan, bytes int) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	p.bytes += bytes
	if e := c.kept[p.key]; e != nil && e.Value.(*Plan) == p {
		c.used += bytes
		c.evict()
	}
}

func (c *planCache) evict() {
	for c.used > c.most {
		oldest := c.order.Back()
		p := c.order.Remove(oldest).(*Plan)
		delete(c.kept, p.key)
		c.used -= p.bytes
	}
}
