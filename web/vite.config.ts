import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

/**
 * Monaco's style sheet carries its icon font as a data: address, which the pages' content policy refuses.
 * The font becomes a file of ours beside the other assets. The faces that GraphiQL brings for its texts go: ours are used.
 */
function fontsAsFiles(): Plugin {
  return {
    name: 'fonts-as-files',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      for (const asset of Object.values(bundle)) {
        if (asset.type !== 'asset' || !asset.fileName.endsWith('.css')) {
          continue
        }
        let count = 0
        const own = String(asset.source).replace(
          /@font-face\s*\{[^}]*font-family:\s*["']?(?:Roboto|Fira Code)[^}]*\}/g,
          '',
        )
        asset.source = own.replace(
          /url\(["']?data:(?:application|font)\/[\w-]*?(ttf|truetype|woff2|woff)[^,]*;base64,([A-Za-z0-9+/=]+)["']?\)/g,
          (_match, kind: string, base64: string) => {
            const extension = kind === 'truetype' ? 'ttf' : kind
            const fileName = asset.fileName.replace(/\.css$/, `.${count++}.${extension}`)
            this.emitFile({ type: 'asset', fileName, source: Buffer.from(base64, 'base64') })
            return `url(/${fileName})`
          },
        )
      }
    },
  }
}

const server = process.env.ASM_SERVER ?? 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [react(), fontsAsFiles()],
  build: {
    outDir: 'dist/app',
    emptyOutDir: true,
    target: 'es2022',
    // light-dark() in the style sheets is taken as it is: what an older target would make of it does not follow the theme.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      input: { index: 'index.html', playground: 'playground.html' },
      output: {
        // What several pages share is one file, not thirty small ones; the editor and what it brings stay apart.
        codeSplitting: {
          groups: [
            {
              name: 'shared',
              minShareCount: 2,
              test: (id: string) =>
                !/node_modules\/(?:@?graphi|monaco|graphql|prettier|markdown-it)/.test(id),
            },
          ],
        },
      },
    },
  },
  worker: { format: 'es' },
  server: {
    host: '127.0.0.1',
    // The development server stands in for the binary: what is not the app's goes on to a running `asm serve`.
    proxy: {
      '^/session': server,
      '^/api': {
        target: server,
        bypass: request =>
          request.method === 'GET' && request.headers.accept?.includes('text/html')
            ? '/playground.html'
            : undefined,
      },
    },
  },
  test: {
    environment: 'happy-dom',
    setupFiles: ['src/testing.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
  },
})
