import { Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconUserPlus } from '@tabler/icons-react'
import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useContext, useState } from 'react'
import { ask, present } from '../api/client'
import {
  AddStakeholderDocument,
  type StakeholderRole,
  UsersDocument,
  type UsersQuery,
} from '../api/generated/graphql'
import { meQuery, roleWord } from '../api/me'
import { permission } from '../api/permissions'
import { paths } from '../paths'
import { Action } from '../ui/Action'
import { DataTable } from '../ui/DataTable'
import { FormError } from '../ui/Failure'
import { EmptyState, Page } from '../ui/Page'
import { pageOf, readAll } from '../ui/pages'
import { State } from '../ui/State'
import { Time } from '../ui/Time'
import { type Column, TableMemoryContext, type TableSearch } from '../ui/table'

type Row = NonNullable<UsersQuery['stakeholders']>['edges'][number]['node']

/** Everybody whom the installation knows. */
export const usersQuery = (search: TableSearch, first: number) =>
  queryOptions({
    queryKey: ['users', { q: search.q, after: search.after }, first],
    queryFn: ({ signal }) => readUsers(search, first, search.after, signal),
  })

async function readUsers(search: TableSearch, first: number, after?: string, signal?: AbortSignal) {
  const { stakeholders } = await ask(UsersDocument, { first, after, search: search.q }, signal)
  return pageOf(present(stakeholders))
}

const columns: Column<Row>[] = [
  { id: 'email', header: 'Email', cell: row => row.email, text: row => row.email ?? '', card: 'title' },
  {
    id: 'role',
    header: 'Role',
    cell: row => roleWord(row.role),
    text: row => row.role ?? '',
    width: 120,
    card: 'fact',
  },
  {
    id: 'state',
    header: 'State',
    cell: row =>
      row.active === false ? (
        <State tone="off">Inactive</State>
      ) : row.firstLogin ? (
        <State tone="closed">Active</State>
      ) : (
        <State tone="waiting">Never signed in</State>
      ),
    text: row => (row.active === false ? 'Inactive' : 'Active'),
    width: 160,
    card: 'fact',
  },
  {
    id: 'groups',
    header: 'Groups',
    cell: row => row.groups?.length ?? 0,
    text: row => String(row.groups?.length ?? 0),
    align: 'right',
    width: 90,
  },
  {
    id: 'first',
    header: 'First sign-in',
    cell: row => <Time at={row.firstLogin} never="Never" />,
    text: row => row.firstLogin ?? '',
    width: 140,
  },
  {
    id: 'last',
    header: 'Last sign-in',
    cell: row => <Time at={row.lastLogin} never="Never" />,
    text: row => row.lastLogin ?? '',
    width: 140,
  },
]

const route = getRouteApi('/app/admin/users')

/** Everybody whom this installation knows; for administrators. */
export function UsersPage() {
  const search = route.useSearch()
  const navigate = useNavigate()
  const { pageSize } = useContext(TableMemoryContext)
  const { data: me } = useQuery(meQuery)
  const users = useQuery({ ...usersQuery(search, pageSize), placeholderData: keepPreviousData })
  const [adding, setAdding] = useState(false)
  return (
    <Page
      title="Users"
      lead="Everybody whom this installation knows. Access to organizations and groups is given there."
      actions={
        <Action
          needs={permission.addStakeholder}
          permissions={me?.permissions}
          giver="an administrator"
          leftSection={<IconUserPlus size={14} />}
          onClick={() => setAdding(true)}
        >
          Add user
        </Action>
      }
    >
      <DataTable
        name="users"
        label="Users"
        columns={columns}
        page={users.data}
        error={users.error}
        onRetry={() => void users.refetch()}
        stale={users.isPlaceholderData}
        rowKey={row => row.email ?? ''}
        search={search}
        searchLabel="Search users"
        onSearch={change => void navigate({ ...paths.users(), search: { ...search, ...change } })}
        readAll={() => readAll((first, after) => readUsers(search, first, after))}
        empty={<EmptyState title={search.q ? 'Nobody matches' : 'Nobody is here yet'} />}
      />
      {adding && <AddUser onClose={() => setAdding(false)} />}
    </Page>
  )
}

function AddUser({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<StakeholderRole>('USER')
  const add = useMutation({
    mutationFn: () => ask(AddStakeholderDocument, { email: email.trim(), role }),
    onSuccess: async () => {
      notifications.show({ message: `${email.trim()} was added.` })
      onClose()
      await client.invalidateQueries({ queryKey: ['users'] })
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    add.mutate()
  }
  return (
    <Modal opened onClose={onClose} title="Add user">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label="Email"
            type="email"
            required
            withAsterisk={false}
            value={email}
            onChange={event => setEmail(event.currentTarget.value)}
            data-autofocus
          />
          <NativeSelect
            label="Role in this installation"
            value={role}
            data={[
              { value: 'USER', label: 'User' },
              { value: 'HACKER', label: 'Hacker' },
              { value: 'ADMIN', label: 'Admin' },
            ]}
            onChange={event => setRole(event.currentTarget.value as StakeholderRole)}
          />
          <Text size="sm" c="dimmed">
            They see nothing until they are invited to an organization or group. Somebody who is known already
            gets the role. With <code>asm user reset</code> you print a link for their password.
          </Text>
          <FormError error={add.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={add.isPending}>
              Add user
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
