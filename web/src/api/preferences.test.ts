import { expect, it } from 'vitest'
import { readPageSize, readPreferences } from './preferences'

it('reads an object and nothing else', () => {
  expect(readPreferences('{"pageSize": 20, "newer": 1}')).toEqual({ pageSize: 20, newer: 1 })
  expect([readPreferences('[]'), readPreferences('x'), readPreferences(undefined)]).toEqual([{}, {}, {}])
})

it('has 50 rows a page until one of 20, 50 and 100 is chosen', () => {
  expect([{}, { pageSize: 20 }, { pageSize: 100 }, { pageSize: 7 }].map(readPageSize)).toEqual([
    50, 20, 100, 50,
  ])
})
