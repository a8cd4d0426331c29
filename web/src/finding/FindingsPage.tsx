import { Badge, Button } from '@mantine/core'
import { IconBug, IconUpload } from '@tabler/icons-react'
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useContext, useMemo } from 'react'
import { ask, present } from '../api/client'
import {
  type FindingSort,
  type FindingStatus,
  FindingsDocument,
  type FindingsQuery,
} from '../api/generated/graphql'
import { groupQuery, permission } from '../api/permissions'
import { paths } from '../paths'
import { Action } from '../ui/Action'
import { DataTable } from '../ui/DataTable'
import { EmptyState, Page } from '../ui/Page'
import { pageOf, readAll } from '../ui/pages'
import { Severity, SeverityBar, SeverityCounts } from '../ui/Severity'
import { State } from '../ui/State'
import { share } from '../ui/severity'
import { Age } from '../ui/Time'
import { type Column, orderOf, TableMemoryContext, type TableSearch } from '../ui/table'
import classes from './FindingsPage.module.css'

type Answer = NonNullable<FindingsQuery['group']>
type Row = NonNullable<Answer['findingsConnection']['edges'][number]>['node']

/** Orders that the address may name. */
export const findingSorts = {
  title: 'TITLE',
  severity: 'SEVERITY',
  exposure: 'EXPOSURE',
  open: 'OPEN_VULNERABILITIES',
  last: 'LAST_REPORT',
  age: 'AGE',
} as const satisfies Record<string, FindingSort>

export const findingStatuses = ['VULNERABLE', 'SAFE', 'DRAFT'] as const satisfies FindingStatus[]

export interface FindingsSearch extends TableSearch {
  status?: FindingStatus
}

/** Findings of a group in the order and with the filters of an address. */
export const findingsQuery = (group: string, search: FindingsSearch, first: number) => {
  const { q, sort, after, status } = search
  return queryOptions({
    queryKey: ['findings', group, { q, sort, after, status }, first],
    queryFn: ({ signal }) => readFindings(group, search, first, after, signal),
  })
}

async function readFindings(
  group: string,
  search: FindingsSearch,
  first: number,
  after?: string,
  signal?: AbortSignal,
) {
  const answer = await ask(
    FindingsDocument,
    {
      group,
      first,
      after,
      search: search.q,
      sort: orderOf(search.sort, findingSorts),
      status: search.status,
    },
    signal,
  )
  const found = present(answer.group)
  return {
    ...pageOf(found.findingsConnection),
    exposure: found.exposure,
  }
}

/** Days for which a finding counts as new. */
const newDays = 7

function columnsFor(exposure: number): Column<Row>[] {
  return [
    {
      id: 'type',
      header: 'Type',
      cell: row => (
        <span className={classes.type}>
          <span className={classes.title}>{row.title}</span>
          {row.status === 'VULNERABLE' && row.age <= newDays && (
            <Badge size="xs" variant="light" style={{ flex: 'none' }}>
              New
            </Badge>
          )}
        </span>
      ),
      text: row => row.title,
      sort: 'title',
      card: 'title',
    },
    {
      id: 'state',
      header: 'State',
      cell: row => <FindingState status={row.status} />,
      text: row => stateWord(row.status),
      width: 96,
      card: 'fact',
    },
    {
      id: 'severity',
      header: 'Worst open',
      cell: row => (row.openVulnerabilities > 0 ? <Severity score={row.maxOpenSeverityScore} /> : '—'),
      text: row => row.maxOpenSeverityScore.toFixed(1),
      sort: 'severity',
      width: 130,
      card: 'fact',
    },
    {
      id: 'share',
      header: 'Share of exposure',
      cell: row => share(row.totalOpenCVSSF, exposure),
      text: row => share(row.totalOpenCVSSF, exposure),
      sort: 'exposure',
      align: 'right',
      width: 140,
    },
    {
      id: 'open',
      header: 'Open',
      cell: row => row.openVulnerabilities.toLocaleString('en'),
      text: row => String(row.openVulnerabilities),
      sort: 'open',
      align: 'right',
      width: 66,
      card: 'fact',
    },
    {
      id: 'levels',
      header: 'Open by severity',
      cell: row => <SeverityBar counts={row.openBySeverity} />,
      text: row =>
        `${row.openBySeverity.critical} critical, ${row.openBySeverity.high} high, ${row.openBySeverity.medium} medium, ${row.openBySeverity.low} low`,
      width: 160,
      optional: true,
    },
    {
      id: 'last',
      header: 'Last report',
      cell: row => (row.lastVulnerability === 0 ? 'Today' : `${row.lastVulnerability} days ago`),
      text: row => String(row.lastVulnerability ?? ''),
      sort: 'last',
      align: 'right',
      width: 116,
    },
    {
      id: 'age',
      header: 'Age',
      cell: row => <Age days={row.age} />,
      text: row => String(row.age),
      sort: 'age',
      align: 'right',
      width: 84,
    },
    {
      id: 'remediation',
      header: 'Remediation',
      cell: row => remediation(row),
      text: row => remediation(row),
      align: 'right',
      width: 106,
    },
  ]
}

