import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useContext } from 'react'
import { ask, present } from '../api/client'
import { type JobState, JobsDocument, type JobsQuery } from '../api/generated/graphql'
import { paths } from '../paths'
import { DataTable } from '../ui/DataTable'
import { EmptyState, Page } from '../ui/Page'
import { pageOf, readAll } from '../ui/pages'
import { State, type Tone } from '../ui/State'
import { Time } from '../ui/Time'
import { type Column, TableMemoryContext, type TableSearch } from '../ui/table'

type Row = NonNullable<JobsQuery['jobs']>['edges'][number]['node']

export const jobStates = ['QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED'] as const satisfies JobState[]

export interface JobsSearch extends TableSearch {
  state?: JobState
}

/** Background work of the installation, newest first. */
export const jobsQuery = (search: JobsSearch, first: number) =>
  queryOptions({
    queryKey: ['jobs', { state: search.state, after: search.after }, first],
    queryFn: ({ signal }) => readJobs(search, first, search.after, signal),
  })

async function readJobs(search: JobsSearch, first: number, after?: string, signal?: AbortSignal) {
  const { jobs } = await ask(JobsDocument, { first, after, state: search.state }, signal)
  return pageOf(present(jobs))
}

const word: Record<JobState, string> = {
  QUEUED: 'Waiting',
  RUNNING: 'Running',
  DONE: 'Done',
  FAILED: 'Failed',
  CANCELLED: 'Called off',
}
const tone: Record<JobState, Tone> = {
  QUEUED: 'waiting',
  RUNNING: 'accepted',
  DONE: 'closed',
  FAILED: 'open',
  CANCELLED: 'off',
}

function progress(row: Row): string {
  return row.state === 'RUNNING' && row.total > 0 ? ` ${Math.floor((row.done / row.total) * 100)} %` : ''
}

const columns: Column<Row>[] = [
  { id: 'kind', header: 'Work', cell: row => row.kind, text: row => row.kind, width: 160, card: 'title' },
  {
    id: 'state',
    header: 'State',
    cell: row => <State tone={tone[row.state]}>{word[row.state] + progress(row)}</State>,
    text: row => word[row.state],
    width: 140,
    card: 'fact',
  },
  {
    id: 'group',
    header: 'Group',
    cell: row => row.groupName ?? '—',
    text: row => row.groupName ?? '',
    width: 160,
    card: 'fact',
  },
  {
    id: 'problem',
    header: 'Problem',
    cell: row => <span title={row.problem ?? undefined}>{row.problem ?? '—'}</span>,
    text: row => row.problem ?? '',
  },
  { id: 'owner', header: 'Asked for by', cell: row => row.owner || '—', text: row => row.owner, width: 200 },
  {
    id: 'created',
    header: 'Asked for',
    cell: row => <Time at={row.createdAt} />,
    text: row => row.createdAt,
    width: 130,
  },
  {
    id: 'ended',
    header: 'Ended',
    cell: row => <Time at={row.endedAt} />,
    text: row => row.endedAt ?? '',
    width: 130,
  },
]

const route = getRouteApi('/app/admin/jobs')

/** Background work of the whole installation; for administrators. */
export function JobsPage() {
  const search = route.useSearch()
  const navigate = useNavigate()
  const { pageSize } = useContext(TableMemoryContext)
  const jobs = useQuery({
    ...jobsQuery(search, pageSize),
    placeholderData: keepPreviousData,
    refetchInterval: query =>
      query.state.data?.rows.some(row => row.state === 'RUNNING' || row.state === 'QUEUED') ? 2000 : false,
  })
  return (
    <Page title="Jobs" lead="Background work of this installation, newest first.">
      <DataTable
        name="jobs"
        label="Jobs"
        columns={columns}
        page={jobs.data}
        error={jobs.error}
        onRetry={() => void jobs.refetch()}
        stale={jobs.isPlaceholderData}
        rowKey={row => row.id}
        search={search}
        filters={[
          { id: 'state', label: 'State', options: jobStates.map(value => ({ value, label: word[value] })) },
        ]}
        onSearch={change => void navigate({ ...paths.jobs(), search: { ...search, ...change } })}
        readAll={() => readAll((first, after) => readJobs(search, first, after))}
        empty={
          <EmptyState
            title={search.state ? 'No work is in this state' : 'Nothing was done in the background yet'}
          >
            Imports of scans and other long work appear here, with their progress.
          </EmptyState>
        }
      />
    </Page>
  )
}
