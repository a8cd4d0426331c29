// A cell that begins like this is a formula to a spreadsheet, whatever the file says (OWASP, CSV Injection).
const formula = /^[\s]*[=+\-@\t\r\n]/

/** One cell of a CSV file (RFC 4180), made text where a spreadsheet would compute it. Plain numbers stay numbers. */
export function csvCell(value: string): string {
  const safe = formula.test(value) && !/^-?\d+(?:\.\d+)?$/.test(value) ? `'${value}` : value
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A CSV file with one line of headers: UTF-8 with a byte order mark, so that spreadsheets read it as such. */
export function csv(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  return `\uFEFF${[headers, ...rows].map(row => row.map(csvCell).join(',')).join('\r\n')}\r\n`
}

/** Hands a text to the browser as a download. */
export function download(name: string, text: string, type = 'text/csv;charset=utf-8'): void {
  const address = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}
