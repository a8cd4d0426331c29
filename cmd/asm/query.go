package main

import (
	"context"
	"encoding/json"
	"fmt"
)

// queryCommand sends any operation.
type queryCommand struct {
	Query     string `arg:"" help:"The GraphQL document; - reads it from standard input."`
	Variables string `help:"Variables, as a JSON object." placeholder:"JSON" env:"-"`
	remote
}

// Help shows how it is used.
func (*queryCommand) Help() string {
	return `Examples:
  asm query '{ me { userEmail } }'
  asm query 'query($g: String!) { group(groupName: $g) { openVulnerabilities } }' --variables '{"g": "web"}'`
}

// mostDocument bounds a document that is read from standard input; the server's own limit is lower.
const mostDocument = 4 << 20

// Run prints the data, or with --json the whole answer. Errors of the server end it with status 1.
func (c *queryCommand) Run(ctx context.Context, io streams) error {
	server, err := c.client()
	if err != nil {
		return err
	}
	document := c.Query
	if document == "-" {
		if document, err = readAll(io.in, mostDocument); err != nil {
			return err
		}
	}
	variables := map[string]any{}
	if c.Variables != "" {
		if err := json.Unmarshal([]byte(c.Variables), &variables); err != nil {
			return &usageError{"--variables is not a JSON object: " + err.Error()}
		}
	}
	answer, err := server.Ask(ctx, document, variables)
	if err != nil {
		return err
	}
	if c.JSON {
		if err := printJSON(io.out, answer.Whole); err != nil {
			return err
		}
	} else if len(answer.Data) > 0 && string(answer.Data) != "null" {
		if err := printJSON(io.out, answer.Data); err != nil {
			return err
		}
	}
	for _, e := range answer.Errors {
		fmt.Fprintln(io.err, "asm:", e.Message)
	}
	if len(answer.Errors) > 0 {
		return errAnswerIsNo
	}
	return nil
}
