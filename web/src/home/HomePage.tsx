import { Button } from '@mantine/core'
import { IconPlus, IconStack2 } from '@tabler/icons-react'
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useContext } from 'react'
import { ask } from '../api/client'
import { HomeDocument, type HomeQuery } from '../api/generated/graphql'
import { meQuery, roleWord } from '../api/me'
import { permission } from '../api/permissions'
import { paths } from '../paths'
import { DataTable } from '../ui/DataTable'
import { EmptyState, Page } from '../ui/Page'
import { pageOf, readAll } from '../ui/pages'
import { Severity, SeverityBar, SeverityCounts } from '../ui/Severity'
import { type BySeverity, sumBySeverity } from '../ui/severity'
import { Time } from '../ui/Time'
import { type Column, TableMemoryContext, type TableSearch } from '../ui/table'
import classes from './HomePage.module.css'

type Row = HomeQuery['groups']['edges'][number]['node']

/** Groups that the caller may see, by name. */
export const homeQuery = (search: TableSearch, first: number) =>
  queryOptions({
    queryKey: ['home', { q: search.q, after: search.after }, first],
    queryFn: ({ signal }) => readHome(search, first, search.after, signal),
  })

async function readHome(search: TableSearch, first: number, after?: string, signal?: AbortSignal) {
  return pageOf((await ask(HomeDocument, { first, after, search: search.q }, signal)).groups)
}

const columns: Column<Row>[] = [
  {
    id: 'group',
    header: 'Group',
    cell: row => (
      <span className={classes.group}>
        <b>{row.name}</b>
        <span className={classes.description}>{row.description}</span>
      </span>
    ),
    text: row => row.name ?? '',
    card: 'title',
  },
  {
    id: 'organization',
    header: 'Organization',
    cell: row => row.organization,
    text: row => row.organization,
    width: 100,
  },
  {
    id: 'severity',
    header: 'Open by severity',
    cell: row => <SeverityBar counts={row.openBySeverity} />,
    text: row =>
      `${row.openBySeverity.critical} critical, ${row.openBySeverity.high} high, ${row.openBySeverity.medium} medium, ${row.openBySeverity.low} low`,
    width: 150,
    card: 'fact',
  },
  {
    id: 'worst',
    header: 'Worst open',
    cell: row => ((row.maxOpenSeverity ?? 0) > 0 ? <Severity score={row.maxOpenSeverity ?? 0} /> : '—'),
    text: row => String(row.maxOpenSeverity ?? 0),
    width: 124,
  },
  {
    id: 'open',
    header: 'Open',
    cell: row => (row.openVulnerabilities ?? 0).toLocaleString('en'),
    text: row => String(row.openVulnerabilities ?? 0),
    align: 'right',
    width: 66,
    card: 'fact',
  },
  {
    id: 'exposure',
    header: 'Exposure',
    cell: row => row.exposure.toLocaleString('en', { maximumFractionDigits: 0 }),
    text: row => String(row.exposure),
    align: 'right',
    width: 88,
  },
  {
    id: 'scan',
    header: 'Last scan',
    cell: row => <Time at={row.scans.edges[0]?.node.importedAt} never="Never" />,
    text: row => row.scans.edges[0]?.node.importedAt ?? '',
    width: 110,
  },
  {
    id: 'role',
    header: 'Your role',
    cell: row => roleWord(row.userRole),
    text: row => roleWord(row.userRole),
    width: 165,
  },
]

const route = getRouteApi('/app/home')

/** The first page of a working day: what is open, where. */
export function HomePage() {
  const search = route.useSearch()
  const navigate = useNavigate()
  const { pageSize } = useContext(TableMemoryContext)
  const { data: me } = useQuery(meQuery)
  const groups = useQuery({ ...homeQuery(search, pageSize), placeholderData: keepPreviousData })
  const all: BySeverity = sumBySeverity(groups.data?.rows.map(row => row.openBySeverity) ?? [])
  return (
    <Page
      title="Home"
      lead="The groups that you may see, and what is open in them."
      actions={
        me?.permissions?.includes(permission.addOrganization) && (
          <Button
            variant="default"
            leftSection={<IconPlus size={14} />}
            renderRoot={props => <Link {...paths.newOrganization()} {...props} />}
          >
            New organization
          </Button>
        )
      }
    >
      {groups.data && groups.data.rows.length > 0 && !groups.data.hasNextPage && !search.page && (
        <div className={classes.sum}>
          <SeverityBar counts={all} height={12} />
          <SeverityCounts counts={all} />
        </div>
      )}
      <DataTable
        name="home"
        label="Groups"
        columns={columns}
        page={groups.data}
        error={groups.error}
        onRetry={() => void groups.refetch()}
        stale={groups.isPlaceholderData}
        rowKey={row => row.name ?? ''}
        rowLink={row => paths.findings(row.organization, row.name ?? '')}
        search={search}
        searchLabel="Search groups"
        onSearch={change => void navigate({ to: '/home', search: { ...search, ...change } })}
        readAll={() => readAll((first, after) => readHome(search, first, after))}
        empty={search.q ? <NoMatch /> : <FirstSteps />}
      />
    </Page>
  )
}

function NoMatch() {
  return (
    <EmptyState
      title="No group matches"
      next={
        <Button variant="default" renderRoot={props => <Link {...paths.home()} {...props} />}>
          Show all groups
        </Button>
      }
    >
      Groups are found by their name and description.
    </EmptyState>
  )
}

function FirstSteps() {
  return (
    <EmptyState
      title="You see no group yet"
      icon={<IconStack2 size={28} stroke={1.3} aria-hidden="true" />}
      next={<Button renderRoot={props => <Link {...paths.docs()} {...props} />}>Read how to begin</Button>}
    >
      A group is one application under assessment. Whoever manages an organization makes groups and invites
      you to them; an invitation comes as a link. To begin on your own: make an organization, a group in it,
      register what you own as roots, and import the file of a scanner.
    </EmptyState>
  )
}
