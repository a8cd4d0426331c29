import { queryOptions } from '@tanstack/react-query'
import { ApiError, ask } from './client'
import { GroupNamesDocument, MeDocument } from './generated/graphql'

/** The person who is signed in, as the API knows them. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => {
    const { me } = await ask(MeDocument, {}, signal)
    if (!me) throw new ApiError('Login required', { code: 'UNAUTHENTICATED' })
    return me
  },
  staleTime: 60_000,
})

/** Names of all groups that the caller may see, with their organization's, for the switches. */
export const groupNamesQuery = queryOptions({
  queryKey: ['groupNames'],
  queryFn: async ({ signal }) => {
    const { groups } = await ask(GroupNamesDocument, {}, signal)
    return groups.edges.map(edge => ({
      name: edge.node.name ?? '',
      organization: edge.node.organization,
    }))
  },
  staleTime: 60_000,
})

/** A role as people read it: user_manager → User manager. */
export function roleWord(role: string | null | undefined): string {
  if (!role) return 'No role'
  const words = role.toLowerCase().replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
