import { Checkbox, Skeleton } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import classes from './DataTable.module.css'
import { type Column, nextSort, type RowLink } from './table'

interface HeaderCellProps<Row> {
  column: Column<Row>
  sort: string | undefined
  onSort: (sort: string | undefined) => void
  onResize: (event: unknown) => void
}

/** A column's head: its name, its order by click, its width by the handle at the right. */
export function HeaderCell<Row>({ column, sort, onSort, onResize }: HeaderCellProps<Row>) {
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

interface TableRowProps<Row> {
  id: string
  row: Row
  columns: readonly Column<Row>[]
  selected: boolean
  onSelect: (selected: boolean) => void
  link: RowLink | undefined
  onOpen: (link: RowLink, event: { metaKey: boolean; ctrlKey: boolean }) => void
  actions: ReactNode
}

/** A row: selectable, and as a whole the link that its first cell is. */
export function TableRow<Row>(props: TableRowProps<Row>) {
  const { id, row, columns, selected, onSelect, link, onOpen, actions } = props
  return (
    <tr
      data-row={id}
      data-link={link ? true : undefined}
      tabIndex={-1}
      aria-selected={selected}
      onKeyDown={event => {
        if (link && event.key === 'Enter' && event.target === event.currentTarget) onOpen(link, event)
      }}
      onClick={event => {
        const own = (event.target as HTMLElement).closest('a, button, input, label')
        if (link && !own) onOpen(link, event)
      }}
    >
      <td className={classes.check}>
        <Checkbox
          size="xs"
          aria-label="Select row"
          checked={selected}
          onChange={event => onSelect(event.currentTarget.checked)}
        />
      </td>
      {columns.map((column, at) => (
        <td key={column.id} data-align={column.align} data-card={column.card} data-label={column.header}>
          {at === 0 && link ? (
            <Link {...link} className={classes.link}>
              {column.cell(row)}
            </Link>
          ) : (
            column.cell(row)
          )}
        </td>
      ))}
      {actions !== undefined && <td className={classes.actions}>{actions}</td>}
    </tr>
  )
}

const skeletonRows = 8

/** Lines in the place of rows that are on their way, in their final size. */
export function SkeletonRows<Row>({
  columns,
  actions,
}: {
  columns: readonly Column<Row>[]
  actions: boolean
}) {
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
