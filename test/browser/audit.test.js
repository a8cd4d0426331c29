// The server passes the audits of the GraphQL-over-HTTP specification, signed in or not.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { auditServer } from 'graphql-http'
import { startWorld } from './support/world.js'

let world
before(async () => {
  world = await startWorld()
})
after(() => world?.stop())

for (const credential of ['without a credential', 'with an API token']) {
  test(`every audit passes ${credential}`, async () => {
    const token = credential === 'with an API token' ? await world.token(world.administrator) : null
    const fetchFn = (url, options = {}) => {
      const headers = new Headers(options.headers)
      if (token) headers.set('Authorization', `Bearer ${token}`)
      return fetch(url, { ...options, headers })
    }

    const results = await auditServer({ url: `${world.url}/api`, fetchFn })

    assert.ok(results.length >= 61, `only ${results.length} audits ran`)
    const failed = results.filter(result => result.status !== 'ok')
    assert.deepEqual(
      failed.map(({ id, name, reason }) => `${id} ${name}: ${reason}`),
      [],
    )
  })
}
