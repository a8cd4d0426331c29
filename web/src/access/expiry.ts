/** Choices of a token's expiry: days from now, or the last moment that the server accepts. */
export const presets = [7, 30, 90] as const

const months = 6

/**
 * The last moment that a token may end: six calendar months from now in UTC, the day clamped to the month's last, whole
 * seconds. Now is the server's: it is by its clock that a date is refused.
 */
export function lastExpiry(now: Date): Date {
  const month = now.getUTCMonth() + months
  const lastDay = new Date(Date.UTC(now.getUTCFullYear(), month + 1, 0)).getUTCDate()
  return new Date(
    Date.UTC(
      now.getUTCFullYear(),
      month,
      Math.min(now.getUTCDate(), lastDay),
      now.getUTCHours(),
      now.getUTCMinutes(),
      now.getUTCSeconds(),
    ),
  )
}

/** The first and the last day that the form offers, UTC: tomorrow and the limit's day. */
export function offeredDays(now: Date): { first: string; last: string } {
  return { first: dayOf(new Date(now.getTime() + 86_400_000)), last: dayOf(lastExpiry(now)) }
}

/** The day that is so many days from now, UTC. */
export function dayIn(now: Date, days: number): string {
  return dayOf(new Date(now.getTime() + days * 86_400_000))
}

/**
 * The moment that a chosen day stands for, Unix seconds: the end of that day in UTC; on the last day exactly the limit.
 * Null for a day outside of what is offered.
 */
export function expiryOf(day: string, now: Date): number | null {
  const { first, last } = offeredDays(now)
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || day < first || day > last) return null
  const end = Date.parse(`${day}T23:59:59Z`)
  if (Number.isNaN(end)) return null
  return Math.floor(Math.min(end, lastExpiry(now).getTime()) / 1000)
}

function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10)
}
