import { Button, Skeleton, Text, VisuallyHidden } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconKey } from '@tabler/icons-react'
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '../api/client'
import { InvalidateAccessTokenDocument, TokensDocument, type TokensQuery } from '../api/generated/graphql'
import { Confirm } from '../ui/Confirm'
import { Failure } from '../ui/Failure'
import { EmptyState } from '../ui/Page'
import { Time } from '../ui/Time'
import { daysLeft, exactTime } from '../ui/time'
import { NewToken } from './NewToken'
import classes from './Tokens.module.css'

type Token = NonNullable<NonNullable<NonNullable<TokensQuery['me']>['accessTokens']>[number]>

/** The caller's live API tokens; never the tokens themselves. */
export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: async ({ signal }) =>
    ((await ask(TokensDocument, {}, signal)).me?.accessTokens ?? []).flatMap(token => (token ? [token] : [])),
})

/** The caller's API tokens, with what makes and ends them. */
export function Tokens() {
  const client = useQueryClient()
  const { data: tokens, error, refetch } = useQuery(tokensQuery)
  const [making, setMaking] = useState(false)
  const [revoking, setRevoking] = useState<Token | null>(null)
  const changed = () => client.invalidateQueries({ queryKey: tokensQuery.queryKey })

  if (making) {
    return <NewToken onMade={changed} onClose={() => setMaking(false)} />
  }
  const newButton = <Button onClick={() => setMaking(true)}>New token</Button>
  return (
    <div className={classes.tokens}>
      <div className={classes.head}>
        <Text c="dimmed">
          A token lets a program act with all of your rights. Give each program its own, and revoke what is
          not used.
        </Text>
        {tokens && tokens.length > 0 && newButton}
      </div>
      {error ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : !tokens ? (
        <Skeleton height={96} />
      ) : tokens.length === 0 ? (
        <EmptyState
          title="No token yet"
          icon={<IconKey size={28} stroke={1.3} aria-hidden="true" />}
          next={newButton}
        >
          Pipelines, scripts and the command line sign in with a token.
        </EmptyState>
      ) : (
        <table className={classes.table} aria-label="API tokens">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Created</th>
              <th scope="col">Expires</th>
              <th scope="col">Last used</th>
              <th>
                <VisuallyHidden>Actions</VisuallyHidden>
              </th>
            </tr>
          </thead>
          <tbody>
            {tokens.map(token => (
              <TokenRow key={token.id} token={token} onRevoke={() => setRevoking(token)} />
            ))}
          </tbody>
        </table>
      )}
      {revoking && (
        <Confirm
          title={`Revoke ${revoking.name || 'this token'}?`}
          action="Revoke"
          act={() => ask(InvalidateAccessTokenDocument, { id: revoking.id })}
          onDone={() => {
            notifications.show({ message: `${revoking.name || 'The token'} was revoked.` })
            setRevoking(null)
            void changed()
          }}
          onClose={() => setRevoking(null)}
        >
          Every program that uses it is refused at once. This cannot be undone.
        </Confirm>
      )}
    </div>
  )
}

function TokenRow({ token, onRevoke }: { token: Token; onRevoke: () => void }) {
  const expires = new Date(token.expirationTime * 1000)
  const left = daysLeft(expires, new Date())
  return (
    <tr>
      <td className={classes.name}>{token.name || 'Token'}</td>
      <td data-label="Created">
        <Time at={token.issuedAt ? new Date(token.issuedAt * 1000) : null} />
      </td>
      <td data-label="Expires">
        <time dateTime={expires.toISOString()} title={exactTime(expires)} data-soon={left < 7 || undefined}>
          {expires.toISOString().slice(0, 10)}{' '}
          <span className={classes.quiet}>{left === 1 ? '1 day left' : `${left} days left`}</span>
        </time>
      </td>
      <td data-label="Last used">
        <Time at={token.lastUse} never="Never" />
        {token.lastUseAddress && <span className={classes.quiet}> from {token.lastUseAddress}</span>}
      </td>
      <td className={classes.action}>
        <Button
          variant="default"
          size="compact-xs"
          aria-label={`Revoke ${token.name || 'token'}`}
          onClick={onRevoke}
        >
          Revoke
        </Button>
      </td>
    </tr>
  )
}
