import { MantineProvider } from '@mantine/core'
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
  useParams,
} from '@tanstack/react-router'
import { render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { expect, it, vi } from 'vitest'
import { DataTable } from './DataTable'
import {
  type Column,
  type TableLayout,
  type TableMemory,
  TableMemoryContext,
  type TablePage,
  type TableSearch,
} from './table'

interface Place {
  id: string
  where: string
  score: number
}

const columns: Column<Place>[] = [
  { id: 'where', header: 'Where', cell: row => row.where, text: row => row.where, card: 'title' },
  {
    id: 'score',
    header: 'Score',
    cell: row => row.score,
    text: row => String(row.score),
    sort: 'score',
    align: 'right',
    width: 80,
  },
]
const places: Place[] = [
  { id: '1', where: 'a.go', score: 9.1 },
  { id: '2', where: 'b.go', score: 5.3 },
  { id: '3', where: 'c.go', score: 2 },
]
const page: TablePage<Place> = { rows: places, endCursor: 'c3', hasNextPage: true, total: 120 }

interface Given {
  page?: TablePage<Place> | undefined
  search?: TableSearch
  onSearch?: (change: Record<string, unknown>) => void
  memory?: Partial<TableMemory>
}

async function show(given: Given) {
  const root = createRootRoute({ component: Outlet })
  const list = createRoute({
    getParentRoute: () => root,
    path: '/',
    component: function List() {
      const [layouts, setLayouts] = useState<Record<string, TableLayout>>({})
      const memory: TableMemory = {
        layout: table => layouts[table],
        setLayout: (table, layout) => setLayouts({ ...layouts, [table]: layout }),
        pageSize: 50,
        setPageSize: () => {},
        trails: new Map(),
        ...given.memory,
      }
      return (
        <TableMemoryContext value={memory}>
          <DataTable
            name="places"
            label="Places"
            columns={columns}
            page={'page' in given ? given.page : page}
            rowKey={row => row.id}
            rowLink={row => ({ to: '/place/$id', params: { id: row.id } }) as never}
            search={given.search ?? {}}
            searchLabel="Search places"
            onSearch={given.onSearch ?? (() => {})}
            filters={[{ id: 'state', label: 'State', options: [{ value: 'SAFE', label: 'Closed' }] }]}
            empty={<p>Nothing here</p>}
          />
        </TableMemoryContext>
      )
    },
  })
  const one = createRoute({
    getParentRoute: () => root,
    path: '/place/$id',
    component: function One() {
      const { id } = useParams({ strict: false }) as { id?: string }
      return <p>Place {id}</p>
    },
  })
  const router = createRouter({
    routeTree: root.addChildren([list, one]),
    history: createMemoryHistory({ initialEntries: ['/'] }),
  })
  render(
    <MantineProvider>
      <RouterProvider router={router as never} />
    </MantineProvider>,
  )
  await screen.findByText(/Where|Nothing here/)
  return userEvent.setup()
}

it('moves by j and k, selects by x and opens by Enter', async () => {
  const user = await show({})

  await user.keyboard('jjk')
  await user.keyboard('j')
  expect(document.activeElement?.textContent).toContain('b.go')
  await user.keyboard('x')
  expect(screen.getByRole('button', { name: /1 selected/ })).toBeTruthy()
  await user.keyboard('{Enter}')

  expect(await screen.findByText('Place 2')).toBeTruthy()
})

it('asks for the other order when a header is clicked, from the first page on', async () => {
  const onSearch = vi.fn()
  const user = await show({ onSearch, search: { sort: '-score', after: 'x', page: 2 } })

  expect(screen.getByRole('columnheader', { name: /Score/ }).getAttribute('aria-sort')).toBe('descending')
  await user.click(screen.getByRole('button', { name: /Score/ }))

  expect(onSearch).toHaveBeenCalledWith({ sort: 'score', after: undefined, page: undefined })
})

it('says which rows of how many, and leads to the next page by its cursor', async () => {
  const onSearch = vi.fn()
  const user = await show({ onSearch })

  expect(screen.getByText('1–3 of 120')).toBeTruthy()
  await user.click(screen.getByRole('button', { name: 'Next' }))

  expect(onSearch).toHaveBeenCalledWith({ after: 'c3', page: 2 })
})

it('leads to the first page from one that was reached by a copied address', async () => {
  const onSearch = vi.fn()
  const user = await show({ onSearch, search: { after: 'c100', page: 3 } })

  await user.click(screen.getByRole('button', { name: 'First page' }))

  expect(onSearch).toHaveBeenCalledWith({ after: undefined, page: undefined })
})

it('goes back by the cursor of the page before when it was seen', async () => {
  const onSearch = vi.fn()
  const key = JSON.stringify(['places', 50, {}])
  const trails = new Map([[key, new Map([[2, 'c50']])]])
  const user = await show({ onSearch, search: { after: 'c100', page: 3 }, memory: { trails } })

  await user.click(screen.getByRole('button', { name: 'Previous' }))

  expect(onSearch).toHaveBeenCalledWith({ after: 'c50', page: 2 })
})

it('searches a moment after typing, and keeps what is typed', async () => {
  const onSearch = vi.fn()
  const user = await show({ onSearch })

  await user.type(screen.getByLabelText('Search places'), 'login ')

  await waitFor(() =>
    expect(onSearch).toHaveBeenCalledWith({ after: undefined, page: undefined, q: 'login' }),
  )
  expect(screen.getByLabelText<HTMLInputElement>('Search places').value).toBe('login ')
})

it('clears every filter at once', async () => {
  const onSearch = vi.fn()
  const search = { q: 'go', state: 'SAFE' } as TableSearch
  const user = await show({ onSearch, search })

  await user.click(screen.getByRole('button', { name: 'Clear 2 filters' }))

  expect(onSearch).toHaveBeenCalledWith({ after: undefined, page: undefined, q: undefined, state: undefined })
})

it('hides the column that is unchecked', async () => {
  const user = await show({})

  await user.click(screen.getByRole('button', { name: 'Columns' }))
  await user.click(await screen.findByLabelText('Score'))

  await waitFor(() => expect(screen.queryByRole('columnheader', { name: /Score/ })).toBeNull())
  expect(within(screen.getByRole('table')).getByText('a.go')).toBeTruthy()
})

it('shows its frame before the rows are there', async () => {
  await show({ page: undefined })
  expect(screen.getByRole('table').getAttribute('aria-busy')).toBe('true')
})

it('shows the empty state, without tools, when nothing is there', async () => {
  await show({ page: { rows: [], endCursor: '', hasNextPage: false, total: 0 } })
  expect(screen.getByText('Nothing here')).toBeTruthy()
  expect(screen.queryByLabelText('Search places')).toBeNull()
})
