import { ActionIcon, Button, Group, Menu, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconDots, IconUserPlus, IconUsers } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { roleWord } from '../api/me'
import { Action, missing } from '../ui/Action'
import { Confirm } from '../ui/Confirm'
import { Copy, CopyField } from '../ui/CopyField'
import { DataTable } from '../ui/DataTable'
import { FormError } from '../ui/Failure'
import { EmptyState, Page } from '../ui/Page'
import { pageOfAll } from '../ui/pages'
import { State } from '../ui/State'
import { Time } from '../ui/Time'
import type { Column, TableSearch } from '../ui/table'

/** A person with access to the place, or invited to it. */
export interface Member {
  email: string
  role: string
  responsibility?: string
  firstLogin: string | null
  lastLogin: string | null
  invitationState: 'PENDING' | 'REGISTERED' | 'UNREGISTERED' | null
  invitationUrl: string | null
}

interface MembersProps {
  /** "the group web", "the organization acme". */
  place: string
  name: string
  members: readonly Member[] | undefined
  error: Error | null
  onRetry: () => void
  permissions: readonly (string | null)[] | null | undefined
  needs: { invite: string; update: string; remove: string }
  /** Roles that the caller may grant, upper case. */
  roles: readonly string[]
  /** Whether a member has a responsibility here. */
  responsibilities: boolean
  removeWarning: string
  search: TableSearch
  onSearch: (change: Record<string, unknown>) => void
  invite: (email: string, role: string, responsibility: string) => Promise<string | null>
  update: (email: string, role: string, responsibility: string) => Promise<unknown>
  remove: (email: string) => Promise<unknown>
  onChanged: () => void
}

type Open = { what: 'invite' } | { what: 'edit' | 'remove'; member: Member } | null

/** The people of an organization or a group: who, in which role, how far their invitation has come. */
export function Members(props: MembersProps) {
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  const words = (props.search.q ?? '').toLowerCase()
  const rows = props.members?.filter(member =>
    [member.email, member.role, member.responsibility ?? ''].some(text => text.toLowerCase().includes(words)),
  )
  const inviteButton = (
    <Action
      needs={props.needs.invite}
      permissions={props.permissions}
      leftSection={<IconUserPlus size={14} />}
      onClick={() => setOpen({ what: 'invite' })}
    >
      Invite
    </Action>
  )
  return (
    <Page
      title="Members"
      lead={`Who has access to ${props.place}, and who is invited.`}
      actions={inviteButton}
    >
      <DataTable
        name={props.name}
        label={`Members of ${props.place}`}
        columns={props.responsibilities ? columns : columns.filter(column => column.id !== 'responsibility')}
        page={rows && pageOfAll(rows)}
        error={props.error}
        onRetry={props.onRetry}
        rowKey={member => member.email}
        search={props.search}
        searchLabel="Search members"
        onSearch={props.onSearch}
        rowActions={member => <MemberMenu {...props} member={member} onOpen={setOpen} />}
        empty={
          <EmptyState
            title={props.search.q ? 'Nobody matches' : 'Nobody is here yet'}
            icon={<IconUsers size={28} stroke={1.3} aria-hidden="true" />}
            next={props.search.q ? undefined : inviteButton}
          >
            {props.search.q
              ? 'People are found by mail address, role and responsibility.'
              : 'People come by invitation: a link that names a role, valid for 7 days.'}
          </EmptyState>
        }
      />
      {open?.what === 'invite' && <InviteDialog {...props} onClose={close} />}
      {open?.what === 'edit' && <EditDialog {...props} member={open.member} onClose={close} />}
      {open?.what === 'remove' && (
        <Confirm
          title={`Remove ${open.member.email}?`}
          action={open.member.invitationState === 'PENDING' ? 'Withdraw the invitation' : 'Remove'}
          act={() => props.remove(open.member.email)}
          onDone={() => {
            notifications.show({ message: `${open.member.email} was removed from ${props.place}.` })
            close()
            props.onChanged()
          }}
          onClose={close}
        >
          {open.member.invitationState === 'PENDING'
            ? 'The invitation and its link end.'
            : props.removeWarning}
        </Confirm>
      )}
    </Page>
  )
}

const columns: Column<Member>[] = [
  { id: 'email', header: 'Email', cell: member => member.email, text: member => member.email, card: 'title' },
  {
    id: 'role',
    header: 'Role',
    cell: member => roleWord(member.role),
    text: member => member.role,
    width: 180,
    card: 'fact',
  },
  {
    id: 'responsibility',
    header: 'Responsibility',
    cell: member => member.responsibility || '—',
    text: member => member.responsibility ?? '',
    width: 180,
  },
  {
    id: 'first',
    header: 'First sign-in',
    cell: member => <Time at={member.firstLogin} never="Never" />,
    text: member => member.firstLogin ?? '',
    width: 140,
    optional: true,
  },
  {
    id: 'last',
    header: 'Last sign-in',
    cell: member => <Time at={member.lastLogin} never="Never" />,
    text: member => member.lastLogin ?? '',
    width: 140,
  },
  {
    id: 'invitation',
    header: 'Invitation',
    cell: member =>
      member.invitationState === 'PENDING' ? (
        <Group gap={4} wrap="nowrap">
          <State tone="waiting">Pending</State>
          {member.invitationUrl && <Copy value={member.invitationUrl} what="the invitation's link" />}
        </Group>
      ) : member.invitationState === 'UNREGISTERED' ? (
        <State tone="waiting">Never signed in</State>
      ) : (
        <State tone="closed">Registered</State>
      ),
    text: member => member.invitationState ?? '',
    width: 170,
    card: 'fact',
  },
]

