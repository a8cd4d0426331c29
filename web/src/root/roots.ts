import { queryOptions } from '@tanstack/react-query'
import { ask, present } from '../api/client'
import { ScopeDocument, type ScopeQuery } from '../api/generated/graphql'

export type Root = NonNullable<NonNullable<ScopeQuery['group']>['roots']>[number]
export type RootKind = Root['__typename']

/** Roots of a group, in every state. */
export const rootsQuery = (group: string) =>
  queryOptions({
    queryKey: ['roots', group],
    queryFn: async ({ signal }) => present((await ask(ScopeDocument, { group }, signal)).group?.roots),
  })

export const kindWord: Record<RootKind, string> = {
  GitRoot: 'Repository',
  IPRoot: 'IP address',
  URLRoot: 'URL',
}

/** Where a root is, in one line. */
export function addressOf(root: Root): string {
  switch (root.__typename) {
    case 'GitRoot':
      return root.url
    case 'IPRoot':
      return root.address
    case 'URLRoot':
      return urlOf(root)
  }
}

/** A URL root's address put together again; the port is left out where it is the protocol's own. */
export function urlOf(root: {
  protocol: string
  host: string
  port: number
  path: string
  query?: string | null
}): string {
  const scheme = root.protocol.toLowerCase()
  const usual = { https: 443, http: 80, file: 0 }[scheme]
  const host = root.host.includes(':') ? `[${root.host.replace(/^\[|\]$/g, '')}]` : root.host
  const port = root.port === usual ? '' : `:${root.port}`
  return `${scheme}://${host}${port}${root.path}${root.query ? `?${root.query}` : ''}`
}
