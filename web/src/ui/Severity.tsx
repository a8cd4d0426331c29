import { Tooltip } from '@mantine/core'
import classes from './Severity.module.css'
import { type BySeverity, type Level, levelOf, levels, levelWord } from './severity'

const height: Record<Level, number> = { none: 0, low: 1, medium: 2, high: 3, critical: 4 }

/** Rising bars, as many filled as the level is high: severity told by shape, beside word and colour. */
export function SeverityMark({ level }: { level: Level }) {
  return (
    <svg className={classes.mark} data-level={level} viewBox="0 0 14 14" aria-hidden="true">
      {[1, 2, 3, 4].map(bar => (
        <rect
          key={bar}
          x={(bar - 1) * 3.5 + 0.5}
          y={13 - bar * 3}
          width="2.5"
          height={bar * 3}
          rx="0.8"
          opacity={bar <= height[level] ? 1 : 0.22}
        />
      ))}
    </svg>
  )
}

/** A severity by its score: mark, number, word. */
export function Severity({ score, quiet = false }: { score: number; quiet?: boolean }) {
  const level = levelOf(score)
  return (
    <span className={classes.severity} data-level={level}>
      <SeverityMark level={level} />
      <span className="tabular">{score.toFixed(1)}</span>
      {!quiet && <span className={classes.word}>{levelWord[level]}</span>}
    </span>
  )
}

/** Open locations by severity as one bar, its parts in proportion; the numbers are in its label. */
export function SeverityBar({ counts, height = 8 }: { counts: BySeverity; height?: number }) {
  const total = levels.reduce((sum, level) => sum + counts[level], 0)
  const words = levels
    .filter(level => counts[level] > 0)
    .map(level => `${counts[level]} ${levelWord[level].toLowerCase()}`)
  const label = total === 0 ? 'Nothing open' : words.join(', ')
  return (
    <Tooltip label={label}>
      <span className={classes.bar} role="img" aria-label={label} style={{ height }}>
        {levels.map(
          level =>
            counts[level] > 0 && (
              <span
                key={level}
                data-level={level}
                className={classes.part}
                style={{ flexGrow: counts[level] }}
              />
            ),
        )}
      </span>
    </Tooltip>
  )
}

/** The numbers behind a bar, the worst first. */
export function SeverityCounts({ counts }: { counts: BySeverity }) {
  return (
    <span className={classes.counts}>
      {levels
        .filter(level => level !== 'none' || counts.none > 0)
        .map(level => (
          <span
            key={level}
            className={classes.count}
            data-level={level}
            data-zero={counts[level] === 0 || undefined}
          >
            <SeverityMark level={level} />
            <span className="tabular">{counts[level]}</span>
            <span className={classes.word}>{levelWord[level]}</span>
          </span>
        ))}
    </span>
  )
}
