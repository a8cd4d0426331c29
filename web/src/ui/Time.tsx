import { exactTime, parseTime, relativeTime } from './time'

/** A moment in words, with the exact UTC time on hover. `never` is shown when there is none. */
export function Time({ at, never = '—' }: { at: string | Date | null | undefined; never?: string }) {
  const moment = at instanceof Date ? at : parseTime(at)
  if (!moment) {
    return <span style={{ color: 'var(--asm-quiet)' }}>{never}</span>
  }
  return (
    <time dateTime={moment.toISOString()} title={exactTime(moment)}>
      {relativeTime(moment, new Date())}
    </time>
  )
}

/** An age in whole days. */
export function Age({ days }: { days: number | null | undefined }) {
  if (days === null || days === undefined) return <span>—</span>
  return (
    <span className="tabular" style={{ whiteSpace: 'nowrap' }}>
      {days === 1 ? '1 day' : `${days} days`}
    </span>
  )
}
