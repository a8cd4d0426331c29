import { Text, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import classes from './Page.module.css'

interface PageProps {
  title: string
  /** A sentence below the title. */
  lead?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** A page: its title, its actions at the right, its content. The window's title follows. */
export function Page({ title, lead, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · ASM`
  }, [title])
  return (
    <div className={classes.page}>
      <header className={classes.header}>
        <div className={classes.heading}>
          <Title order={1}>{title}</Title>
          {lead && (
            <Text c="dimmed" component="div">
              {lead}
            </Text>
          )}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  )
}

interface EmptyStateProps {
  title: string
  children?: ReactNode
  icon?: ReactNode
  /** The next step, as a button. */
  next?: ReactNode
}

/** In place of rows: why there are none and what to do next. */
export function EmptyState({ title, children, icon, next }: EmptyStateProps) {
  return (
    <div className={classes.empty}>
      {icon}
      <Text fw={600}>{title}</Text>
      {children && (
        <Text c="dimmed" maw={460} ta="center" component="div">
          {children}
        </Text>
      )}
      {next}
    </div>
  )
}

/** A part of a page under its own heading. */
export function Section({
  title,
  lead,
  actions,
  children,
}: {
  title: string
  lead?: ReactNode
  actions?: ReactNode
  children: ReactNode
}) {
  return (
    <section className={classes.section} aria-label={title}>
      <header className={classes.header}>
        <div className={classes.heading}>
          <Title order={2}>{title}</Title>
          {lead && (
            <Text c="dimmed" size="sm">
              {lead}
            </Text>
          )}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </section>
  )
}
