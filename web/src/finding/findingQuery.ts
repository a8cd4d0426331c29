import { queryOptions } from '@tanstack/react-query'
import { ask, present } from '../api/client'
import { FindingDocument } from '../api/generated/graphql'

/** One finding, for its head and its pages. */
export const findingQuery = (id: string) =>
  queryOptions({
    queryKey: ['finding', id],
    queryFn: async ({ signal }) => {
      const { finding } = await ask(FindingDocument, { id }, signal)
      return present(finding)
    },
    staleTime: 30_000,
  })
