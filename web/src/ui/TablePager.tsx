import { Button, Group, NativeSelect, Skeleton, Text } from '@mantine/core'
import { useContext } from 'react'
import { pageSizes, TableMemoryContext, type TablePage, type TableSearch } from './table'

interface TablePagerProps<Row> {
  name: string
  page: TablePage<Row> | undefined
  search: TableSearch
  onSearch: (change: Record<string, unknown>) => void
}

/** Below a table: which rows of how many, the pages, and how many rows a page has. */
export function TablePager<Row>({ name, page, search, onSearch }: TablePagerProps<Row>) {
  const memory = useContext(TableMemoryContext)
  const number = search.page ?? 1
  const trail = trailOf(memory.trails, name, search, memory.pageSize)
  if (search.after) trail.set(number, search.after)

  if (!page) {
    return <Skeleton height={12} width={160} radius="sm" my={8} />
  }
  if (page.rows.length === 0 && number === 1) {
    return null
  }
  const first = (number - 1) * memory.pageSize + 1
  const last = first + page.rows.length - 1
  const whole = number === 1 && !page.hasNextPage
  return (
    <Group justify="space-between" gap="xs">
      <Text size="xs" c="dimmed" className="tabular">
        {whole && page.rows.length <= 20
          ? `${page.rows.length === 1 ? '1 row' : `${page.rows.length} rows`}`
          : `${first.toLocaleString('en')}–${last.toLocaleString('en')}${page.total === null ? '' : ` of ${page.total.toLocaleString('en')}`}`}
      </Text>
      {!(whole && page.rows.length <= 20) && (
        <Group gap="xs">
          <NativeSelect
            size="xs"
            w={112}
            aria-label="Rows a page"
            value={String(memory.pageSize)}
            data={pageSizes.map(size => ({ value: String(size), label: `${size} a page` }))}
            onChange={event => {
              memory.setPageSize(Number(event.currentTarget.value))
              onSearch({ after: undefined, page: undefined })
            }}
          />
          <Button
            variant="default"
            disabled={number === 1}
            onClick={() => {
              // A page reached by a copied address has no known page before it: the start is where to go.
              const after = trail.get(number - 1)
              onSearch(
                number > 2 && after ? { after, page: number - 1 } : { after: undefined, page: undefined },
              )
            }}
          >
            {number > 2 && !trail.has(number - 1) ? 'First page' : 'Previous'}
          </Button>
          <Button
            variant="default"
            disabled={!page.hasNextPage}
            onClick={() => onSearch({ after: page.endCursor, page: number + 1 })}
          >
            Next
          </Button>
        </Group>
      )}
    </Group>
  )
}

function trailOf(
  trails: Map<string, Map<number, string>>,
  name: string,
  search: TableSearch,
  pageSize: number,
): Map<number, string> {
  const key = JSON.stringify([name, pageSize, { ...search, after: undefined, page: undefined }])
  const known = trails.get(key)
  if (known) return known
  const trail = new Map<number, string>()
  trails.set(key, trail)
  return trail
}
