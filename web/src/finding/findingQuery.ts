import { queryOptions } from '@tanstack/react-query'
import { ApiError, ask } from '../api/client'
import { FindingDocument } from '../api/generated/graphql'

/** One finding, for its head and its pages. */
export const findingQuery = (id: string) =>
  queryOptions({
    queryKey: ['finding', id],
    queryFn: async ({ signal }) => {
      const { finding } = await ask(FindingDocument, { id }, signal)
      if (!finding) throw new ApiError('Access denied', { code: 'DENIED' })
      return finding
    },
    staleTime: 30_000,
  })
