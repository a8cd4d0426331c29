import { Button } from '@mantine/core'
import { IconPlus, IconStack2 } from '@tabler/icons-react'
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useContext } from 'react'
import { ask, present } from '../api/client'
import { OrganizationGroupsDocument } from '../api/generated/graphql'
import { organizationQuery, permission } from '../api/permissions'
import { paths } from '../paths'
import { Action } from '../ui/Action'
import { DataTable } from '../ui/DataTable'
import { EmptyState, Page } from '../ui/Page'
import { pageOf, readAll } from '../ui/pages'
import { SeverityBar, SeverityCounts } from '../ui/Severity'
import { TableMemoryContext, type TableSearch } from '../ui/table'
import classes from './Groups.module.css'
import { groupColumns } from './groupColumns'
import { NewGroup } from './NewGroup'

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

/** All of them are of one organization. */
const columns = groupColumns.filter(column => column.id !== 'organization')

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
