import { Checkbox, VisuallyHidden } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useNavigate, useRouter } from '@tanstack/react-router'
import {
  columnOrderingFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  createColumnHelper,
  type RowSelectionState,
  rowSelectionFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import { type ReactNode, type RefObject, useContext, useMemo, useRef, useState } from 'react'
import { csv, download } from './csv'
import classes from './DataTable.module.css'
import { Failure } from './Failure'
import { TablePager } from './TablePager'
import { HeaderCell, SkeletonRows, TableRow } from './TableRows'
import { TableToolbar } from './TableToolbar'
import {
  arrange,
  type Column,
  hiddenColumns,
  type RowLink,
  type TableFilter,
  type TableLayout,
  TableMemoryContext,
  type TablePage,
  type TableSearch,
} from './table'

interface DataTableProps<Row> {
  /** Under this name the layout is remembered; also the table's label, as a phrase. */
  name: string
  label: string
  columns: readonly Column<Row>[]
  page: TablePage<Row> | undefined
  error?: Error | null
  onRetry?: () => void
  /** True while other rows than asked for are shown. */
  stale?: boolean
  rowKey: (row: Row) => string
  rowLink?: (row: Row) => RowLink
  /** Controls at the end of a row. */
  rowActions?: (row: Row) => ReactNode
  /** What the address says of the table, its filters included. */
  search: TableSearch
  onSearch: (change: Record<string, unknown>) => void
  searchLabel?: string
  filters?: readonly TableFilter[]
  empty: ReactNode
  /** Reads all rows that match for CSV; absent: those on the page are all. */
  readAll?: () => Promise<Row[]>
}

const features = tableFeatures({
  columnVisibilityFeature,
  columnOrderingFeature,
  columnSizingFeature,
  columnResizingFeature,
  rowSelectionFeature,
})

/** The least that a column without a width of its own gets, pixels. */
const growingWidth = 200
const actionsWidth = 88
const checkWidth = 32

/**
 * The one table of the app. The server sorts, filters and pages; the address says how; the account remembers columns.
 * `j` and `k` move, `x` selects, Enter opens; a row opens in a new tab like any link.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { name, columns, page, search } = props
  const { table, arranged, shown, hidden, widthOf, setLayout, clearSelection } = useColumns(props)
  const body = useRef<HTMLTableSectionElement>(null)
  const open = useOpen()
  const rows = table.getRowModel().rows
  const selected = rows.filter(row => row.getIsSelected())
  useRowKeys(body, id => rows.find(row => row.id === id)?.toggleSelected())

  const isEmpty = page !== undefined && page.rows.length === 0
  // The tools of a table stay while they are what hides its rows.
  const isFiltered = Boolean(search.q || search.after || props.filters?.some(filter => filter.id in search))

  async function exportCsv() {
    const chosen = selected.map(each => each.original.row)
    const all = chosen.length > 0 ? chosen : ((await props.readAll?.()) ?? page?.rows ?? [])
    const headers = shown.map(column => column.header)
    const lines = all.map(row => shown.map(column => column.text(row)))
    download(`${name}.csv`, csv(headers, lines))
  }

  return (
    <div className={classes.root}>
      {(props.error ? isFiltered : !isEmpty || isFiltered) && (
        <TableToolbar
          columns={arranged}
          hidden={hidden}
          onLayout={setLayout}
          search={search}
          searchLabel={props.searchLabel}
          onSearch={props.onSearch}
          filters={props.filters ?? []}
          selectedCount={selected.length}
          onClearSelection={clearSelection}
          onExport={exportCsv}
        />
      )}
      {props.error ? (
        <Failure error={props.error} onRetry={props.onRetry} />
      ) : isEmpty ? (
        props.empty
      ) : (
        <div className={classes.scroll} data-stale={props.stale || undefined}>
          <table
            className={classes.table}
            style={{ minWidth: neededWidth(shown.map(widthOf), Boolean(props.rowActions)) }}
            aria-label={props.label}
            aria-busy={!page || props.stale}
          >
            <colgroup>
              <col style={{ width: checkWidth }} />
              {shown.map(column => (
                <col key={column.id} style={{ width: widthOf(column) }} />
              ))}
              {props.rowActions && <col style={{ width: actionsWidth }} />}
            </colgroup>
            <thead>
              <tr>
                <th className={classes.check}>
                  <Checkbox
                    size="xs"
                    aria-label="Select all rows of this page"
                    checked={rows.length > 0 && selected.length === rows.length}
                    indeterminate={selected.length > 0 && selected.length < rows.length}
                    onChange={event => table.toggleAllRowsSelected(event.currentTarget.checked)}
                  />
                </th>
                {table.getHeaderGroups()[0]?.headers.map(header => {
                  const column = columns.find(each => each.id === header.column.id)
                  return column ? (
                    <HeaderCell
                      key={header.id}
                      column={column}
                      sort={search.sort}
                      // Another order begins at the first page again.
                      onSort={sort => props.onSearch({ sort, after: undefined, page: undefined })}
                      onResize={header.getResizeHandler()}
                    />
                  ) : null
                })}
                {props.rowActions && (
                  <th className={classes.actions}>
                    <VisuallyHidden>Actions</VisuallyHidden>
                  </th>
                )}
              </tr>
            </thead>
            <tbody ref={body}>
              {page ? (
                rows.map(row => (
                  <TableRow
                    key={row.id}
                    id={row.id}
                    row={row.original.row}
                    columns={shown}
                    selected={row.getIsSelected()}
                    onSelect={selected => row.toggleSelected(selected)}
                    link={props.rowLink?.(row.original.row)}
                    onOpen={open}
                    actions={props.rowActions?.(row.original.row)}
                  />
                ))
              ) : (
                <SkeletonRows columns={shown} actions={Boolean(props.rowActions)} />
              )}
            </tbody>
          </table>
        </div>
      )}
      {!props.error && <TablePager name={name} page={page} search={search} onSearch={props.onSearch} />}
    </div>
  )
}

/** The width below which a table scrolls sideways, pixels. */
function neededWidth(widths: (number | undefined)[], actions: boolean): number {
  const own = checkWidth + (actions ? actionsWidth : 0)
  return widths.reduce<number>((sum, width) => sum + (width ?? growingWidth), own)
}

/** Columns as the account remembers them, and the table that they and the rows make. */
function useColumns<Row>({ name, columns, page, rowKey }: DataTableProps<Row>) {
  const memory = useContext(TableMemoryContext)
  const [selection, setSelection] = useState<RowSelectionState>({})
  const layout = memory.layout(name)
  const hidden = hiddenColumns(columns, layout)
  const arranged = arrange(columns, layout)
  const current: TableLayout = {
    hidden,
    order: arranged.map(column => column.id),
    widths: layout?.widths ?? {},
  }
  const setLayout = (change: Partial<TableLayout>) => memory.setLayout(name, { ...current, ...change })

  const definitions = useMemo(() => {
    const helper = createColumnHelper<typeof features, { row: Row }>()
    return columns.map(column =>
      helper.display({
        id: column.id,
        header: column.header,
        size: column.width ?? growingWidth,
        minSize: 60,
      }),
    )
  }, [columns])
  const data = useMemo(() => (page?.rows ?? []).map(row => ({ row })), [page])
  const table = useTable({
    features,
    columns: definitions,
    data,
    getRowId: each => rowKey(each.row),
    state: {
      columnVisibility: Object.fromEntries(hidden.map(id => [id, false])),
      columnOrder: current.order,
      columnSizing: current.widths,
      rowSelection: selection,
    },
    columnResizeMode: 'onChange',
    onRowSelectionChange: setSelection,
    onColumnSizingChange: change =>
      setLayout({ widths: typeof change === 'function' ? change(current.widths) : change }),
  })
  return {
    table,
    arranged,
    hidden,
    shown: arranged.filter(column => !hidden.includes(column.id)),
    widthOf: (column: Column<Row>) => current.widths[column.id] ?? column.width,
    setLayout,
    clearSelection: () => setSelection({}),
  }
}

/** Opens what a row leads to: here, or in a new tab with Ctrl or Command held. */
function useOpen() {
  const navigate = useNavigate()
  const router = useRouter()
  return (link: RowLink, event: { metaKey: boolean; ctrlKey: boolean }) => {
    if (event.metaKey || event.ctrlKey) {
      window.open(router.buildLocation(link).href, '_blank', 'noopener')
    } else {
      void navigate(link)
    }
  }
}

/**
 * Moves among the rows and selects by keyboard. Of several tables on a page the one whose row has the focus listens, else
 * the first; none while a dialog lies over the page.
 */
function useRowKeys(body: RefObject<HTMLTableSectionElement | null>, onSelect: (id: string) => void) {
  function focusedRow(): HTMLTableRowElement | null {
    return document.activeElement?.closest<HTMLTableRowElement>('tr[data-row]') ?? null
  }
  function isMine(): boolean {
    if (document.querySelector('[role="dialog"]')) return false
    return body.current?.contains(focusedRow() ?? document.querySelector('tr[data-row]')) ?? false
  }
  function move(step: number) {
    if (!isMine()) return
    const lines = [...(body.current?.querySelectorAll<HTMLTableRowElement>('tr[data-row]') ?? [])]
    const focused = focusedRow()
    const at = focused ? lines.indexOf(focused) : -1
    lines[Math.min(Math.max(at + step, 0), lines.length - 1)]?.focus()
  }
  useHotkeys([
    ['j', () => move(1)],
    ['k', () => move(-1)],
    [
      'x',
      () => {
        const id = focusedRow()?.dataset.row
        if (id !== undefined && isMine()) onSelect(id)
      },
    ],
  ])
}
