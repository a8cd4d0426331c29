import { ActionIcon, Button, Menu, Radio, Stack, Text, Textarea, Tooltip } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconDots, IconPlus, IconTargetArrow } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { ask } from '../api/client'
import {
  ActivateRootDocument,
  DeactivateRootDocument,
  type RootDeactivationReason,
} from '../api/generated/graphql'
import { groupQuery, permission } from '../api/permissions'
import { paths } from '../paths'
import { missing } from '../ui/Action'
import { Confirm } from '../ui/Confirm'
import { DataTable } from '../ui/DataTable'
import { sentence } from '../ui/Failure'
import { EmptyState, Page, Section } from '../ui/Page'
import { pageOfAll } from '../ui/pages'
import { State } from '../ui/State'
import { Time } from '../ui/Time'
import type { Column } from '../ui/table'
import { RootForm } from './RootForm'
import { addressOf, kindWord, type Root, type RootKind, rootsQuery } from './roots'

const columns: Column<Root>[] = [
  {
    id: 'nickname',
    header: 'Nickname',
    cell: root => <b>{root.nickname}</b>,
    text: root => root.nickname,
    width: 170,
    card: 'title',
  },
  {
    id: 'kind',
    header: 'Kind',
    cell: root => kindWord[root.__typename],
    text: root => kindWord[root.__typename],
    width: 100,
  },
  {
    id: 'address',
    header: 'Address',
    cell: root => <span title={addressOf(root)}>{addressOf(root)}</span>,
    text: addressOf,
    card: 'fact',
  },
  {
    id: 'branch',
    header: 'Branch',
    cell: root => (root.__typename === 'GitRoot' ? root.branch : '—'),
    text: root => (root.__typename === 'GitRoot' ? root.branch : ''),
    width: 100,
  },
  {
    id: 'state',
    header: 'State',
    cell: root =>
      root.state === 'ACTIVE' ? <State tone="closed">Active</State> : <State tone="off">Inactive</State>,
    text: root => root.state,
    width: 100,
    card: 'fact',
  },
  {
    id: 'open',
    header: 'Open',
    cell: root => root.openVulnerabilities.toLocaleString('en'),
    text: root => String(root.openVulnerabilities),
    align: 'right',
    width: 66,
    card: 'fact',
  },
  {
    id: 'scan',
    header: 'Last scan',
    cell: root => <Time at={root.lastScan} never="Never" />,
    text: root => root.lastScan ?? '',
    width: 120,
  },
]

const route = getRouteApi('/app/orgs/$org/groups/$group/scope')

type Open = { what: 'add'; kind: RootKind } | { what: 'edit' | 'deactivate'; root: Root } | null

/** What is assessed, of three kinds, and below it what the route adds: the scans of it. */
export function ScopePage({ scans }: { scans: ReactNode }) {
  const { org, group } = route.useParams()
  const search = route.useSearch()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { data: known } = useQuery(groupQuery(group))
  const roots = useQuery(rootsQuery(group))
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  // The cursor in the address is the scans', below.
  const { after: _after, page: _page, ...listed } = search
  const words = (search.q ?? '').toLowerCase()
  const rows = roots.data?.filter(
    root =>
      (!search.state || root.state === search.state) &&
      [root.nickname, addressOf(root)].some(text => text.toLowerCase().includes(words)),
  )
  const changed = () =>
    client.invalidateQueries({
      predicate: query =>
        ['roots', 'importTargets', 'group', 'groups', 'findings', 'locations', 'home'].includes(
          String(query.queryKey[0]),
        ),
    })
  const add = <AddMenu permissions={known?.permissions} onAdd={kind => setOpen({ what: 'add', kind })} />

  return (
    <Page title="Scope" lead={`What of ${group} is assessed, and the scans of it.`}>
      <Section
        title="Roots"
        lead="Repositories, addresses and URLs; a nickname tells them apart in this group."
        actions={add}
      >
        <DataTable
          name="roots"
          label={`Roots of ${group}`}
          columns={columns}
          page={rows && pageOfAll(rows)}
          error={roots.error}
          onRetry={() => void roots.refetch()}
          rowKey={root => root.id}
          search={listed}
          searchLabel="Search roots"
          filters={[
            {
              id: 'state',
              label: 'State',
              options: [
                { value: 'ACTIVE', label: 'Active' },
                { value: 'INACTIVE', label: 'Inactive' },
              ],
            },
          ]}
          onSearch={change => void navigate({ ...paths.scope(org, group), search: { ...search, ...change } })}
          rowActions={root => (
            <RootMenu
              root={root}
              permissions={known?.permissions}
              group={group}
              onOpen={setOpen}
              onChanged={changed}
            />
          )}
          empty={
            <EmptyState
              title={search.q || search.state ? 'No root matches' : 'Nothing is in scope yet'}
              icon={<IconTargetArrow size={28} stroke={1.3} aria-hidden="true" />}
              next={search.q || search.state ? undefined : add}
            >
              {search.q || search.state
                ? 'Roots are found by nickname and address.'
                : 'A root is what is assessed: a git repository and branch, an IP address, or a URL. Scans are imported into roots.'}
            </EmptyState>
          }
        />
      </Section>
      {scans}
      <ScopeDialog
        open={open}
        group={group}
        permissions={known?.permissions}
        onClose={close}
        onDone={changed}
      />
    </Page>
  )
}

interface ScopeDialogProps {
  open: Open
  group: string
  permissions: Permissions
  onClose: () => void
  onDone: () => Promise<void>
}

