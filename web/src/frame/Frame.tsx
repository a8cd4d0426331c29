import { useHotkeys } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Outlet, useParams } from '@tanstack/react-router'
import { type ReactNode, useRef, useState } from 'react'
import { meQuery } from '../api/me'
import { readPageSize, usePreferences } from '../api/preferences'
import { type TableLayout, type TableMemory, TableMemoryContext } from '../ui/table'
import { Breadcrumb } from './Breadcrumb'
import classes from './Frame.module.css'
import { KeyboardHelp } from './KeyboardHelp'
import { LegalNotice } from './LegalNotice'
import { SearchDialog } from './SearchDialog'
import { ConcurrentSessionNotice, SessionNotice } from './SessionNotice'
import { SidePanel } from './SidePanel'

export type OpenDialog = 'api' | 'search' | 'keys' | null

/** What stands around every page: panel, breadcrumb, notices, and the dialogs that open from anywhere. */
export function Frame({ apiDialog }: { apiDialog: (onClose: () => void) => ReactNode }) {
  const { org } = useParams({ strict: false })
  const [dialog, setDialog] = useState<OpenDialog>(null)
  const [panelOpen, setPanelOpen] = useState(false)
  const memory = useTableMemory()
  const { data: me } = useQuery(meQuery)
  const close = () => setDialog(null)

  useHotkeys([
    ['?', () => setDialog('keys')],
    ['shift+?', () => setDialog('keys')],
  ])
  // Search opens from inside a field too.
  useHotkeys([['mod+K', () => setDialog('search')]], [], true)

  return (
    <TableMemoryContext value={memory}>
      <div className={classes.frame}>
        <a className={classes.skip} href="#page">
          Skip to the page
        </a>
        <SidePanel org={org} open={panelOpen} onClose={() => setPanelOpen(false)} onDialog={setDialog} />
        <div className={classes.main}>
          <Breadcrumb onPanel={() => setPanelOpen(true)} onSearch={() => setDialog('search')} />
          <SessionNotice />
          {me?.isConcurrentSession && <ConcurrentSessionNotice />}
          <main id="page" className={classes.content}>
            <Outlet />
          </main>
        </div>
      </div>
      {dialog === 'api' && apiDialog(close)}
      {dialog === 'search' && <SearchDialog onClose={close} onDialog={setDialog} />}
      {dialog === 'keys' && <KeyboardHelp onClose={close} />}
      {me && !me.remember && <LegalNotice />}
    </TableMemoryContext>
  )
}

/** The memory of tables: layouts and page size with the account, the trail of cursors for this visit. */
function useTableMemory(): TableMemory {
  const [preferences, change] = usePreferences()
  const trails = useRef<TableMemory['trails']>(new Map())
  return {
    layout: table => preferences.tables?.[table] as TableLayout | undefined,
    setLayout: (table, layout) => change({ tables: { ...preferences.tables, [table]: layout } }),
    pageSize: readPageSize(preferences),
    setPageSize: pageSize => change({ pageSize }),
    trails: trails.current,
  }
}
