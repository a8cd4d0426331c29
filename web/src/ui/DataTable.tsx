import { Checkbox, Skeleton } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { Link, useNavigate, useRouter } from '@tanstack/react-router'
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
import { type MouseEvent, type ReactNode, useContext, useMemo, useRef, useState } from 'react'
import { csv, download } from './csv'
import classes from './DataTable.module.css'
import { Failure } from './Failure'
import { TablePager } from './TablePager'
import { TableToolbar } from './TableToolbar'
import {
  arrange,
  type Column,
  hiddenColumns,
  nextSort,
  type RowLink,
  type TableFilter,
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

const skeletonRows = 8
/** The least that a column without a width of its own gets, pixels. */
const growingWidth = 200
const actionsWidth = 88

/**
 * The one table of the app. The server sorts, filters and pages; the address says how; the account remembers columns.
 * `j` and `k` move, `x` selects, Enter opens; a row opens in a new tab like any link.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { name, columns, page, search } = props
  const memory = useContext(TableMemoryContext)
  const layout = memory.layout(name)
  const hidden = hiddenColumns(columns, layout)
  const [selection, setSelection] = useState<RowSelectionState>({})
  const body = useRef<HTMLTableSectionElement>(null)
  const navigate = useNavigate()
  const router = useRouter()

  const definitions = useMemo(() => {
    const helper = createColumnHelper<typeof features, { row: Row }>()
    return columns.map(column =>
      helper.display({ id: column.id, header: column.header, size: column.width ?? 240, minSize: 60 }),
    )
  }, [columns])
  const data = useMemo(() => (page?.rows ?? []).map(row => ({ row })), [page])
  const columnVisibility = useMemo(() => Object.fromEntries(hidden.map(id => [id, false])), [hidden])
  const arranged = arrange(columns, layout)
  const table = useTable({
    features,
    columns: definitions,
    data,
    getRowId: each => props.rowKey(each.row),
    state: {
      columnVisibility,
      columnOrder: arranged.map(column => column.id),
      columnSizing: layout?.widths ?? {},
      rowSelection: selection,
    },
    columnResizeMode: 'onChange',
    onRowSelectionChange: setSelection,
    onColumnSizingChange: change => {
      const widths = typeof change === 'function' ? change(layout?.widths ?? {}) : change
      memory.setLayout(name, { hidden, order: arranged.map(column => column.id), widths })
    },
  })

  const byId = new Map(columns.map(column => [column.id, column]))
  const shown = arranged.filter(column => !hidden.includes(column.id))
  const widthOf = (column: Column<Row>) => layout?.widths[column.id] ?? column.width
  const needed = shown.reduce(
    (sum, column) => sum + (widthOf(column) ?? growingWidth),
    32 + (props.rowActions ? actionsWidth : 0),
  )
  const rows = table.getRowModel().rows
  const isEmpty = page !== undefined && page.rows.length === 0
  // The tools of a table stay while they are what hides its rows.
  const isFiltered = Boolean(
    search.q || search.after || (props.filters ?? []).some(filter => filter.id in search),
  )
  const selected = rows.filter(row => row.getIsSelected())

  function moveTo(step: number) {
    const lines = [...(body.current?.querySelectorAll<HTMLTableRowElement>('tr[data-row]') ?? [])]
    const at = lines.findIndex(line => line.contains(document.activeElement))
    lines[Math.min(Math.max(at + step, 0), lines.length - 1)]?.focus()
  }
  function selectFocused() {
    const focused = document.activeElement?.closest<HTMLTableRowElement>('tr[data-row]')
    const row = rows.find(each => each.id === focused?.dataset.row)
    row?.toggleSelected()
  }
  useHotkeys([
    ['j', () => moveTo(1)],
    ['k', () => moveTo(-1)],
    ['x', selectFocused],
  ])

  function open(row: Row, event: MouseEvent | { metaKey: boolean; ctrlKey: boolean }) {
    const link = props.rowLink?.(row)
    if (!link) return
    if (event.metaKey || event.ctrlKey) {
      window.open(router.buildLocation(link).href, '_blank', 'noopener')
    } else {
      void navigate(link)
    }
  }

  async function exportCsv() {
    const chosen = selected.map(each => each.original.row)
    const all = chosen.length > 0 ? chosen : ((await props.readAll?.()) ?? page?.rows ?? [])
    const lines = all.map(row => shown.map(column => column.text(row)))
    download(
      `${name}.csv`,
      csv(
        shown.map(column => column.header),
        lines,
      ),
    )
  }

  return (
    <div className={classes.root}>
      {(!isEmpty || isFiltered) && (
        <TableToolbar
          table={props.label}
          columns={arranged}
          hidden={hidden}
          onLayout={change =>
            memory.setLayout(name, {
              hidden,
              order: arranged.map(c => c.id),
              widths: layout?.widths ?? {},
              ...change,
            })
          }
          search={search}
          searchLabel={props.searchLabel}
          onSearch={props.onSearch}
          filters={props.filters ?? []}
          selectedCount={selected.length}
          onClearSelection={() => setSelection({})}
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
            style={{ minWidth: needed }}
            aria-label={props.label}
            aria-busy={!page || props.stale}
          >
            <colgroup>
              <col className={classes.check} />
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
                  const column = byId.get(header.column.id)
                  return column ? (
                    <HeaderCell
                      key={header.id}
                      column={column}
                      sort={search.sort}
                      onSort={sort => props.onSearch(againFromStart({ sort }))}
                      onResize={header.getResizeHandler()}
                    />
                  ) : null
                })}
                {props.rowActions && <th className={classes.actions} aria-label="Actions" />}
              </tr>
            </thead>
            <tbody ref={body}>
              {page
                ? rows.map(row => (
                    <tr
                      key={row.id}
                      data-row={row.id}
                      data-link={props.rowLink ? true : undefined}
                      tabIndex={-1}
                      aria-selected={row.getIsSelected()}
                      onKeyDown={event => {
                        if (event.key === 'Enter' && event.target === event.currentTarget) {
                          open(row.original.row, event)
                        }
                      }}
                      onClick={event => {
                        if (!(event.target as HTMLElement).closest('a, button, input, label')) {
                          open(row.original.row, event)
                        }
                      }}
                    >
                      <td className={classes.check}>
                        <Checkbox
                          size="xs"
                          aria-label="Select row"
                          checked={row.getIsSelected()}
                          onChange={event => row.toggleSelected(event.currentTarget.checked)}
                        />
                      </td>
                      {shown.map((column, at) => (
                        <td
                          key={column.id}
                          data-align={column.align}
                          data-card={column.card}
                          data-label={column.header}
                        >
                          {at === 0 && props.rowLink ? (
                            <Link {...props.rowLink(row.original.row)} className={classes.link}>
                              {column.cell(row.original.row)}
                            </Link>
                          ) : (
                            column.cell(row.original.row)
                          )}
                        </td>
                      ))}
                      {props.rowActions && (
                        <td className={classes.actions}>{props.rowActions(row.original.row)}</td>
                      )}
                    </tr>
                  ))
                : skeleton(shown, Boolean(props.rowActions))}
            </tbody>
          </table>
        </div>
      )}
      <TablePager name={name} page={page} search={search} onSearch={props.onSearch} />
    </div>
  )
}

/** A change of what is listed begins at the first page again. */
function againFromStart(change: Record<string, unknown>) {
  return { ...change, after: undefined, page: undefined }
}

interface HeaderCellProps<Row> {
  column: Column<Row>
  sort: string | undefined
  onSort: (sort: string | undefined) => void
  onResize: (event: unknown) => void
}

function HeaderCell<Row>({ column, sort, onSort, onResize }: HeaderCellProps<Row>) {
  const field = column.sort
  const direction = !field
    ? undefined
    : sort === field
      ? 'ascending'
      : sort === `-${field}`
        ? 'descending'
        : 'none'
  return (
    <th data-align={column.align} aria-sort={direction} scope="col">
      {field ? (
        <button type="button" className={classes.sort} onClick={() => onSort(nextSort(sort, field))}>
          {column.header}
          {direction === 'ascending' && <IconArrowUp size={12} aria-hidden="true" />}
          {direction === 'descending' && <IconArrowDown size={12} aria-hidden="true" />}
        </button>
      ) : (
        column.header
      )}
      <span className={classes.resize} aria-hidden="true" onMouseDown={onResize} onTouchStart={onResize} />
    </th>
  )
}

function skeleton<Row>(columns: readonly Column<Row>[], actions: boolean) {
  return Array.from({ length: skeletonRows }, (_, line) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the lines have no identity
    <tr key={line}>
      <td className={classes.check} />
      {columns.map((column, at) => (
        <td key={column.id} data-card={column.card}>
          <Skeleton height={10} width={`${at === 0 ? 70 - ((line * 13) % 30) : 55}%`} radius="sm" />
        </td>
      ))}
      {actions && <td />}
    </tr>
  ))
}
