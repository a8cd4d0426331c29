// Replaces what compresses well in the build by its brotli copy: the binary carries one copy of each file,
// and web/embed.go decodes it for the rare client that does not read brotli.
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'

const root = 'dist/app'
// The font may be passed on with its licence only.
copyFileSync('node_modules/@fontsource-variable/inter/LICENSE', `${root}/assets/inter-license.txt`)
const compressible = /\.(js|css|html|svg|json|ttf|txt|webmanifest)$/

let before = 0
let after = 0
for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name)
  if (!entry.isFile() || !compressible.test(path)) {
    continue
  }
  const bytes = readFileSync(path)
  const copy = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  })
  before += bytes.length
  after += copy.length
  writeFileSync(`${path}.br`, copy)
  rmSync(path)
}
console.log(`${Math.round(before / 1024)} kB of text became ${Math.round(after / 1024)} kB of brotli`)
