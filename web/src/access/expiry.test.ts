import { describe, expect, it } from 'vitest'
import { dayIn, expiryOf, lastExpiry, offeredDays } from './expiry'

describe('the last moment that a token may end', () => {
  it.each([
    ['the same day half a year later', '2026-11-25T14:05:09Z', '2027-05-25T14:05:09.000Z'],
    ['the last of a shorter month', '2026-08-31T10:00:00Z', '2027-02-28T10:00:00.000Z'],
    ['29 February in a leap year', '2027-08-31T10:00:00Z', '2028-02-29T10:00:00.000Z'],
    ['over the turn of the year', '2026-07-15T23:59:59Z', '2027-01-15T23:59:59.000Z'],
    ['whole seconds', '2026-11-25T14:05:09.987Z', '2027-05-25T14:05:09.000Z'],
  ])('is %s', (_rule, now, limit) => {
    expect(lastExpiry(new Date(now)).toISOString()).toBe(limit)
  })
})

describe('the moment that a chosen day stands for', () => {
  const now = new Date('2026-08-31T10:00:00Z')
  const seconds = (text: string) => Date.parse(text) / 1000

  it.each([
    ['the end of a day between', '2026-10-01', seconds('2026-10-01T23:59:59Z')],
    ['the end of the first day', '2026-09-01', seconds('2026-09-01T23:59:59Z')],
    ['the end of the day before the last', '2027-02-27', seconds('2027-02-27T23:59:59Z')],
    ['exactly the limit on the last day', '2027-02-28', seconds('2027-02-28T10:00:00Z')],
    ['nothing on the day after the last', '2027-03-01', null],
    ['nothing today', '2026-08-31', null],
    ['nothing for what is no day', '2026-02-30x', null],
    ['nothing when empty', '', null],
  ])('is %s', (_rule, day, moment) => {
    expect(expiryOf(day, now)).toBe(moment)
  })

  it('is after now and not after the limit for every day on offer', () => {
    const { first, last } = offeredDays(now)
    let days = 0
    for (
      let at = new Date(`${first}T00:00:00Z`);
      dayIn(at, 0) <= last;
      at = new Date(at.getTime() + 86_400_000)
    ) {
      const moment = expiryOf(dayIn(at, 0), now) ?? 0
      expect(moment * 1000).toBeGreaterThan(now.getTime())
      expect(moment * 1000).toBeLessThanOrEqual(lastExpiry(now).getTime())
      days++
    }
    expect(days).toBe(181)
  })

  it('is on offer for each preset, whatever the hour', () => {
    const late = new Date('2026-11-25T23:59:59Z')
    expect([7, 30, 90].map(days => expiryOf(dayIn(late, days), late))).toEqual([
      seconds('2026-12-02T23:59:59Z'),
      seconds('2026-12-25T23:59:59Z'),
      seconds('2027-02-23T23:59:59Z'),
    ])
  })
})
