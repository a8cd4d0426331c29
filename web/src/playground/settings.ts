import { hasToken } from './storage'

/** Settings that the playground knows; others are kept as they are and do nothing. */
export interface Settings {
  'request.credentials': RequestCredentials
}

/** At first the session's cookie goes along, so that a query works at once. */
export const defaultSettings = `{
  "request.credentials": "same-origin"
}`

const storageKey = 'asm-playground-settings'
const credentials: readonly string[] = ['omit', 'same-origin', 'include']

/** Reads settings as people write them; rejects with a sentence that says what is wrong and where. */
export function readSettings(text: string): Settings {
  if (hasToken(text)) {
    throw new Error(
      'Settings are kept in this browser, so no token may stand in them. Put it into HTTP HEADERS, which are not kept.',
    )
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (problem) {
    throw new Error(`This is no JSON: ${problem instanceof Error ? problem.message : 'it cannot be read'}.`)
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new Error('Settings are a JSON object, such as { "request.credentials": "same-origin" }.')
  }
  const chosen = 'request.credentials' in value ? value['request.credentials'] : 'same-origin'
  if (typeof chosen !== 'string' || !credentials.includes(chosen)) {
    throw new Error('"request.credentials" is one of "omit", "same-origin" and "include".')
  }
  return { 'request.credentials': chosen as RequestCredentials }
}

/** The settings kept in this browser, else those at first. */
export function storedSettings(): string {
  const stored = localStorage.getItem(storageKey)
  if (stored === null) return defaultSettings
  try {
    readSettings(stored)
    return stored
  } catch {
    return defaultSettings
  }
}

/** Keeps settings that readSettings accepted. */
export function storeSettings(text: string): void {
  localStorage.setItem(storageKey, text)
}
