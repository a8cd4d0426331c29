import { expect, it } from 'vitest'
import { curl } from './curl'

it('carries query, variables and headers, quoted for a shell', () => {
  expect(
    curl({
      address: 'https://asm.test/api',
      query: `{ group(groupName: "it's") { name } }`,
      variables: '{"a": 1}',
      headers: '{"Authorization": "Bearer abc"}',
    }),
  ).toBe(`curl 'https://asm.test/api' \\
  -H 'Content-Type: application/json' \\
  -H 'Authorization: Bearer abc' \\
  --data-binary '{"query":"{ group(groupName: \\"it'\\''s\\") { name } }","variables":{"a":1}}'`)
})

it('has a place for a token when no header names one', () => {
  expect(curl({ address: 'http://x/api', query: '{ me { role } }', variables: '', headers: '' })).toContain(
    "-H 'Authorization: Bearer YOUR_TOKEN'",
  )
})
