import { IconCheck, IconCircleDashed, IconCircleDotFilled, IconClockHour4, IconX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import classes from './State.module.css'

export type Tone = 'open' | 'closed' | 'waiting' | 'accepted' | 'off'

const mark: Record<Tone, ReactNode> = {
  open: <IconCircleDotFilled size={14} aria-hidden="true" />,
  closed: <IconCheck size={14} aria-hidden="true" />,
  waiting: <IconClockHour4 size={14} aria-hidden="true" />,
  accepted: <IconCircleDashed size={14} aria-hidden="true" />,
  off: <IconX size={14} aria-hidden="true" />,
}

/** A state by word, shape and colour. */
export function State({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={classes.state} data-tone={tone}>
      {mark[tone]}
      {children}
    </span>
  )
}
