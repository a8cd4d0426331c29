import { expect, it } from 'vitest'
import { innerLink, titleOf } from './pages'

it.each([
  ['../reference/api.md', '/docs/reference/api'],
  ['openid-connect.md#claims', '/docs/how-to/openid-connect#claims'],
  ['https://example.com/a.md', null],
  ['#below', null],
  ['/api', null],
  ['picture.png', null],
])('%s leads to %s', (href, address) => {
  expect(innerLink(href, 'how-to/postgresql')).toBe(address)
})

it('reads a file name as words', () => {
  expect(titleOf('token-in-a-pipeline')).toBe('Token in a pipeline')
  expect(titleOf('api')).toBe('API')
})
