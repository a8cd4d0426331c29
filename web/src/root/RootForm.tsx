import { Button, Group, Modal, Stack, Switch, Textarea, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ask } from '../api/client'
import {
  AddGitRootDocument,
  AddIpRootDocument,
  AddUrlRootDocument,
  UpdateGitRootDocument,
  UpdateIpRootDocument,
  UpdateUrlRootDocument,
} from '../api/generated/graphql'
import { permission } from '../api/permissions'
import { missing } from '../ui/Action'
import { FormError } from '../ui/Failure'
import { addressOf, kindWord, type Root, type RootKind } from './roots'

interface RootFormProps {
  group: string
  kind: RootKind
  /** The root to edit; absent: a new one. */
  root?: Root
  permissions: readonly (string | null)[] | null | undefined
  onClose: () => void
  onSaved: () => Promise<void>
}

interface Typed {
  address: string
  nickname: string
  branch: string
  environment: string
  gitignore: string
  useVpn: boolean
}

function typedOf(root: Root | undefined): Typed {
  const git = root?.__typename === 'GitRoot' ? root : undefined
  return {
    address: root ? addressOf(root) : '',
    nickname: root?.nickname ?? '',
    branch: git?.branch ?? '',
    environment: git?.environment ?? 'production',
    gitignore: git?.gitignore.join('\n') ?? '',
    useVpn: git?.useVpn ?? false,
  }
}

const addressField: Record<RootKind, { label: string; placeholder: string }> = {
  GitRoot: { label: 'Repository', placeholder: 'https://git.example.com/acme/shop.git' },
  IPRoot: { label: 'IP address', placeholder: '192.0.2.10' },
  URLRoot: { label: 'URL', placeholder: 'https://shop.example.com/' },
}

/** Adds a root, or edits one; of a host or URL only the nickname changes. */
export function RootForm({ group, kind, root, permissions, onClose, onSaved }: RootFormProps) {
  const [typed, setTyped] = useState(() => typedOf(root))
  const set = (change: Partial<Typed>) => setTyped(old => ({ ...old, ...change }))
  const save = useMutation({
    mutationFn: () => (root ? update(group, root, typed) : add(group, kind, typed)),
    onSuccess: async () => {
      notifications.show({ message: root ? 'The root was saved.' : 'The root is in scope.' })
      onClose()
      await onSaved()
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    save.mutate()
  }
  const git = kind === 'GitRoot'
  const mayIgnore = permissions?.includes(permission.gitignore) ?? false
  return (
    <Modal opened onClose={onClose} title={root ? `Edit ${root.nickname}` : `Add a root: ${kindWord[kind]}`}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={addressField[kind].label}
            placeholder={addressField[kind].placeholder}
            required
            withAsterisk={false}
            spellCheck={false}
            disabled={root !== undefined && !git}
            value={typed.address}
            onChange={event => set({ address: event.currentTarget.value })}
            data-autofocus={root ? undefined : true}
          />
          {git && <GitPlace typed={typed} set={set} />}
          <TextInput
            label="Nickname"
            description={
              git && !root
                ? 'Letters, digits, underscores and hyphens; made from the repository when left empty'
                : 'Letters, digits, underscores and hyphens'
            }
            required={!git}
            withAsterisk={false}
            pattern="[A-Za-z0-9_\-]{1,128}"
            value={typed.nickname}
            onChange={event => set({ nickname: event.currentTarget.value })}
            data-autofocus={root ? true : undefined}
          />
          {git && <GitOptions typed={typed} set={set} mayIgnore={mayIgnore} />}
          <FormError error={save.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              {root ? 'Save' : 'Add root'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

interface GitFieldsProps {
  typed: Typed
  set: (change: Partial<Typed>) => void
}

function GitPlace({ typed, set }: GitFieldsProps) {
  return (
    <>
      <TextInput
        label="Branch"
        placeholder="main"
        required
        withAsterisk={false}
        spellCheck={false}
        value={typed.branch}
        onChange={event => set({ branch: event.currentTarget.value })}
      />
      <TextInput
        label="Environment"
        description="Where it is deployed, such as production"
        required
        withAsterisk={false}
        value={typed.environment}
        onChange={event => set({ environment: event.currentTarget.value })}
      />
    </>
  )
}

function GitOptions({ typed, set, mayIgnore }: GitFieldsProps & { mayIgnore: boolean }) {
  return (
    <>
      <Textarea
        label="Files that are not assessed"
        description={mayIgnore ? 'Patterns as in .gitignore, one a line' : missing(permission.gitignore)}
        disabled={!mayIgnore}
        autosize
        minRows={2}
        spellCheck={false}
        value={typed.gitignore}
        onChange={event => set({ gitignore: event.currentTarget.value })}
      />
      <Switch
        label="Reached through a VPN"
        checked={typed.useVpn}
        onChange={event => set({ useVpn: event.currentTarget.checked })}
      />
    </>
  )
}

function gitFields(typed: Typed) {
  return {
    url: typed.address.trim(),
    branch: typed.branch.trim(),
    environment: typed.environment.trim(),
    gitignore: typed.gitignore
      .split('\n')
      .map(line => line.trim())
      .filter(Boolean),
    useVpn: typed.useVpn,
    ...(typed.nickname.trim() ? { nickname: typed.nickname.trim() } : {}),
  }
}

function add(group: string, kind: RootKind, typed: Typed): Promise<unknown> {
  const nickname = typed.nickname.trim()
  const address = typed.address.trim()
  switch (kind) {
    case 'GitRoot':
      return ask(AddGitRootDocument, { group, ...gitFields(typed) })
    case 'IPRoot':
      return ask(AddIpRootDocument, { group, address, nickname })
    case 'URLRoot':
      return ask(AddUrlRootDocument, { group, url: address, nickname })
  }
}

function update(group: string, root: Root, typed: Typed): Promise<unknown> {
  const { id } = root
  const nickname = typed.nickname.trim()
  switch (root.__typename) {
    case 'GitRoot':
      return ask(UpdateGitRootDocument, {
        group,
        id,
        ...gitFields(typed),
        includesHealthCheck: root.includesHealthCheck,
      })
    case 'IPRoot':
      return ask(UpdateIpRootDocument, { group, id, nickname })
    case 'URLRoot':
      return ask(UpdateUrlRootDocument, { group, id, nickname })
  }
}