function MemberMenu({
  member,
  onOpen,
  ...props
}: MembersProps & { member: Member; onOpen: (open: Open) => void }) {
  const again = useMutation({
    mutationFn: () => props.invite(member.email, member.role.toUpperCase(), member.responsibility ?? ''),
    onSuccess: () => {
      notifications.show({ message: `A new link for ${member.email} is ready; the old one no longer works.` })
      props.onChanged()
    },
    onError: problem =>
      notifications.show({ color: 'red', message: problem.message.replace(/^Exception - /, '') }),
  })
  const can = (permission: string) => props.permissions?.includes(permission) ?? false
  const why = (permission: string) => (can(permission) ? undefined : missing(permission))
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${member.email}`}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {member.invitationState === 'PENDING' && (
          <Menu.Item
            disabled={!can(props.needs.invite)}
            title={why(props.needs.invite)}
            onClick={() => again.mutate()}
          >
            Send the invitation again
          </Menu.Item>
        )}
        <Menu.Item
          disabled={!can(props.needs.update)}
          title={why(props.needs.update)}
          onClick={() => onOpen({ what: 'edit', member })}
        >
          Edit
        </Menu.Item>
        <Menu.Item
          color="red"
          disabled={!can(props.needs.remove)}
          title={why(props.needs.remove)}
          onClick={() => onOpen({ what: 'remove', member })}
        >
          Remove
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function InviteDialog(props: MembersProps & { onClose: () => void }) {
  const [email, setEmail] = useState('')
  const [role, setRole] = useState(props.roles.includes('USER') ? 'USER' : (props.roles[0] ?? ''))
  const [responsibility, setResponsibility] = useState('')
  const invite = useMutation({
    mutationFn: () => props.invite(email.trim(), role, responsibility.trim()),
    onSuccess: props.onChanged,
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    invite.mutate()
  }
  if (invite.isSuccess) {
    return (
      <Modal opened onClose={props.onClose} title={`${email.trim()} is invited`}>
        <Stack gap="sm">
          <Text>The invitation names the role {roleWord(role)} and is valid for 7 days.</Text>
          {invite.data && (
            <CopyField label="Invitation link" value={invite.data} what="the invitation's link" />
          )}
          <Text size="sm" c="dimmed">
            Hand it to nobody else: whoever has the link can answer the invitation. It stays in the list until
            it is answered.
          </Text>
          <Group justify="flex-end">
            <Button onClick={props.onClose}>Done</Button>
          </Group>
        </Stack>
      </Modal>
    )
  }
  return (
    <Modal opened onClose={props.onClose} title={`Invite to ${props.place}`}>
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
          <RoleSelect roles={props.roles} value={role} onChange={setRole} />
          {props.responsibilities && (
            <TextInput
              label="Responsibility"
              description="What they do here, at most 50 characters"
              maxLength={50}
              value={responsibility}
              onChange={event => setResponsibility(event.currentTarget.value)}
            />
          )}
          <FormError error={invite.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={props.onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={invite.isPending}>
              Invite
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

function EditDialog({ member, onClose, ...props }: MembersProps & { member: Member; onClose: () => void }) {
  const [role, setRole] = useState(member.role.toUpperCase())
  const [responsibility, setResponsibility] = useState(member.responsibility ?? '')
  const update = useMutation({
    mutationFn: () => props.update(member.email, role, responsibility.trim()),
    onSuccess: () => {
      onClose()
      props.onChanged()
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    update.mutate()
  }
  return (
    <Modal opened onClose={onClose} title={member.email}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <RoleSelect
            roles={[...new Set([member.role.toUpperCase(), ...props.roles])]}
            value={role}
            onChange={setRole}
          />
          {props.responsibilities && (
            <TextInput
              label="Responsibility"
              maxLength={50}
              value={responsibility}
              onChange={event => setResponsibility(event.currentTarget.value)}
            />
          )}
          <FormError error={update.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={update.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

function RoleSelect({
  roles,
  value,
  onChange,
}: {
  roles: readonly string[]
  value: string
  onChange: (role: string) => void
}) {
  return (
    <NativeSelect
      label="Role"
      description="Roles that you may give here"
      value={value}
      data={roles.map(role => ({ value: role, label: roleWord(role) }))}
      onChange={event => onChange(event.currentTarget.value)}
    />
  )
}
