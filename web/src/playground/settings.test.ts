import { beforeEach, expect, it } from 'vitest'
import { defaultSettings, readSettings, storedSettings, storeSettings } from './settings'

beforeEach(() => localStorage.clear())

it.each([
  ['the default sends the session', defaultSettings, 'same-origin'],
  ['omit', '{"request.credentials": "omit"}', 'omit'],
  ['include', '{"request.credentials": "include"}', 'include'],
  ['without the setting the default holds', '{"editor.theme": "dark"}', 'same-origin'],
])('%s', (_rule, text, credentials) => {
  expect(readSettings(text)['request.credentials']).toBe(credentials)
})

it.each([
  ['JSON that cannot be read', '{"request.credentials": omit}', /^This is no JSON/],
  ['something other than an object', '["omit"]', /JSON object/],
  ['an unknown value', '{"request.credentials": "always"}', /one of "omit", "same-origin" and "include"/],
  ['a token', '{"x": "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2ln"}', /no token/],
])('refuses %s with a sentence', (_what, text, sentence) => {
  expect(() => readSettings(text)).toThrow(sentence)
})

it('survives a reload, and falls back when the browser holds nonsense', () => {
  storeSettings('{"request.credentials": "omit"}')
  expect(storedSettings()).toBe('{"request.credentials": "omit"}')
  localStorage.setItem('asm-playground-settings', 'nonsense')
  expect(storedSettings()).toBe(defaultSettings)
})
