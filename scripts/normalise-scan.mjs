// Reads a SARIF file on standard input and writes it to standard output without a trace of the machine that made it.
//
//   node scripts/normalise-scan.mjs FOLDER < scan.sarif > normal.sarif
//
// FOLDER is the absolute folder that was scanned. URIs and paths below it become relative to it, the folder itself
// becomes file:///src. Descriptions of rules that no result names are left out where results name rules by id alone
// (staticcheck describes all of its 150 rules, in any order). The layout is fixed, so that a difference between two scans is one in what was found. A file that
// still names the folder's surroundings, or holds no run, ends with status 1.
import { dirname } from 'node:path'
import { readFileSync } from 'node:fs'

const folder = process.argv[2]

function relative(text) {
  return text
    .replaceAll(`file://${folder}/`, '')
    .replaceAll(`${folder}/`, '')
    .replaceAll(`file://${folder}`, 'file:///src')
    .replaceAll(folder, '/src')
}

const scan = JSON.parse(readFileSync(0, 'utf8'), (_, value) => (typeof value === 'string' ? relative(value) : value))
if (!Array.isArray(scan.runs) || scan.runs.length === 0) {
  throw new Error('the scanner wrote no run')
}
for (const { results, tool } of scan.runs) {
  if (results.every((result) => result.ruleIndex === undefined && result.rule === undefined)) {
    const named = new Set(results.map((result) => result.ruleId))
    tool.driver.rules = tool.driver.rules.filter(({ id }) => named.has(id)).sort((a, b) => (a.id < b.id ? -1 : 1))
  }
}
const text = JSON.stringify(scan, null, 1)
if (text.includes(dirname(folder))) {
  throw new Error(`the scan still names ${dirname(folder)}`)
}
console.log(text)
