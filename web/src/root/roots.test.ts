import { expect, it } from 'vitest'
import { urlOf } from './roots'

it.each([
  [{ protocol: 'HTTPS', host: 'shop.test', port: 443, path: '/' }, 'https://shop.test/'],
  [
    { protocol: 'HTTP', host: 'shop.test', port: 8080, path: '/a', query: 'b=c' },
    'http://shop.test:8080/a?b=c',
  ],
  [{ protocol: 'HTTPS', host: '2001:db8::1', port: 443, path: '/' }, 'https://[2001:db8::1]/'],
])('puts %o together as %s', (root, address) => {
  expect(urlOf(root)).toBe(address)
})
