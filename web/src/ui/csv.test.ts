import { expect, it } from 'vitest'
import { csv, csvCell } from './csv'

it.each([
  ['a formula becomes text', '=1+1', "'=1+1"],
  ['so does one behind blanks', '  =cmd()', "'  =cmd()"],
  ['one with a plus', '+41 44', "'+41 44"],
  ['one with a minus', '-2+3', "'-2+3"],
  ['one with an at', '@SUM(A1)', "'@SUM(A1)"],
  ['one behind a tab', '\t=1', "'\t=1"],
  ['a negative number stays a number', '-12.5', '-12.5'],
  ['a plain word stays', 'open', 'open'],
  ['a comma is quoted', 'a,b', '"a,b"'],
  ['a quote is doubled', 'say "hi"', '"say ""hi"""'],
  ['a line feed is quoted', 'a\nb', '"a\nb"'],
  ['a formula with a comma is text and quoted', '=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
])('%s', (_rule, value, cell) => {
  expect(csvCell(value)).toBe(cell)
})

it('writes headers, lines and a byte order mark', () => {
  expect(csv(['Where', 'Score'], [['src/a.go', '9.1']])).toBe('\uFEFFWhere,Score\r\nsrc/a.go,9.1\r\n')
})
