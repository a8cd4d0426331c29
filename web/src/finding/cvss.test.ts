import { describe, expect, it } from 'vitest'
import { parseVector, scores, writeVector } from './cvss'

function scored(vector: string) {
  const chosen = parseVector(vector)
  return chosen && scores(chosen)
}

describe('scores', () => {
  // Base scores of the examples that FIRST publishes with the specification; temporal ones by its formula.
  it.each([
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8, 9.8],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10, 10],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1, 6.1],
    ['CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N', 6.4, 6.4],
    ['CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N', 3.1, 3.1],
    ['CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H', 8.8, 8.8],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 0, 0],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C', 9.8, 8.8],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U', 9.8, 9],
  ])('%s', (vector, base, temporal) => {
    expect(scored(vector)).toEqual({ base, temporal })
  })
})

it.each([
  ['another version', 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
  ['a missing base metric', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H'],
  ['an unknown value', 'CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
  ['a metric told twice', 'CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
  ['nothing', ''],
])('refuses %s', (_what, vector) => {
  expect(parseVector(vector)).toBeNull()
})

it('writes metrics in the order of the specification, undefined ones left out', () => {
  const chosen = parseVector('CVSS:3.1/RC:X/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N/E:P')
  expect(chosen && writeVector(chosen)).toBe('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P')
})
