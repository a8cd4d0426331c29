import { Button, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { ApiError, isDenied } from '../api/client'
import classes from './Page.module.css'

/** In place of what could not be loaded: why, what to do next, and the request's id to ask about. */
export function Failure({ error, onRetry }: { error: Error; onRetry?: (() => void) | undefined }) {
  const known = error instanceof ApiError ? error : null
  const denied = isDenied(error)
  return (
    <div className={classes.empty} role="alert">
      <IconAlertTriangle size={22} stroke={1.5} aria-hidden="true" />
      <Text fw={600}>{denied ? 'Nothing here for you' : 'This could not be loaded'}</Text>
      <Text c="dimmed" maw={440} ta="center">
        {denied
          ? 'It does not exist, or you have no access to it. Ask a user manager of the organization for access.'
          : known
            ? known.message
            : 'Something went wrong in the page itself. Reload it; if that does not help, report it.'}
      </Text>
      {known?.requestId && (
        <Text size="xs" c="dimmed">
          Request <code>{known.requestId}</code>
        </Text>
      )}
      {onRetry && !denied && (
        <Button variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  )
}

/** Below a form: the sentence of its own mutation's error. */
export function FormError({ error }: { error: Error | null }) {
  if (!error) return null
  const known = error instanceof ApiError ? error : null
  return (
    <Text role="alert" size="sm" c="var(--asm-open)">
      {sentence(error.message)}
      {known?.requestId && known.code === 'INTERNAL_SERVER_ERROR' && <> Request {known.requestId}.</>}
    </Text>
  )
}

/** The server's message without the prefix that programs compare. */
export function sentence(message: string): string {
  return message.replace(/^Exception - /, '')
}
