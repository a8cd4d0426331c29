const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/**
 * Reads a moment of the API: ISO 8601, or `YYYY-MM-DD HH:MM:SS`, which is UTC without saying so.
 * Answers null for what is absent or no time.
 */
export function parseTime(text: string | null | undefined): Date | null {
  if (!text) return null
  const plain = /^\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?$/.test(text)
  const moment = new Date(plain ? `${text.replace(' ', 'T')}${text.length > 10 ? 'Z' : 'T00:00:00Z'}` : text)
  return Number.isNaN(moment.getTime()) ? null : moment
}

/** How long ago, or until, in words: "3 days ago", "in 2 hours", "just now". */
export function relativeTime(moment: Date, now: Date): string {
  const seconds = Math.round((moment.getTime() - now.getTime()) / 1000)
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) {
      return relative.format(Math.trunc(seconds / size), unit)
    }
  }
  return seconds > 10 ? 'in less than a minute' : 'just now'
}

/** The exact moment, UTC, to the second. */
export function exactTime(moment: Date): string {
  return `${moment.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** The day, UTC: 2026-11-25. */
export function utcDay(moment: Date): string {
  return moment.toISOString().slice(0, 10)
}

/** Whole days from now until a moment; 0 on the last day. */
export function daysLeft(moment: Date, now: Date): number {
  return Math.max(0, Math.floor((moment.getTime() - now.getTime()) / 86_400_000))
}

/** Seconds as a clock shows them: 4:05. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}
