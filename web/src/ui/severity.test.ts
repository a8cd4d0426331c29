import { expect, it } from 'vitest'
import { exposureOf, levelOf, share, sumBySeverity } from './severity'

it.each([
  [0, 'none'],
  [0.1, 'low'],
  [3.9, 'low'],
  [4, 'medium'],
  [6.9, 'medium'],
  [7, 'high'],
  [8.9, 'high'],
  [9, 'critical'],
  [10, 'critical'],
])('%d is %s', (score, level) => {
  expect(levelOf(score)).toBe(level)
})

it.each([
  [4, 1],
  [4.1, 1.149],
  [10, 4096],
  [0, 0.004],
])('a location of %d weighs %d', (score, exposure) => {
  expect(exposureOf(score)).toBe(exposure)
})

it('tells a share in whole per cent, never nothing of something', () => {
  expect([share(1, 4), share(1, 1000), share(0, 5), share(1, 0)]).toEqual(['25 %', '<1 %', '0 %', '0 %'])
})

it('adds up levels', () => {
  const one = { none: 1, low: 2, medium: 3, high: 4, critical: 5 }
  expect(sumBySeverity([one, one])).toEqual({ none: 2, low: 4, medium: 6, high: 8, critical: 10 })
})
