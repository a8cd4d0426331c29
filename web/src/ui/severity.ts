/** The one scale of the product: the qualitative severity ratings of CVSS 3.1, section 5. */
export type Level = 'none' | 'low' | 'medium' | 'high' | 'critical'

/** From the worst down, the order in which levels are shown. */
export const levels: readonly Level[] = ['critical', 'high', 'medium', 'low', 'none']

/** The level of a score of 0.0 to 10.0. */
export function levelOf(score: number): Level {
  if (score >= 9) return 'critical'
  if (score >= 7) return 'high'
  if (score >= 4) return 'medium'
  if (score > 0) return 'low'
  return 'none'
}

/** A level's word, as shown. */
export const levelWord: Record<Level, string> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  none: 'None',
}

/** Risk exposure of one location by its score: 4^(score − 4), three decimals. */
export function exposureOf(score: number): number {
  return Math.round(4 ** (score - 4) * 1000) / 1000
}

/** A share of a whole as a percentage: whole numbers, "<1 %" for what would round to nothing. */
export function share(part: number, whole: number): string {
  if (whole <= 0 || part <= 0) return '0 %'
  const percent = (part / whole) * 100
  return percent < 1 ? '<1 %' : `${Math.round(percent)} %`
}

/** Number of open locations on each level. */
export type BySeverity = Record<Level, number>

/** Adds up what several groups have open. */
export function sumBySeverity(counts: readonly BySeverity[]): BySeverity {
  const sum: BySeverity = { none: 0, low: 0, medium: 0, high: 0, critical: 0 }
  for (const each of counts) {
    for (const level of levels) sum[level] += each[level]
  }
  return sum
}
