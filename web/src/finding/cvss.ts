// CVSS 3.1 (FIRST, Common Vulnerability Scoring System v3.1: Specification Document), sections 2 to 4 and 7.

interface Metric {
  key: string
  name: string
  values: readonly (readonly [value: string, word: string, weight: number])[]
}

/** The metrics of the base score; all eight are needed. Weights of PR are those of unchanged scope. */
export const baseMetrics: readonly Metric[] = [
  {
    key: 'AV',
    name: 'Attack vector',
    values: [
      ['N', 'Network', 0.85],
      ['A', 'Adjacent', 0.62],
      ['L', 'Local', 0.55],
      ['P', 'Physical', 0.2],
    ],
  },
  {
    key: 'AC',
    name: 'Attack complexity',
    values: [
      ['L', 'Low', 0.77],
      ['H', 'High', 0.44],
    ],
  },
  {
    key: 'PR',
    name: 'Privileges required',
    values: [
      ['N', 'None', 0.85],
      ['L', 'Low', 0.62],
      ['H', 'High', 0.27],
    ],
  },
  {
    key: 'UI',
    name: 'User interaction',
    values: [
      ['N', 'None', 0.85],
      ['R', 'Required', 0.62],
    ],
  },
  {
    key: 'S',
    name: 'Scope',
    values: [
      ['U', 'Unchanged', 0],
      ['C', 'Changed', 1],
    ],
  },
  {
    key: 'C',
    name: 'Confidentiality',
    values: [
      ['H', 'High', 0.56],
      ['L', 'Low', 0.22],
      ['N', 'None', 0],
    ],
  },
  {
    key: 'I',
    name: 'Integrity',
    values: [
      ['H', 'High', 0.56],
      ['L', 'Low', 0.22],
      ['N', 'None', 0],
    ],
  },
  {
    key: 'A',
    name: 'Availability',
    values: [
      ['H', 'High', 0.56],
      ['L', 'Low', 0.22],
      ['N', 'None', 0],
    ],
  },
]

/** The metrics of the temporal score; X, not defined, when left out. */
export const temporalMetrics: readonly Metric[] = [
  {
    key: 'E',
    name: 'Exploit code maturity',
    values: [
      ['X', 'Not defined', 1],
      ['H', 'High', 1],
      ['F', 'Functional', 0.97],
      ['P', 'Proof of concept', 0.94],
      ['U', 'Unproven', 0.91],
    ],
  },
  {
    key: 'RL',
    name: 'Remediation level',
    values: [
      ['X', 'Not defined', 1],
      ['U', 'Unavailable', 1],
      ['W', 'Workaround', 0.97],
      ['T', 'Temporary fix', 0.96],
      ['O', 'Official fix', 0.95],
    ],
  },
  {
    key: 'RC',
    name: 'Report confidence',
    values: [
      ['X', 'Not defined', 1],
      ['C', 'Confirmed', 1],
      ['R', 'Reasonable', 0.96],
      ['U', 'Unknown', 0.92],
    ],
  },
]

const environmental = new Set(['CR', 'IR', 'AR', 'MAV', 'MAC', 'MPR', 'MUI', 'MS', 'MC', 'MI', 'MA'])

/** The metrics of a vector by key; null when it is no CVSS 3.1 vector. */
export function parseVector(vector: string): Map<string, string> | null {
  const [prefix, ...parts] = vector.trim().split('/')
  if (prefix !== 'CVSS:3.1') return null
  const chosen = new Map<string, string>()
  for (const part of parts) {
    const [key = '', value = '', rest] = part.split(':')
    const metric = [...baseMetrics, ...temporalMetrics].find(each => each.key === key)
    const known = metric
      ? metric.values.some(([each]) => each === value)
      : environmental.has(key) && /^[A-Z]$/.test(value)
    if (!known || rest !== undefined || chosen.has(key)) return null
    chosen.set(key, value)
  }
  return baseMetrics.every(metric => chosen.has(metric.key)) ? chosen : null
}

/** Writes a vector in the order of the specification, without what is not defined. */
export function writeVector(chosen: ReadonlyMap<string, string>): string {
  const ordered = [...baseMetrics, ...temporalMetrics].map(metric => metric.key)
  const keys = [...ordered, ...[...chosen.keys()].filter(key => !ordered.includes(key))]
  const parts = keys.flatMap(key => {
    const value = chosen.get(key)
    return value && value !== 'X' ? [`${key}:${value}`] : []
  })
  return ['CVSS:3.1', ...parts].join('/')
}

/** Base and temporal score of a vector that parseVector accepts, each 0.0 to 10.0. */
export function scores(chosen: ReadonlyMap<string, string>): { base: number; temporal: number } {
  const weight = (metrics: readonly Metric[], key: string) => {
    const metric = metrics.find(each => each.key === key)
    const value = chosen.get(key) ?? 'X'
    return metric?.values.find(([each]) => each === value)?.[2] ?? 1
  }
  const of = (key: string) => weight(baseMetrics, key)
  const changed = chosen.get('S') === 'C'
  const privileges = changed ? ({ N: 0.85, L: 0.68, H: 0.5 }[chosen.get('PR') ?? 'N'] ?? 0.85) : of('PR')
  const subscore = 1 - (1 - of('C')) * (1 - of('I')) * (1 - of('A'))
  const impact = changed ? 7.52 * (subscore - 0.029) - 3.25 * (subscore - 0.02) ** 15 : 6.42 * subscore
  const exploitability = 8.22 * of('AV') * of('AC') * privileges * of('UI')
  const sum = (changed ? 1.08 : 1) * (impact + exploitability)
  const base = impact <= 0 ? 0 : roundUp(Math.min(sum, 10))
  const temporal = roundUp(
    base * weight(temporalMetrics, 'E') * weight(temporalMetrics, 'RL') * weight(temporalMetrics, 'RC'),
  )
  return { base, temporal }
}

/** The smallest number with one decimal that is not below; by integers, as appendix A of the specification asks. */
function roundUp(score: number): number {
  const whole = Math.round(score * 100_000)
  return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10
}
