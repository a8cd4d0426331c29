import { expect, it } from 'vitest'
import { clock, daysLeft, parseTime, relativeTime } from './time'

const now = new Date('2026-11-25T12:00:00Z')

it.each([
  ['ISO 8601 with offset', '2026-11-25T13:00:00+01:00', '2026-11-25T12:00:00.000Z'],
  ['plain text, which is UTC', '2026-11-25 12:00:00', '2026-11-25T12:00:00.000Z'],
  ['a day, which begins in UTC', '2026-11-25', '2026-11-25T00:00:00.000Z'],
])('reads %s', (_form, text, moment) => {
  expect(parseTime(text)?.toISOString()).toBe(moment)
})

it('reads nothing from what is absent or no time', () => {
  expect([parseTime(null), parseTime(''), parseTime('soon')]).toEqual([null, null, null])
})

it.each([
  ['2026-11-25T11:59:30Z', 'just now'],
  ['2026-11-25T10:00:00Z', '2 hours ago'],
  ['2026-11-24T12:00:00Z', 'yesterday'],
  ['2026-11-22T11:00:00Z', '3 days ago'],
  ['2026-11-25T12:38:00Z', 'in 38 minutes'],
])('tells %s as %s', (moment, words) => {
  expect(relativeTime(new Date(moment), now)).toBe(words)
})

it('counts whole days left', () => {
  expect(daysLeft(new Date('2026-12-02T11:59:59Z'), now)).toBe(6)
  expect(daysLeft(new Date('2026-11-24T00:00:00Z'), now)).toBe(0)
})

it('shows seconds as a clock', () => {
  expect([clock(245), clock(9.9), clock(-3)]).toEqual(['4:05', '0:09', '0:00'])
})
