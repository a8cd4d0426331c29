// What the playground may keep in the browser: queries, tabs, history. Never a token.

/** A JSON Web Token, whole or cut, or what follows the word Bearer. */
const token = /eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){0,4}|\b[Bb]earer\s+[^\s"'\\<>]{12,}/g

const removed = '<token removed>'

/** Whether a text carries what looks like a token. */
export function hasToken(text: string): boolean {
  return text.search(token) >= 0
}

/**
 * A value of the editor's storage without secrets. Headers and answers are left out whatever they hold; a history entry
 * that carries a token is dropped; elsewhere the token itself is cut out. Null: nothing of it is kept.
 */
export function withoutSecrets(key: string, value: string): string | null {
  const name = key.replace(/^.*:/, '')
  if (/header/i.test(name) && name !== 'shouldPersistHeaders') return null
  let parsed: unknown
  try {
    parsed = JSON.parse(value)
  } catch {
    return value.replace(token, removed)
  }
  if (parsed === null || typeof parsed !== 'object') return value.replace(token, removed)
  return JSON.stringify(cleaned(parsed))
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(token, removed)
  if (Array.isArray(value)) {
    return value
      .filter(item => !isHistoryEntry(item) || !hasToken(JSON.stringify({ ...item, headers: null })))
      .map(cleaned)
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        key === 'headers' || key === 'response' || key === 'hash' ? null : cleaned(member),
      ]),
    )
  }
  return value
}

/** History entries have a query and no id; tabs have one, and are kept with the token cut out. */
function isHistoryEntry(item: unknown): item is object {
  return item !== null && typeof item === 'object' && 'query' in item && !('id' in item)
}

/** The browser's storage behind a filter that lets no token through. */
export function filtered(inner: Storage) {
  return {
    get length() {
      return inner.length
    },
    getItem: (key: string) => inner.getItem(key),
    removeItem: (key: string) => inner.removeItem(key),
    setItem: (key: string, value: string) => {
      const kept = withoutSecrets(key, value)
      if (kept === null) {
        inner.removeItem(key)
      } else {
        inner.setItem(key, kept)
      }
    },
    clear: () => {
      for (const key of Object.keys(inner)) {
        if (key.startsWith('graphiql:')) inner.removeItem(key)
      }
    },
  }
}
