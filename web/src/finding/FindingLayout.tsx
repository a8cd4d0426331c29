import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, Outlet, useNavigate } from '@tanstack/react-router'
import { useEffectEvent, useLayoutEffect } from 'react'
import { paths } from '../paths'
import { Failure } from '../ui/Failure'
import { Page } from '../ui/Page'
import { Severity } from '../ui/Severity'
import { Age } from '../ui/Time'
import classes from './FindingLayout.module.css'
import { FindingState } from './FindingsPage'
import { findingQuery } from './findingQuery'

const route = getRouteApi('/app/orgs/$org/groups/$group/vulns/$finding')

/** The head of a finding's pages: title, state, what is open, and the tabs. */
export function FindingLayout() {
  const { org, group, finding: id } = route.useParams()
  const { data: finding, error, refetch } = useQuery(findingQuery(id))
  const navigate = useNavigate()
  useEscape(() => void navigate(paths.findings(org, group)))
  if (error) {
    return (
      <Page title="Finding">
        <Failure error={error} onRetry={() => void refetch()} />
      </Page>
    )
  }
  return (
    <Page
      title={finding?.title ?? 'Finding'}
      lead={
        finding ? (
          <span className={classes.facts}>
            <FindingState status={finding.status} />
            {finding.openVulnerabilities > 0 && <Severity score={finding.maxOpenSeverityScore} />}
            <span>
              {finding.openVulnerabilities.toLocaleString('en')} open,{' '}
              {finding.closedVulnerabilities.toLocaleString('en')} closed
            </span>
            <span>
              <Age days={finding.age} /> old
            </span>
          </span>
        ) : (
          <Skeleton height={12} width={320} my={4} />
        )
      }
    >
      <nav className={classes.tabs} aria-label="Finding">
        <Link
          {...paths.locations(org, group, id)}
          className={classes.tab}
          activeOptions={{ includeSearch: false }}
        >
          Locations
        </Link>
        <Link {...paths.description(org, group, id)} className={classes.tab}>
          Description
        </Link>
        <Link {...paths.severity(org, group, id)} className={classes.tab}>
          Severity
        </Link>
      </nav>
      <Outlet />
    </Page>
  )
}

/**
 * Goes back on Escape, unless something open takes the key for itself. Listens before everything else does (capture, and
 * from the layout on), because what closes on Escape may be gone already when a later listener looks.
 */
function useEscape(back: () => void) {
  const onEscape = useEffectEvent((event: KeyboardEvent) => {
    const typing = (event.target as HTMLElement | null)?.closest('input, textarea, select')
    if (event.key === 'Escape' && !typing && !document.querySelector('[role="dialog"], [role="menu"]')) back()
  })
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent) => onEscape(event)
    window.addEventListener('keydown', listen, true)
    return () => window.removeEventListener('keydown', listen, true)
  }, [])
}
