import { Badge, Button, Skeleton, VisuallyHidden } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ask } from '../api/client'
import { EndSessionDocument, SessionsDocument } from '../api/generated/graphql'
import { Failure, sentence } from '../ui/Failure'
import { Page } from '../ui/Page'
import { Time } from '../ui/Time'
import { browserOf } from './browser'
import classes from './Tokens.module.css'

/** The caller's living sessions, newest first. */
export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async ({ signal }) => (await ask(SessionsDocument, {}, signal)).me?.sessions ?? [],
})

/** Where the caller is signed in, and how to end it there. */
export function SessionsPage() {
  const client = useQueryClient()
  const { data: sessions, error, refetch } = useQuery(sessionsQuery)
  const end = useMutation({
    mutationFn: (id: string | null) => ask(EndSessionDocument, { id }),
    onSuccess: async (_answer, id) => {
      notifications.show({ message: id ? 'The session was ended.' : 'Every other session was ended.' })
      await client.invalidateQueries({ queryKey: sessionsQuery.queryKey })
    },
    onError: problem => notifications.show({ color: 'red', message: sentence(problem.message) }),
  })
  return (
    <Page
      title="Sessions"
      lead="Browsers in which you are signed in. A session ends by itself a while after its sign-in."
      actions={
        (sessions?.length ?? 0) > 1 && (
          <Button
            variant="default"
            loading={end.isPending && end.variables === null}
            onClick={() => end.mutate(null)}
          >
            End all others
          </Button>
        )
      }
    >
      {error ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : !sessions ? (
        <Skeleton height={96} />
      ) : (
        <table className={classes.table} aria-label="Sessions">
          <thead>
            <tr>
              <th scope="col">Browser</th>
              <th scope="col">Address</th>
              <th scope="col">Signed in</th>
              <th scope="col">Last used</th>
              <th scope="col">Ends</th>
              <th>
                <VisuallyHidden>Actions</VisuallyHidden>
              </th>
            </tr>
          </thead>
          <tbody>
            {sessions.map(session => (
              <tr key={session.id}>
                <td className={classes.name} title={session.userAgent}>
                  {browserOf(session.userAgent)}{' '}
                  {session.current && (
                    <Badge size="xs" variant="light">
                      This one
                    </Badge>
                  )}
                </td>
                <td data-label="Address">{session.address}</td>
                <td data-label="Signed in">
                  <Time at={session.startedAt} />
                </td>
                <td data-label="Last used">
                  <Time at={session.lastUse} />
                </td>
                <td data-label="Ends">
                  <Time at={session.expiresAt} />
                </td>
                <td className={classes.action}>
                  {!session.current && (
                    <Button
                      variant="default"
                      size="compact-xs"
                      loading={end.isPending && end.variables === session.id}
                      onClick={() => end.mutate(session.id)}
                    >
                      End
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Page>
  )
}
