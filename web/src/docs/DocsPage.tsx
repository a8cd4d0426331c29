import { Skeleton, Text } from '@mantine/core'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useRouter } from '@tanstack/react-router'
import MarkdownIt from 'markdown-it'
import { type MouseEvent, useEffect } from 'react'
import { paths } from '../paths'
import { Failure } from '../ui/Failure'
import classes from './DocsPage.module.css'
import { type DocsPage as Entry, innerLink, kinds, pages } from './pages'

const docsQuery = (page: Entry | undefined) =>
  queryOptions({
    queryKey: ['docs', page?.path],
    queryFn: async () => render((await page?.read()) ?? '', page?.path ?? ''),
    enabled: page !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })

/** Markdown as HTML. Raw HTML in it stays text, so that nothing but markdown is ever rendered. */
function render(source: string, path: string): string {
  const markdown = new MarkdownIt({ html: false, linkify: false })
  const plainLink = markdown.renderer.rules.link_open
  markdown.renderer.rules.link_open = (tokens, at, options, env, self) => {
    const token = tokens[at]
    const inner = innerLink(String(token?.attrGet('href') ?? ''), path)
    if (inner) token?.attrSet('href', inner)
    return plainLink ? plainLink(tokens, at, options, env, self) : self.renderToken(tokens, at, options)
  }
  // A wide block scrolls, by keyboard too.
  return markdown.render(source).replaceAll('<pre>', '<pre tabindex="0">')
}

const route = getRouteApi('/docs/$')

/** The documentation of this very version, readable without a connection and without signing in. */
export function DocsPage() {
  const { _splat: wanted = '' } = route.useParams()
  const router = useRouter()
  const page =
    pages.find(each => each.path === wanted.replace(/\/$/, '')) ??
    (wanted === '' ? pages.find(each => each.kind === 'tutorial') : undefined)
  const { data: html, error } = useQuery(docsQuery(page))

  useEffect(() => {
    document.title = `${page?.title ?? 'Docs'} · ASM`
  }, [page])

  // Links inside the text are plain ones; those to other pages go by the router.
  function follow(event: MouseEvent) {
    const link = (event.target as HTMLElement).closest('a')
    const href = link?.getAttribute('href') ?? ''
    if (href.startsWith('/docs/') && !event.metaKey && !event.ctrlKey) {
      event.preventDefault()
      router.history.push(href)
    }
  }

  return (
    <div className={classes.docs}>
      <nav className={classes.nav} aria-label="Docs">
        <Link {...paths.home()} className={classes.home}>
          <img src="/icon.svg" alt="" width="20" height="20" /> ASM Docs
        </Link>
        {kinds.map(kind => {
          const own = pages.filter(each => each.kind === kind.id)
          return (
            own.length > 0 && (
              <section key={kind.id} aria-label={kind.title}>
                <div className={classes.kind}>{kind.title}</div>
                {own.map(each => (
                  <Link
                    key={each.path}
                    {...paths.docs(each.path)}
                    className={classes.entry}
                    data-current={each === page || undefined}
                  >
                    {each.title}
                  </Link>
                ))}
              </section>
            )
          )
        })}
      </nav>
      <main className={classes.page}>
        {error ? (
          <Failure error={error} />
        ) : !page ? (
          <Text>No page of the docs lies at this address. Choose one at the left.</Text>
        ) : html === undefined ? (
          <Skeleton height={240} />
        ) : (
          // biome-ignore lint/a11y/useKeyWithClickEvents: only links react, and Enter on a link is a click
          // biome-ignore lint/a11y/noStaticElementInteractions: same
          <div
            className={classes.text}
            onClick={follow}
            // biome-ignore lint/security/noDangerouslySetInnerHtml: made by the renderer above from files of this build, raw HTML off
            dangerouslySetInnerHTML={{ __html: html }}
          />
        )}
      </main>
    </div>
  )
}
