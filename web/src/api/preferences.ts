import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ask } from './client'
import { UpdatePreferencesDocument } from './generated/graphql'
import { meQuery } from './me'

/** What the app keeps with the account. Unknown members, of a newer app, are kept as they are. */
export interface Preferences {
  organization?: string
  pageSize?: number
  panelClosed?: boolean
  /** Layouts of tables by name; ui/table.ts knows their shape. */
  tables?: Record<string, unknown>
  [other: string]: unknown
}

/** Reads the account's settings; anything that is no object counts as none. */
export function readPreferences(text: string | undefined): Preferences {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Preferences) : {}
  } catch {
    return {}
  }
}

/** Rows a page: 20, 50 or 100; 50 until chosen. */
export function readPageSize(preferences: Preferences): number {
  return [20, 50, 100].find(size => size === preferences.pageSize) ?? 50
}

/** Rows a page as chosen, for a route's loader, which runs outside of components. */
export function pageSizeOf(client: QueryClient): number {
  return readPageSize(readPreferences(client.getQueryData(meQuery.queryKey)?.preferences))
}

const saveAfterMilliseconds = 600
let saving: ReturnType<typeof setTimeout> | undefined

/** The account's settings, and a way to change them: at once here, shortly after on the server. */
export function usePreferences(): [Preferences, (change: Partial<Preferences>) => void] {
  const client = useQueryClient()
  const { data } = useQuery(meQuery)
  const text = data?.preferences
  const preferences = useMemo(() => readPreferences(text), [text])
  const save = useMutation({
    mutationFn: (preferences: string) => ask(UpdatePreferencesDocument, { preferences }),
  })

  function change(part: Partial<Preferences>) {
    // Two changes may come before the next render: what the cache holds is the newest.
    const current = readPreferences(client.getQueryData(meQuery.queryKey)?.preferences)
    const next = JSON.stringify({ ...current, ...part })
    client.setQueryData(meQuery.queryKey, me => (me ? { ...me, preferences: next } : me))
    clearTimeout(saving)
    saving = setTimeout(() => save.mutate(next), saveAfterMilliseconds)
  }
  return [preferences, change]
}
