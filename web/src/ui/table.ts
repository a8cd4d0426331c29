import type { LinkOptions } from '@tanstack/react-router'
import { createContext, type ReactNode } from 'react'

/** A column of a DataTable. */
export interface Column<Row> {
  id: string
  header: string
  cell: (row: Row) => ReactNode
  /** The cell as text, for CSV; what people read on the screen, without marks. */
  text: (row: Row) => string
  /** Field name that the server sorts by; absent: the column does not sort. */
  sort?: string
  align?: 'right'
  /** Width at first in pixels; absent: the column takes what is left. */
  width?: number
  /** Shown on a phone, where a row becomes a card: as its title, or among its facts. */
  card?: 'title' | 'fact'
  /** Hidden until chosen. */
  optional?: boolean
}

/** A filter offered above a table, kept in the address under its id. */
export interface TableFilter {
  id: string
  label: string
  options: { value: string; label: string }[]
}

/** What an address says of a table: search, order, page and filters, all text. */
export interface TableSearch {
  q?: string
  /** Field name, with a leading minus for descending. */
  sort?: string
  /** Cursor of the last entry of the page before. */
  after?: string
  /** Number of the page, from 2; for people, the cursor decides. */
  page?: number
}

/** One page of rows as a connection answers it. */
export interface TablePage<Row> {
  rows: Row[]
  endCursor: string
  hasNextPage: boolean
  total: number | null
}

export interface TableLayout {
  hidden: string[]
  order: string[]
  widths: Record<string, number>
}

/** What tables remember across pages: layouts and page size with the account, cursors for this visit. */
export interface TableMemory {
  layout: (table: string) => TableLayout | undefined
  setLayout: (table: string, layout: TableLayout) => void
  pageSize: number
  setPageSize: (rows: number) => void
  /** Cursors of the pages seen so far, by table and filter: keyset paging knows no way back. */
  trails: Map<string, Map<number, string>>
}

export const pageSizes = [20, 50, 100] as const

export const TableMemoryContext = createContext<TableMemory>({
  layout: () => undefined,
  setLayout: () => {},
  pageSize: 50,
  setPageSize: () => {},
  trails: new Map(),
})

/** Where a row leads. */
export type RowLink = LinkOptions

/** Answers the text of an address's parameter, or nothing for what is no text. A number in an address is text too. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Answers a parameter if it is one of the allowed values. */
export function oneOf<Value extends string>(value: unknown, allowed: readonly Value[]): Value | undefined {
  return allowed.find(each => each === value)
}

/** Reads what an address says of a table; what is not allowed there counts as absent. */
export function readTableSearch(raw: Record<string, unknown>, sorts: readonly string[]): TableSearch {
  const search: TableSearch = {}
  const q = text(raw.q)
  if (q) search.q = q
  const sort = text(raw.sort)
  if (sort && sorts.includes(sort.replace(/^-/, ''))) search.sort = sort
  const after = text(raw.after)
  const page = Number(raw.page)
  if (after && Number.isInteger(page) && page > 1) {
    search.after = after
    search.page = page
  }
  return search
}

/** Splits an order as the address has it into field and direction for the API. */
export function orderOf<Field extends string>(
  sort: string | undefined,
  fields: Readonly<Record<string, Field>>,
): { field: Field; order: 'ASC' | 'DESC' } | undefined {
  const field = sort && fields[sort.replace(/^-/, '')]
  return field ? { field, order: sort.startsWith('-') ? 'DESC' : 'ASC' } : undefined
}

/** A click on a header: descending first, then ascending, then the order of the page. */
export function nextSort(current: string | undefined, field: string): string | undefined {
  if (current === `-${field}`) return field
  if (current === field) return undefined
  return `-${field}`
}

/** Columns in the order chosen; ones that the choice does not know keep their place at the end. */
export function arrange<Row>(
  columns: readonly Column<Row>[],
  layout: TableLayout | undefined,
): Column<Row>[] {
  const order = layout?.order ?? []
  const place = (id: string) => {
    const at = order.indexOf(id)
    return at < 0 ? order.length : at
  }
  return [...columns].sort((a, b) => place(a.id) - place(b.id))
}

/** Ids of the columns that are hidden: those chosen, or the optional ones while nothing was chosen. */
export function hiddenColumns<Row>(
  columns: readonly Column<Row>[],
  layout: TableLayout | undefined,
): string[] {
  return layout?.hidden ?? columns.filter(column => column.optional).map(column => column.id)
}
