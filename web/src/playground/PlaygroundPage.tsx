import { Anchor, Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { IconSettings } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react'
import { markSessionEnded, sessionQuery, useAskWhenOver } from '../api/session'
import { clock, parseTime } from '../ui/time'
import classes from './Playground.module.css'
import { defaultSettings, readSettings, storedSettings, storeSettings } from './settings'
import { filtered } from './storage'

const Playground = lazy(() => import('./Playground'))

/** The playground: above the editor stands who is signed in, for how long, and the settings. */
export function PlaygroundPage() {
  const client = useQueryClient()
  const [text, setText] = useState(storedSettings)
  const [open, setOpen] = useState(false)
  return (
    <div className={classes.page}>
      <header className={classes.bar}>
        <a href="/home" className={classes.title}>
          <img src="/icon.svg" alt="" width="20" height="20" />
          ASM Playground
        </a>
        <Who />
        <Anchor href="/docs/" size="sm">
          Docs
        </Anchor>
        <Button variant="default" leftSection={<IconSettings size={14} />} onClick={() => setOpen(true)}>
          Settings
        </Button>
      </header>
      <Suspense fallback={<div className={classes.waiting}>The editor is loading…</div>}>
        <Playground settings={readSettings(text)} onSessionEnded={() => markSessionEnded(client)} />
      </Suspense>
      {open && (
        <SettingsDialog
          text={text}
          onSave={next => {
            storeSettings(next)
            setText(next)
            setOpen(false)
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </div>
  )
}

/** Who is signed in and how long it lasts; in words how to go on when it has ended. */
function Who() {
  const { data: session, error } = useQuery(sessionQuery)
  const [now, setNow] = useState(() => Date.now())
  // Who was signed in here: after the end the server knows nobody any more.
  const [wasSignedIn, setWasSignedIn] = useState(false)
  if (session?.signedIn && !wasSignedIn) setWasSignedIn(true)
  const end = parseTime(session?.expiresAt)?.getTime() ?? 0
  const left = Math.floor((end - now - (session?.aheadBy ?? 0)) / 1000)
  const over = session?.signedIn === true && left <= 0

  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  useAskWhenOver(over)

  const line = (words: ReactNode, ended = false) => (
    <span className={classes.who} role="status" data-ended={ended || undefined}>
      {words}
    </span>
  )
  if (error) return line('It is not known who is signed in: the server did not answer.', true)
  if (!session) return line('…')
  if (!session.signedIn) {
    return line(
      <>
        {wasSignedIn ? 'Your session has ended.' : 'You are not signed in.'}{' '}
        <Anchor href="/?return=/api" size="sm">
          Sign in
        </Anchor>{' '}
        to come back here with your tabs as they are, or put an API token into HTTP HEADERS.
      </>,
      wasSignedIn,
    )
  }
  const remaining =
    left >= 3600
      ? `${Math.floor(left / 3600)} h ${Math.floor((left % 3600) / 60)} min`
      : left > 300
        ? `${Math.ceil(left / 60)} min`
        : clock(left)
  return line(
    <>
      Signed in as <b>{session.email}</b>, <span className="tabular">{remaining}</span> left
    </>,
  )
}

interface SettingsDialogProps {
  text: string
  onSave: (text: string) => void
  onClose: () => void
}

function SettingsDialog({ text, onSave, onClose }: SettingsDialogProps) {
  const [typed, setTyped] = useState(text)
  const [problem, setProblem] = useState<string | null>(null)
  function save() {
    try {
      readSettings(typed)
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
      return
    }
    onSave(typed)
  }
  return (
    <Modal opened onClose={onClose} title="Settings" size="lg">
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          <code>request.credentials</code> says whether your session goes along: <code>omit</code> never,{' '}
          <code>same-origin</code> to this server, <code>include</code> always. Kept in this browser.
        </Text>
        <Textarea
          label="Settings as JSON"
          classNames={{ input: classes.json }}
          autosize
          minRows={6}
          spellCheck={false}
          value={typed}
          error={problem}
          onChange={event => {
            setTyped(event.currentTarget.value)
            setProblem(null)
          }}
          data-autofocus
        />
        <Group justify="space-between" gap="xs">
          <Group gap="xs">
            <Button variant="subtle" color="gray" onClick={() => setTyped(defaultSettings)}>
              Defaults
            </Button>
            <Button
              variant="subtle"
              color="gray"
              onClick={() => {
                filtered(window.localStorage).clear()
                window.location.reload()
              }}
            >
              Forget tabs and history
            </Button>
          </Group>
          <Button onClick={save}>Save settings</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
