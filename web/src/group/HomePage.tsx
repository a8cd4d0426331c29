import { Button } from '@mantine/core'
import { IconPlus, IconStack2 } from '@tabler/icons-react'
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useContext } from 'react'
import { ask } from '../api/client'
import { HomeDocument } from '../api/generated/graphql'
import { meQuery } from '../api/me'
import { permission } from '../api/permissions'
import { paths } from '../paths'
import { DataTable } from '../ui/DataTable'
import { EmptyState, Page } from '../ui/Page'
import { pageOf, readAll } from '../ui/pages'
import { SeverityBar, SeverityCounts } from '../ui/Severity'
import { type BySeverity, sumBySeverity } from '../ui/severity'
import { TableMemoryContext, type TableSearch } from '../ui/table'
import classes from './Groups.module.css'
import { groupColumns } from './groupColumns'

/** Groups that the caller may see, by name. */
export const homeQuery = (search: TableSearch, first: number) =>
  queryOptions({
    queryKey: ['home', { q: search.q, after: search.after }, first],
    queryFn: ({ signal }) => readHome(search, first, search.after, signal),
  })

async function readHome(search: TableSearch, first: number, after?: string, signal?: AbortSignal) {
  return pageOf((await ask(HomeDocument, { first, after, search: search.q }, signal)).groups)
}

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
        columns={groupColumns}
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
