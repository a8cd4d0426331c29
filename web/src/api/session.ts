import { type QueryClient, queryOptions, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { ApiError } from './client'

/** An outside place where one can sign in. */
export interface Issuer {
  id: string
  name: string
}

/** What `GET /session` answers, signed in or not. */
export interface Session {
  signedIn: boolean
  email: string
  name: string
  /** RFC 3339; empty when signed out. */
  expiresAt: string
  /** How far the server's clock is ahead of this machine's, milliseconds. */
  aheadBy: number
  issuers: Issuer[]
  demo: boolean
  /** True when nobody has an account yet: the server's log has the first administrator's link. */
  firstAdministrator: boolean
}

const signedOut: Session = {
  signedIn: false,
  email: '',
  name: '',
  expiresAt: '',
  aheadBy: 0,
  issuers: [],
  demo: false,
  firstAdministrator: false,
}

/** Who is signed in. Fresh for a minute; asked again when the window is looked at. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => fetchSession(signal),
  staleTime: 60_000,
  refetchOnWindowFocus: 'always',
  retry: false,
})

/** Asks who is signed in, and what time it is there. */
export async function fetchSession(signal?: AbortSignal): Promise<Session> {
  const response = await fetch('/session', {
    credentials: 'same-origin',
    headers: { Accept: 'application/json' },
    signal: signal ?? null,
  })
  const body = (await response.json().catch(() => ({}))) as Partial<Session> & { now?: string }
  if (response.status !== 200 && response.status !== 401) {
    throw new ApiError('The server does not say who is signed in. Try again in a moment.', {
      code: `HTTP_${response.status}`,
    })
  }
  const { now, ...session } = body
  const aheadBy = now ? Date.parse(now) - Date.now() : 0
  return { ...signedOut, ...session, aheadBy, signedIn: response.status === 200 }
}

/** Marks the session as ended, so that the way back in is offered over whatever is open. */
export function markSessionEnded(client: QueryClient): void {
  client.setQueryData(sessionQuery.queryKey, old => (old ? { ...old, signedIn: false } : signedOut))
}

/**
 * Asks who is signed in while the session should be over by this machine's clock, once a second until the server agrees:
 * the two clocks may differ by a moment.
 */
export function useAskWhenOver(over: boolean): void {
  const client = useQueryClient()
  useEffect(() => {
    if (!over) return
    const again = () => void client.invalidateQueries({ queryKey: sessionQuery.queryKey })
    again()
    const timer = setInterval(again, 1000)
    return () => clearInterval(timer)
  }, [over, client])
}

/** Signs in with mail address and password. Rejects with the server's sentence. */
export async function signIn(email: string, password: string): Promise<void> {
  await post('/session', { email, password })
}

/** Ends the session at once. */
export async function signOut(): Promise<void> {
  await fetch('/session', { method: 'DELETE', credentials: 'same-origin' })
}

/** Sets the password that a link allows to set. */
export async function setPassword(link: string, password: string): Promise<void> {
  await post('/session/password', { link, password })
}

/** What an invitation offers. */
export interface Invitation {
  kind: 'group' | 'organization'
  name: string
  role: string
  organization?: string
  email?: string
  invitedBy?: string
  isAccepted?: boolean
  /** Where a person without an account sets a password; null for everybody else. */
  passwordUrl?: string | null
}

/** Describes an invitation without answering it. */
export const invitationQuery = (link: string) =>
  queryOptions({
    queryKey: ['invitation', link],
    queryFn: async ({ signal }): Promise<Invitation> => {
      const response = await fetch(`/session/invitation?link=${encodeURIComponent(link)}`, {
        credentials: 'same-origin',
        headers: { Accept: 'application/json' },
        signal,
      })
      return (await readPlain(response)) as Invitation
    },
    retry: false,
  })

/** Accepts or declines an invitation. */
export async function answerInvitation(link: string, accept: boolean): Promise<Invitation> {
  return (await post('/session/invitation', { link, accept })) as Invitation
}

/** Where an issuer's sign-in begins; it comes back to returnTo, a path of ours. */
export function issuerAddress(issuer: string, returnTo: string): string {
  return `/session/oidc/${encodeURIComponent(issuer)}?return=${encodeURIComponent(returnTo)}`
}

async function post(path: string, body: unknown): Promise<unknown> {
  const response = await fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new ApiError('The server could not be reached. Check the connection, then try again.', {
      code: 'UNREACHABLE',
    })
  })
  return readPlain(response)
}

async function readPlain(response: Response): Promise<unknown> {
  const body = (await response.json().catch(() => null)) as { error?: string } | null
  if (response.ok) {
    return body
  }
  const wait = Number(response.headers.get('Retry-After'))
  if (response.status === 429 && wait > 0) {
    throw new ApiError(
      `Too many attempts. Try again in ${wait < 90 ? `${wait} seconds` : `${Math.ceil(wait / 60)} minutes`}.`,
      {
        code: 'RATE_LIMITED',
      },
    )
  }
  throw new ApiError(body?.error ?? `The server refused (status ${response.status}).`, {
    code: `HTTP_${response.status}`,
  })
}
