import './workers'
import 'graphiql/style.css'
import { ToolbarButton, useGraphiQL } from '@graphiql/react'
import { useComputedColorScheme } from '@mantine/core'
import { IconTerminal2 } from '@tabler/icons-react'
import { GraphiQL } from 'graphiql'
import type { ExecutionResult } from 'graphql'
import { useEffect, useRef, useState } from 'react'
import { curl } from './curl'
import classes from './Playground.module.css'
import type { Settings } from './settings'
import { filtered } from './storage'

const storage = filtered(window.localStorage)

const welcome = `# The API of ASM. Ctrl-Space completes, Ctrl-Enter runs, the book at the left explains.
# With the default settings your session goes along; to use an API token instead, put
# { "Authorization": "Bearer <token>" } into HTTP HEADERS. Headers are never kept.

{
  me {
    userEmail
  }
}
`

interface PlaygroundProps {
  settings: Settings
  /** The server said that the session, which this request relied on, is over. */
  onSessionEnded: () => void
}

/** The editor: tabs, schema docs, history, HTTP HEADERS, copy as curl. */
export default function Playground({ settings, onSessionEnded }: PlaygroundProps) {
  const scheme = useComputedColorScheme()
  const place = useRef<HTMLDivElement>(null)
  useOlderNames(place)

  async function send(request: object, options?: { headers?: Record<string, string> }) {
    const response = await fetch('/api', {
      method: 'POST',
      credentials: settings['request.credentials'],
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...options?.headers },
      body: JSON.stringify(request),
    })
    const text = await response.text()
    let answer: ExecutionResult
    try {
      answer = JSON.parse(text) as ExecutionResult
    } catch {
      throw new Error(`The server answered ${response.status} ${response.statusText}, and no JSON.`)
    }
    const ownCredential = Object.keys(options?.headers ?? {}).some(
      name => name.toLowerCase() === 'authorization',
    )
    const refused = answer.errors?.some(error => error.extensions?.code === 'UNAUTHENTICATED')
    if (refused && !ownCredential && settings['request.credentials'] !== 'omit') onSessionEnded()
    return answer
  }

  return (
    <div ref={place} className={classes.editor}>
      <GraphiQL
        fetcher={(request, options) => send(request, options)}
        storage={storage}
        shouldPersistHeaders={false}
        showPersistHeadersSettings={false}
        forcedTheme={scheme}
        defaultQuery={welcome}
        defaultEditorToolsVisibility
        inputValueDeprecation
        schemaDescription
      >
        <GraphiQL.Logo>{null}</GraphiQL.Logo>
        <GraphiQL.Toolbar>
          {({ prettify, merge, copy }) => (
            <>
              {prettify}
              {merge}
              {copy}
              <CopyAsCurl />
            </>
          )}
        </GraphiQL.Toolbar>
      </GraphiQL>
    </div>
  )
}

function CopyAsCurl() {
  const query = useGraphiQL(state => state.queryEditor)
  const variables = useGraphiQL(state => state.variableEditor)
  const headers = useGraphiQL(state => state.headerEditor)
  const [copied, setCopied] = useState(false)
  async function copy() {
    await navigator.clipboard.writeText(
      curl({
        address: `${window.location.origin}/api`,
        query: query?.getValue() ?? '',
        variables: variables?.getValue() ?? '',
        headers: headers?.getValue() ?? '',
      }),
    )
    setCopied(true)
    setTimeout(() => setCopied(false), 1500)
  }
  return (
    <ToolbarButton label={copied ? 'Copied' : 'Copy as curl'} onClick={() => void copy()}>
      <IconTerminal2 className="graphiql-toolbar-icon" aria-hidden="true" />
    </ToolbarButton>
  )
}

/** The panes carry the names that people know: QUERY VARIABLES and HTTP HEADERS. The editor has no setting for them. */
function useOlderNames(place: React.RefObject<HTMLDivElement | null>) {
  useEffect(() => {
    const root = place.current
    if (!root) return
    const names: Record<string, string> = { variables: 'QUERY VARIABLES', headers: 'HTTP HEADERS' }
    const rename = () => {
      for (const [pane, name] of Object.entries(names)) {
        const text = root.querySelector(`.graphiql-editor-tools button[data-name="${pane}"]`)?.firstChild
        if (text && text.nodeValue !== name) text.nodeValue = name
      }
    }
    const watch = new MutationObserver(rename)
    watch.observe(root, { childList: true, subtree: true })
    rename()
    return () => watch.disconnect()
  }, [place])
}