/** How much of what was ever found is closed. */
function remediation(row: Row): string {
  const all = row.openVulnerabilities + row.closedVulnerabilities
  return all === 0 ? '—' : `${Math.floor((row.closedVulnerabilities / all) * 100)} %`
}

function stateWord(status: string): string {
  return status === 'VULNERABLE' ? 'Open' : status === 'SAFE' ? 'Closed' : 'Draft'
}

/** A finding's state by word, shape and colour. */
export function FindingState({ status }: { status: string }) {
  const tone = status === 'VULNERABLE' ? 'open' : status === 'SAFE' ? 'closed' : 'waiting'
  return <State tone={tone}>{stateWord(status)}</State>
}

const route = getRouteApi('/app/orgs/$org/groups/$group/vulns')

/** The findings of a group, the worst first. */
export function FindingsPage() {
  const { org, group } = route.useParams()
  const search = route.useSearch()
  const navigate = useNavigate()
  const { pageSize } = useContext(TableMemoryContext)
  const { data: known } = useQuery(groupQuery(group))
  const findings = useQuery({ ...findingsQuery(group, search, pageSize), placeholderData: keepPreviousData })
  const exposure = findings.data?.exposure ?? 0
  const columns = useMemo(() => columnsFor(exposure), [exposure])
  const importButton = (
    <Action
      needs={permission.importScan}
      permissions={known?.permissions}
      leftSection={<IconUpload size={14} />}
      onClick={() => void navigate(paths.importScan(org, group))}
    >
      Import scan
    </Action>
  )
  return (
    <Page title="Findings" lead={known?.description ?? `What is weak in ${group}.`} actions={importButton}>
      {known && (known.openVulnerabilities ?? 0) > 0 && (
        <div className={classes.sum}>
          <SeverityBar counts={known.openBySeverity} height={12} />
          <SeverityCounts counts={known.openBySeverity} />
        </div>
      )}
      <DataTable
        name="findings"
        label={`Findings of ${group}`}
        columns={columns}
        page={findings.data}
        error={findings.error}
        onRetry={() => void findings.refetch()}
        stale={findings.isPlaceholderData}
        rowKey={row => row.id}
        rowLink={row => paths.locations(org, group, row.id)}
        search={search}
        searchLabel="Search findings"
        filters={[
          {
            id: 'status',
            label: 'State',
            options: findingStatuses.map(value => ({ value, label: stateWord(value) })),
          },
        ]}
        onSearch={change =>
          void navigate({ ...paths.findings(org, group), search: { ...search, ...change } })
        }
        readAll={() => readAll((first, after) => readFindings(group, search, first, after))}
        empty={
          search.q || search.status ? (
            <EmptyState
              title="No finding matches"
              next={
                <Button
                  variant="default"
                  renderRoot={props => <Link {...paths.findings(org, group)} {...props} />}
                >
                  Show all findings
                </Button>
              }
            />
          ) : (
            <EmptyState
              title="Nothing found yet"
              icon={<IconBug size={28} stroke={1.3} aria-hidden="true" />}
              next={importButton}
            >
              A finding is one type of weakness with the places where it was seen. Import the SARIF file of a
              scanner, and its results become findings here; a scan that follows recognises them, and closes
              what is gone.
            </EmptyState>
          )
        }
      />
    </Page>
  )
}
