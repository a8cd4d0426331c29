// Package access knows who is calling and what they may do.
//
// It holds the people (stakeholders) and how they prove who they are: passwords, OpenID Connect issuers, links, browser
// sessions, API tokens. [Service.Authenticate] is the front door's decision; it makes an [Actor], which travels in the
// context. Roles at user, organization and group level come from memberships, which begin as invitations. The table of
// permissions says what each role may do ([Permission]); it is the API's contract (permissions.json) and our own additions
// (permissions_own.json).
//
// Every other room asks [Service.Require] before it does anything, and gets a [Grant], which is also the only thing that
// writes to the audit log. What one may not see is answered as if it did not exist.
//
// What is remembered between requests (cache.go) is at most a second old, and never older than a change made by this
// process. Upper rooms that change memberships do so through [Service.AddMembership] and its neighbours.
package access