function ScopeDialog({ open, group, permissions, onClose, onDone }: ScopeDialogProps) {
  switch (open?.what) {
    case undefined:
      return null
    case 'deactivate':
      return <DeactivateRoot group={group} root={open.root} onClose={onClose} onDone={onDone} />
    case 'add':
      return (
        <RootForm
          group={group}
          kind={open.kind}
          permissions={permissions}
          onClose={onClose}
          onSaved={onDone}
        />
      )
    case 'edit':
      return (
        <RootForm
          group={group}
          kind={open.root.__typename}
          root={open.root}
          permissions={permissions}
          onClose={onClose}
          onSaved={onDone}
        />
      )
  }
}

const kinds: { kind: RootKind; needs: string }[] = [
  { kind: 'GitRoot', needs: permission.addGitRoot },
  { kind: 'IPRoot', needs: permission.addIpRoot },
  { kind: 'URLRoot', needs: permission.addUrlRoot },
]

type Permissions = readonly (string | null)[] | null | undefined

function AddMenu({ permissions, onAdd }: { permissions: Permissions; onAdd: (kind: RootKind) => void }) {
  const none = !kinds.some(({ needs }) => permissions?.includes(needs))
  const button = (
    <Button
      leftSection={<IconPlus size={14} />}
      data-disabled={none || undefined}
      aria-disabled={none || undefined}
      title={none && permissions ? missing(permission.addGitRoot) : undefined}
    >
      Add root
    </Button>
  )
  if (none) {
    return (
      <Tooltip label={missing(permission.addGitRoot)} disabled={!permissions} multiline maw={320}>
        {button}
      </Tooltip>
    )
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        {kinds.map(({ kind, needs }) => (
          <Menu.Item
            key={kind}
            disabled={!permissions?.includes(needs)}
            title={permissions?.includes(needs) ? undefined : missing(needs)}
            onClick={() => onAdd(kind)}
          >
            {kindWord[kind]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

const updatePermission: Record<RootKind, string> = {
  GitRoot: permission.updateGitRoot,
  IPRoot: permission.updateIpRoot,
  URLRoot: permission.updateUrlRoot,
}

interface RootMenuProps {
  root: Root
  group: string
  permissions: Permissions
  onOpen: (open: Open) => void
  onChanged: () => Promise<void>
}

function RootMenu({ root, group, permissions, onOpen, onChanged }: RootMenuProps) {
  const activate = useMutation({
    mutationFn: () => ask(ActivateRootDocument, { group, id: root.id }),
    onSuccess: async () => {
      notifications.show({ message: `${root.nickname} is under assessment again.` })
      await onChanged()
    },
    onError: problem => notifications.show({ color: 'red', message: sentence(problem.message) }),
  })
  const item = (label: string, needs: string, act: () => void, red = false) => {
    const allowed = permissions?.includes(needs) ?? false
    return (
      <Menu.Item
        color={red ? 'red' : undefined}
        disabled={!allowed}
        title={allowed ? undefined : missing(needs)}
        onClick={act}
      >
        {label}
      </Menu.Item>
    )
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Actions for ${root.nickname}`}
          loading={activate.isPending}
        >
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {root.state === 'ACTIVE' &&
          item('Edit', updatePermission[root.__typename], () => onOpen({ what: 'edit', root }))}
        {root.state === 'ACTIVE'
          ? item('Deactivate', permission.deactivateRoot, () => onOpen({ what: 'deactivate', root }), true)
          : item('Activate', permission.activateRoot, () => activate.mutate())}
      </Menu.Dropdown>
    </Menu>
  )
}

const reasons: { value: RootDeactivationReason; label: string }[] = [
  { value: 'OUT_OF_SCOPE', label: 'It is not to be assessed any more' },
  { value: 'REGISTERED_BY_MISTAKE', label: 'It was registered by mistake' },
  { value: 'OTHER', label: 'Another reason' },
]

interface DeactivateRootProps {
  group: string
  root: Root
  onClose: () => void
  onDone: () => Promise<void>
}

function DeactivateRoot({ group, root, onClose, onDone }: DeactivateRootProps) {
  const [reason, setReason] = useState<RootDeactivationReason>('OUT_OF_SCOPE')
  const [other, setOther] = useState('')
  const open = root.openVulnerabilities
  return (
    <Confirm
      title={`Deactivate ${root.nickname}?`}
      action="Deactivate"
      act={() =>
        ask(DeactivateRootDocument, { group, id: root.id, reason, ...(reason === 'OTHER' ? { other } : {}) })
      }
      onDone={() => {
        notifications.show({ message: `${root.nickname} is out of assessment.` })
        onClose()
        void onDone()
      }}
      onClose={onClose}
    >
      <Stack gap="sm">
        <Text>
          {open === 0
            ? 'Nothing is open on it. No scan can be imported into it until it is activated again.'
            : `${open === 1 ? 'One open location' : `${open.toLocaleString('en')} open locations`} on it will be closed. Activating it again does not reopen them; the next scan does.`}
        </Text>
        <Radio.Group
          label="Why"
          value={reason}
          onChange={value => setReason(value as RootDeactivationReason)}
        >
          <Stack gap={6} mt={4}>
            {reasons.map(each => (
              <Radio key={each.value} size="xs" value={each.value} label={each.label} />
            ))}
          </Stack>
        </Radio.Group>
        {reason === 'OTHER' && (
          <Textarea
            label="In words"
            autosize
            minRows={2}
            value={other}
            onChange={event => setOther(event.currentTarget.value)}
          />
        )}
      </Stack>
    </Confirm>
  )
}
