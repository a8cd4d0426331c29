import { Text, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import classes from './Door.module.css'

/** What stands around the pages that are seen before signing in. */
export function Door({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · ASM`
  }, [title])
  return (
    <main className={classes.door}>
      <div className={classes.box}>
        <img src="/icon.svg" alt="" width="36" height="36" />
        <Title order={1} mt="md">
          {title}
        </Title>
        {lead && (
          <Text c="dimmed" mt={4} component="div">
            {lead}
          </Text>
        )}
        <div className={classes.content}>{children}</div>
      </div>
    </main>
  )
}
