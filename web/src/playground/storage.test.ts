import { beforeEach, describe, expect, it } from 'vitest'
import { filtered, hasToken, withoutSecrets } from './storage'

const token = 'eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJhZGFAYWNtZS50ZXN0In0.c2lnbmF0dXJl-_x'

describe('what the playground stores', () => {
  it('is no header, whatever it holds', () => {
    expect(withoutSecrets('graphiql:headers', '{"X-Team": "red"}')).toBeNull()
  })

  it('has no token in a query or in variables', () => {
    expect(withoutSecrets('graphiql:query', `{ me(x: "${token}") { role } }`)).toBe(
      '{ me(x: "<token removed>") { role } }',
    )
    expect(withoutSecrets('graphiql:variables', `{"t": "Bearer ${token}"}`)).not.toContain('eyJ')
  })

  it('has tabs without headers, answers and tokens', () => {
    const tabs = {
      activeTabIndex: 0,
      tabs: [{ id: 'a', query: `# ${token}`, headers: token, response: token, hash: token }],
    }
    const kept = JSON.parse(withoutSecrets('graphiql:tabState', JSON.stringify(tabs)) ?? '')
    expect(kept).toEqual({
      activeTabIndex: 0,
      tabs: [{ id: 'a', query: '# <token removed>', headers: null, response: null, hash: null }],
    })
  })

  it('has no history entry that carries a token, and the others without headers', () => {
    const history = {
      queries: [
        { query: '{ me { role } }', variables: `{"t":"${token}"}`, headers: null },
        { query: '{ me { userEmail } }', variables: '', headers: `{"Authorization":"Bearer ${token}"}` },
      ],
    }
    const kept = JSON.parse(withoutSecrets('graphiql:queries', JSON.stringify(history)) ?? '')
    expect(kept).toEqual({ queries: [{ query: '{ me { userEmail } }', variables: '', headers: null }] })
  })

  it('keeps what is harmless as it is', () => {
    expect(withoutSecrets('graphiql:query', '{ me { userEmail } }')).toBe('{ me { userEmail } }')
    expect(withoutSecrets('graphiql:shouldPersistHeaders', 'false')).toBe('false')
  })
})

describe('the storage', () => {
  beforeEach(() => localStorage.clear())

  it('lets no token through, not even by a header key, and forgets what was there', () => {
    localStorage.setItem('graphiql:headers', 'old')
    const storage = filtered(localStorage)
    storage.setItem('graphiql:headers', `{"Authorization":"Bearer ${token}"}`)
    storage.setItem('graphiql:query', `# Bearer ${token}`)
    expect(JSON.stringify({ ...localStorage })).not.toMatch(/eyJ|old/)
  })

  it('clears only what is its own', () => {
    localStorage.setItem('graphiql:query', 'x')
    localStorage.setItem('asm-color-scheme', 'dark')
    filtered(localStorage).clear()
    expect({ ...localStorage }).toEqual({ 'asm-color-scheme': 'dark' })
  })
})

it('knows a token from an ordinary word', () => {
  expect(hasToken(token)).toBe(true)
  expect(hasToken(token.slice(0, 30))).toBe(true)
  expect(hasToken('eyJust a word, the bearer of news')).toBe(false)
})
