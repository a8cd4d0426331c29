import { Button, Modal, Text } from '@mantine/core'
import { IconFileCode } from '@tabler/icons-react'
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ask, present } from '../api/client'
import { ScansDocument, type ScansQuery } from '../api/generated/graphql'
import { paths } from '../paths'
import { DataTable } from '../ui/DataTable'
import { EmptyState, Section } from '../ui/Page'
import { pageOf, readAll } from '../ui/pages'
import { Time } from '../ui/Time'
import type { Column, TableSearch } from '../ui/table'
import { Receipt } from './Receipt'

type Answer = NonNullable<ScansQuery['group']>
type Row = NonNullable<Answer['scans']['edges'][number]>['node']

/** Scans imported into a group, newest first. */
export const scansQuery = (group: string, after: string | undefined) =>
  queryOptions({
    queryKey: ['scans', group, after],
    queryFn: ({ signal }) => readScans(group, 20, after, signal),
  })

async function readScans(group: string, first: number, after?: string, signal?: AbortSignal) {
  const { group: found } = await ask(ScansDocument, { group, first, after }, signal)
  return pageOf(present(found).scans)
}

const columns: Column<Row>[] = [
  { id: 'file', header: 'File', cell: row => row.fileName, text: row => row.fileName, card: 'title' },
  {
    id: 'tools',
    header: 'Tool',
    cell: row => row.tools.join(', '),
    text: row => row.tools.join(', '),
    width: 120,
    card: 'fact',
  },
  { id: 'root', header: 'Root', cell: row => row.rootNickname, text: row => row.rootNickname, width: 110 },
  {
    id: 'read',
    header: 'Read',
    cell: row => row.receipt.read.toLocaleString('en'),
    text: row => String(row.receipt.read),
    align: 'right',
    width: 66,
  },
  {
    id: 'created',
    header: 'Created',
    cell: row => row.receipt.created.toLocaleString('en'),
    text: row => String(row.receipt.created),
    align: 'right',
    width: 76,
    card: 'fact',
  },
  {
    id: 'closed',
    header: 'Closed',
    cell: row => row.receipt.closed.toLocaleString('en'),
    text: row => String(row.receipt.closed),
    align: 'right',
    width: 72,
    card: 'fact',
  },
  {
    id: 'rejected',
    header: 'Rejected',
    cell: row => row.receipt.rejected.toLocaleString('en'),
    text: row => String(row.receipt.rejected),
    align: 'right',
    width: 90,
    optional: true,
  },
  { id: 'by', header: 'Imported by', cell: row => row.importedBy, text: row => row.importedBy, width: 170 },
  {
    id: 'at',
    header: 'When',
    cell: row => <Time at={row.importedAt} />,
    text: row => row.importedAt,
    width: 110,
  },
]

interface ScansSectionProps {
  org: string
  group: string
  search: TableSearch
  onSearch: (change: Record<string, unknown>) => void
}

/** The scans of a group, each with its receipt. */
export function ScansSection({ org, group, search, onSearch }: ScansSectionProps) {
  const scans = useQuery({ ...scansQuery(group, search.after), placeholderData: keepPreviousData })
  const [shown, setShown] = useState<Row | null>(null)
  return (
    <Section
      title="Scans"
      lead="Scanner files that were imported, newest first, and what became of their results."
    >
      <DataTable
        name="scans"
        label={`Scans of ${group}`}
        columns={columns}
        page={scans.data}
        error={scans.error}
        onRetry={() => void scans.refetch()}
        stale={scans.isPlaceholderData}
        rowKey={row => row.id}
        rowActions={row => (
          <Button variant="subtle" size="compact-xs" onClick={() => setShown(row)}>
            Receipt
          </Button>
        )}
        search={search}
        onSearch={onSearch}
        readAll={() => readAll((first, after) => readScans(group, first, after))}
        empty={
          <EmptyState
            title="No scan was imported yet"
            icon={<IconFileCode size={28} stroke={1.3} aria-hidden="true" />}
            next={
              <Button
                variant="default"
                renderRoot={props => <Link {...paths.importScan(org, group)} {...props} />}
              >
                Import a scan
              </Button>
            }
          >
            A scan is the SARIF file that a scanner wrote about a root. Pipelines send it by the command line
            or the API.
          </EmptyState>
        }
      />
      {shown && (
        <Modal opened onClose={() => setShown(null)} title={shown.fileName} size="lg">
          <Receipt receipt={shown.receipt} />
          <Text size="xs" c="dimmed" mt="md">
            {shown.sizeBytes.toLocaleString('en')} bytes, SHA-256 <code>{shown.digest}</code>
            {shown.automationId && `, automation ${shown.automationId}`}
          </Text>
        </Modal>
      )}
    </Section>
  )
}
