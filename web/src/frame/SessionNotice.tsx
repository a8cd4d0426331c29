import { Button, Modal, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { ask } from '../api/client'
import { AcknowledgeConcurrentSessionDocument } from '../api/generated/graphql'
import { meQuery } from '../api/me'
import { sessionQuery, useAskWhenOver } from '../api/session'
import { paths } from '../paths'
import { SignInForm } from '../ui/SignInForm'
import { clock, parseTime } from '../ui/time'
import classes from './Frame.module.css'

const noticeSeconds = 5 * 60

/**
 * Counts the session's last five minutes, then lays the way back in over the page: what was being typed stays there.
 * The server's word decides that the session ended, not this machine's clock.
 */
export function SessionNotice() {
  const client = useQueryClient()
  const { data: session } = useQuery(sessionQuery)
  const { data: me } = useQuery(meQuery)
  const [renewing, setRenewing] = useState(false)
  const secondsLeft = useSecondsLeft(parseTime(session?.expiresAt), session?.aheadBy ?? 0)
  const over = secondsLeft <= 0

  useAskWhenOver(over && session?.signedIn === true)

  const ended = session !== undefined && !session.signedIn

  async function signedIn() {
    const now = await client.fetchQuery({ ...sessionQuery, staleTime: 0 })
    setRenewing(false)
    if (me && now.email !== me.userEmail) {
      // Somebody else: nothing of the person before may stay on the screen.
      window.location.assign(paths.home().to)
      return
    }
    await client.invalidateQueries({ predicate: query => query.queryKey[0] !== 'session' })
  }

  return (
    <>
      {session?.signedIn && secondsLeft <= noticeSeconds && !over && (
        <div className={classes.notice} role="status">
          <span>
            Your session ends in <b className="tabular">{clock(secondsLeft)}</b>. Nothing you type is lost.
          </span>
          <Button size="compact-xs" variant="default" onClick={() => setRenewing(true)}>
            Sign in again now
          </Button>
        </div>
      )}
      <Modal
        opened={ended || renewing}
        onClose={() => setRenewing(false)}
        withCloseButton={!ended}
        closeOnEscape={!ended}
        closeOnClickOutside={!ended}
        title={ended ? 'Your session has ended' : 'Sign in again'}
        centered
        zIndex={1000}
      >
        <Text c="dimmed" mb="md">
          The page behind stays as it is, with what you typed.
        </Text>
        <SignInForm
          email={me?.userEmail ?? session?.email ?? ''}
          issuers={session?.issuers ?? []}
          demo={session?.demo ?? false}
          issuerTarget="_blank"
          returnTo="/home"
          onSignedIn={signedIn}
        />
      </Modal>
    </>
  )
}

/** Seconds until a moment by the server's clock; renders each second near the end, once when it comes near, not at all before. */
function useSecondsLeft(moment: Date | null, aheadBy: number): number {
  const end = moment?.getTime() ?? Number.POSITIVE_INFINITY
  const [, tick] = useState(0)
  const left = (end - Date.now() - aheadBy) / 1000
  useEffect(() => {
    if (left <= 0 || !Number.isFinite(left)) return
    const wait = left > noticeSeconds ? (left - noticeSeconds) * 1000 : 1000
    const timer = setTimeout(() => tick(count => count + 1), Math.min(wait, 2 ** 31 - 1))
    return () => clearTimeout(timer)
  })
  return left
}

/** Says that the person is signed in elsewhere too, until they say that they know. */
export function ConcurrentSessionNotice() {
  const client = useQueryClient()
  const acknowledge = useMutation({
    mutationFn: () => ask(AcknowledgeConcurrentSessionDocument, {}),
    onSuccess: () =>
      client.setQueryData(meQuery.queryKey, me => (me ? { ...me, isConcurrentSession: false } : me)),
  })
  return (
    <div className={classes.notice} role="status">
      <span>You were already signed in somewhere else when you signed in here.</span>
      <Button
        size="compact-xs"
        variant="default"
        renderRoot={props => <Link {...paths.sessions()} {...props} />}
      >
        Show sessions
      </Button>
      <Button
        size="compact-xs"
        variant="subtle"
        loading={acknowledge.isPending}
        onClick={() => acknowledge.mutate()}
      >
        That was me
      </Button>
    </div>
  )
}
