// Fails the build when the first page's scripts, compressed as they travel, outgrow their budget.
import { readFileSync, statSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'

const budgetKilobytes = 250
const root = 'dist/app'

const page = brotliDecompressSync(readFileSync(`${root}/index.html.br`)).toString()
const scripts = [...page.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map(match => match[1])
const size = scripts.reduce((sum, script) => sum + statSync(`${root}/${script}.br`).size, 0) / 1000
console.log(
  `first page: ${scripts.length} scripts, ${size.toFixed(1)} kB compressed, budget ${budgetKilobytes} kB`,
)
if (scripts.length === 0 || size > budgetKilobytes) {
  console.error('The first page is over its budget: load what it does not need later.')
  process.exit(1)
}
