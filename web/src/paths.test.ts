import { expect, it } from 'vitest'
import { returnPath } from './paths'

it.each([
  ['a path of ours', '/orgs/acme/groups?q=x', '/orgs/acme/groups?q=x'],
  ['the playground', '/api', '/api'],
  ['home for nothing', undefined, '/home'],
  ['home for the sign-in page itself', '/?return=/x', '/home'],
  ['home for another host', 'https://evil.test/', '/home'],
  ['home for another host without scheme', '//evil.test/', '/home'],
  ['home for a backslash', '/\\evil.test', '/home'],
  ['home for a script', 'javascript:alert(1)', '/home'],
])('leads to %s', (_rule, wanted, path) => {
  expect(returnPath(wanted)).toBe(path)
})
