import type { TablePage } from './table'

interface Connection<Node> {
  edges: readonly ({ node: Node } | null)[]
  pageInfo: { endCursor?: string | null; hasNextPage: boolean }
  total?: number | null
}

/** A connection of the API as a page of rows. */
export function pageOf<Node>(connection: Connection<Node>): TablePage<Node> {
  return {
    rows: connection.edges.flatMap(edge => (edge ? [edge.node] : [])),
    endCursor: connection.pageInfo.endCursor ?? '',
    hasNextPage: connection.pageInfo.hasNextPage,
    total: connection.total ?? null,
  }
}

/** A plain list as a page of rows: all of them. */
export function pageOfAll<Row>(rows: readonly Row[]): TablePage<Row> {
  return { rows: [...rows], endCursor: '', hasNextPage: false, total: rows.length }
}

/** At most as many rows as one export writes. */
export const mostRows = 10_000

/** Reads page after page until the end or the limit. */
export async function readAll<Row>(
  read: (first: number, after: string | undefined) => Promise<TablePage<Row>>,
): Promise<Row[]> {
  const rows: Row[] = []
  let after: string | undefined
  do {
    const page = await read(1000, after)
    rows.push(...page.rows)
    after = page.hasNextPage ? page.endCursor : undefined
  } while (after && rows.length < mostRows)
  return rows.slice(0, mostRows)
}
