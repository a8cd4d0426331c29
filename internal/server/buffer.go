package server

import "sync"

// largestKept is the largest buffer that is kept for later answers; a rare huge answer must not stay in memory.
const largestKept = 1 << 20

// buffers are used again from answer to answer, so that a page of a list costs no allocation of its size.
var buffers = sync.Pool{New: func() any {
	b := make([]byte, 0, 16<<10)
	return &b
}}

// keepBuffer gives a buffer back, grown to what was written with it.
func keepBuffer(buffer *[]byte, grown []byte) {
	if cap(grown) > largestKept {
		return
	}
	if cap(grown) > cap(*buffer) {
		*buffer = grown[:0]
	}
	buffers.Put(buffer)
}
