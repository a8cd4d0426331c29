package database

import (
	"encoding/json"
	"strconv"
)

// sqliteStatement is a prepared statement of one connection.
type sqliteStatement struct {
	handle              uintptr
	parameters, columns int
}

// sqliteStatements keeps the statements of a connection by their text, in two generations: when the young one is
// full it becomes the old one, and what was not asked for since it last did is dropped. So at most twice
// maxGeneration are kept, and those in use stay however many one-off texts a filter makes.
type sqliteStatements struct {
	young, old map[string]*sqliteStatement
}

const maxGeneration = 200

func (c *sqliteStatements) get(text string) *sqliteStatement {
	if s := c.young[text]; s != nil {
		return s
	}
	s := c.old[text]
	if s != nil && len(c.young) < maxGeneration {
		delete(c.old, text)
		c.young[text] = s
	}
	return s
}

// put keeps a statement that get did not know. No statement is being run, so any may be dropped.
func (c *sqliteStatements) put(text string, s *sqliteStatement, finalize func(*sqliteStatement)) {
	if len(c.young) >= maxGeneration || c.young == nil {
		for _, unused := range c.old {
			finalize(unused)
		}
		c.old = c.young
		c.young = make(map[string]*sqliteStatement)
	}
	c.young[text] = s
}

func (c *sqliteStatements) drop(finalize func(*sqliteStatement)) {
	for _, generation := range []map[string]*sqliteStatement{c.young, c.old} {
		for _, s := range generation {
			finalize(s)
		}
	}
	c.young, c.old = nil, nil
}

// withJSON answers the arguments with arrays as the JSON that json_each reads.
func withJSON(arguments []any) []any {
	all := append([]any(nil), arguments...)
	for i, argument := range all {
		switch v := argument.(type) {
		case []string:
			text, err := json.Marshal(v)
			if err != nil {
				panic(err) // strings always have JSON
			}
			all[i] = string(text)
		case []int64:
			text := []byte{'['}
			for j, number := range v {
				if j > 0 {
					text = append(text, ',')
				}
				text = strconv.AppendInt(text, number, 10)
			}
			all[i] = string(append(text, ']'))
		}
	}
	return all
}
