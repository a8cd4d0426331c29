import { describe, expect, it } from 'vitest'
import { arrange, type Column, hiddenColumns, nextSort, oneOf, orderOf, readTableSearch } from './table'

describe('what an address says of a table', () => {
  const sorts = ['title', 'age']
  it.each([
    ['search and order', { q: 'sql', sort: '-age' }, { q: 'sql', sort: '-age' }],
    ['a search that looks like a number', { q: 10 }, { q: '10' }],
    ['no unknown order', { sort: '-owner' }, {}],
    ['a page with its cursor', { after: 'abc', page: 3 }, { after: 'abc', page: 3 }],
    ['no page without a cursor', { page: 3 }, {}],
    ['no cursor without a page', { after: 'abc' }, {}],
    ['no page before the second', { after: 'abc', page: 1 }, {}],
    ['nothing of another shape', { q: ['a'], sort: {}, page: 'x' }, {}],
  ])('has %s', (_rule, raw, search) => {
    expect(readTableSearch(raw, sorts)).toEqual(search)
  })

  it('has only the values that a filter allows', () => {
    expect(oneOf('SAFE', ['VULNERABLE', 'SAFE'] as const)).toBe('SAFE')
    expect(oneOf('safe', ['VULNERABLE', 'SAFE'] as const)).toBeUndefined()
  })
})

it('asks the API for the order that the address names', () => {
  const fields = { age: 'AGE' } as const
  expect(orderOf('-age', fields)).toEqual({ field: 'AGE', order: 'DESC' })
  expect(orderOf('age', fields)).toEqual({ field: 'AGE', order: 'ASC' })
  expect(orderOf(undefined, fields)).toBeUndefined()
})

it('sorts descending, ascending, and then not', () => {
  expect(nextSort(undefined, 'age')).toBe('-age')
  expect(nextSort('-age', 'age')).toBe('age')
  expect(nextSort('age', 'age')).toBeUndefined()
  expect(nextSort('-title', 'age')).toBe('-age')
})

describe('the layout of columns', () => {
  const column = (id: string, optional = false): Column<string> => ({
    id,
    header: id,
    cell: row => row,
    text: row => row,
    optional,
  })
  const columns = [column('a'), column('b', true), column('c')]

  it('hides optional columns until something was chosen', () => {
    expect(hiddenColumns(columns, undefined)).toEqual(['b'])
    expect(hiddenColumns(columns, { hidden: [], order: [], widths: {} })).toEqual([])
  })

  it('keeps the chosen order, columns that it does not know at the end', () => {
    const ids = (order: string[]) => arrange(columns, { hidden: [], order, widths: {} }).map(each => each.id)
    expect(ids(['c', 'a', 'b'])).toEqual(['c', 'a', 'b'])
    expect(ids(['c'])).toEqual(['c', 'a', 'b'])
  })
})
