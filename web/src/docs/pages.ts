/** The documentation, one file a page, loaded when it is read. */
const files = import.meta.glob<string>('../../../docs/*/*.md', { query: '?raw', import: 'default' })

/** The four kinds of page, in the order in which people need them. */
export const kinds = [
  { id: 'tutorial', title: 'Tutorial' },
  { id: 'how-to', title: 'How to' },
  { id: 'reference', title: 'Reference' },
  { id: 'concepts', title: 'Concepts' },
] as const

export interface DocsPage {
  /** Its address below /docs/: how-to/postgresql. */
  path: string
  kind: string
  /** From its file's name, until the page itself is read. */
  title: string
  read: () => Promise<string>
}

/** Every page, by kind and name. */
export const pages: readonly DocsPage[] = Object.entries(files)
  .map(([file, read]) => {
    const path = file.replace(/^.*\/docs\//, '').replace(/\.md$/, '')
    const [kind = '', name = ''] = path.split('/')
    return { path, kind, title: titleOf(name), read }
  })
  .sort((a, b) => a.path.localeCompare(b.path))

/** A file's name as words: token-in-a-pipeline → Token in a pipeline. */
export function titleOf(name: string): string {
  const words = name.replaceAll('-', ' ')
  const first = words.charAt(0).toUpperCase() + words.slice(1)
  return first
    .replace(/\bapi\b/gi, 'API')
    .replace(/\bopenid\b/gi, 'OpenID')
    .replace(/\bpostgresql\b/gi, 'PostgreSQL')
}

/**
 * Where a link of a page leads inside the app: pages link to each other's files (../reference/api.md). Null for a link
 * that leads elsewhere.
 */
export function innerLink(href: string, from: string): string | null {
  if (/^[a-z][a-z0-9+.-]*:|^#|^\//i.test(href) || !/\.md(?:#|$)/.test(href)) return null
  const target = new URL(href, `http://docs/${from}`)
  return `/docs${target.pathname.replace(/\.md$/, '')}${target.hash}`
}
