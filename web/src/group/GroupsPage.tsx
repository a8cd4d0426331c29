import { Button } from '@mantine/core'
import { IconPlus, IconStack2 } from '@tabler/icons-react'
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useContext } from 'react'
import { ask, present } from '../api/client'
import { OrganizationGroupsDocument, type OrganizationGroupsQuery } from '../api/generated/graphql'
import { roleWord } from '../api/me'
import { organizationQuery, permission } from '../api/permissions'
import { paths } from '../paths'
import { Action } from '../ui/Action'
import { DataTable } from '../ui/DataTable'
import { EmptyState, Page } from '../ui/Page'
import { pageOf, readAll } from '../ui/pages'
import { Severity, SeverityBar, SeverityCounts } from '../ui/Severity'
import { Time } from '../ui/Time'
import { type Column, TableMemoryContext, type TableSearch } from '../ui/table'
import classes from './GroupsPage.module.css'
import { NewGroup } from './NewGroup'

type Row = OrganizationGroupsQuery['groups']['edges'][number]['node']

/** Groups of an organization that the caller may see, and what is open in them together. */
export const groupsQuery = (org: string, search: TableSearch, first: number) =>
  queryOptions({
    queryKey: ['groups', org, { q: search.q, after: search.after }, first],
    queryFn: ({ signal }) => readGroups(org, search, first, search.after, signal),
  })

async function readGroups(
  org: string,
  search: TableSearch,
  first: number,
  after?: string,
  signal?: AbortSignal,
) {
  const answer = await ask(OrganizationGroupsDocument, { org, first, after, search: search.q }, signal)
  return { ...pageOf(answer.groups), openBySeverity: present(answer.organization).openBySeverity }
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
    id: 'severity',
    header: 'Open by severity',
    cell: row => <SeverityBar counts={row.openBySeverity} />,
    text: row =>
      `${row.openBySeverity.critical} critical, ${row.openBySeverity.high} high, ${row.openBySeverity.medium} medium, ${row.openBySeverity.low} low`,
    width: 190,
    card: 'fact',
  },
  {
    id: 'worst',
    header: 'Worst open',
    cell: row => ((row.maxOpenSeverity ?? 0) > 0 ? <Severity score={row.maxOpenSeverity ?? 0} /> : '—'),
    text: row => String(row.maxOpenSeverity ?? 0),
    width: 130,
  },
  {
    id: 'findings',
    header: 'Findings',
    cell: row => row.openFindings ?? 0,
    text: row => String(row.openFindings ?? 0),
    align: 'right',
    width: 86,
  },
  {
    id: 'open',
    header: 'Open',
    cell: row => (row.openVulnerabilities ?? 0).toLocaleString('en'),
    text: row => String(row.openVulnerabilities ?? 0),
    align: 'right',
    width: 70,
    card: 'fact',
  },
  {
    id: 'exposure',
    header: 'Exposure',
    cell: row => row.exposure.toLocaleString('en', { maximumFractionDigits: 0 }),
    text: row => String(row.exposure),
    align: 'right',
    width: 100,
    optional: true,
  },
  {
    id: 'scan',
    header: 'Last scan',
    cell: row => <Time at={row.scans.edges[0]?.node.importedAt} never="Never" />,
    text: row => row.scans.edges[0]?.node.importedAt ?? '',
    width: 120,
  },
  {
    id: 'role',
    header: 'Your role',
    cell: row => roleWord(row.userRole),
    text: row => roleWord(row.userRole),
    width: 170,
  },
]

const route = getRouteApi('/app/orgs/$org/groups')

/** The groups of an organization. */
export function GroupsPage() {
  const { org } = route.useParams()
  const search = route.useSearch()
  const navigate = useNavigate()
  const { pageSize } = useContext(TableMemoryContext)
  const { data: organization } = useQuery(organizationQuery(org))
  const groups = useQuery({ ...groupsQuery(org, search, pageSize), placeholderData: keepPreviousData })
  const go = (change: Record<string, unknown>) =>
    void navigate({ ...paths.groups(org), search: { ...search, ...change } })
  const newGroup = (
    <Action
      needs={permission.addGroup}
      permissions={organization?.permissions}
      leftSection={<IconPlus size={14} />}
      onClick={() => go({ create: true })}
    >
      New group
    </Action>
  )
  return (
    <Page
      title="Groups"
      lead={`What ${org} has under assessment, one application or project a group.`}
      actions={newGroup}
    >
      {groups.data?.openBySeverity && groups.data.rows.length > 0 && (
        <div className={classes.sum}>
          <SeverityBar counts={groups.data.openBySeverity} height={12} />
          <SeverityCounts counts={groups.data.openBySeverity} />
        </div>
      )}
      <DataTable
        name="groups"
        label={`Groups of ${org}`}
        columns={columns}
        page={groups.data}
        error={groups.error}
        onRetry={() => void groups.refetch()}
        stale={groups.isPlaceholderData}
        rowKey={row => row.name ?? ''}
        rowLink={row => paths.findings(row.organization, row.name ?? '')}
        search={search}
        searchLabel="Search groups"
        onSearch={go}
        readAll={() => readAll((first, after) => readGroups(org, search, first, after))}
        empty={
          search.q ? (
            <EmptyState
              title="No group matches"
              next={
                <Button variant="default" renderRoot={props => <Link {...paths.groups(org)} {...props} />}>
                  Show all groups
                </Button>
              }
            />
          ) : (
            <EmptyState
              title={`${org} has no group that you may see`}
              icon={<IconStack2 size={28} stroke={1.3} aria-hidden="true" />}
              next={newGroup}
            >
              A group is one application or project: its roots say what is assessed, its findings what is
              weak, its members who works on it.
            </EmptyState>
          )
        }
      />
      {search.create && <NewGroup org={org} onClose={() => go({ create: undefined })} />}
    </Page>
  )
}
