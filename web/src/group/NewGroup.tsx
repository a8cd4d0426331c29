import { Button, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { ask } from '../api/client'
import { AddGroupDocument } from '../api/generated/graphql'
import { paths } from '../paths'
import { FormError } from '../ui/Failure'

/** Makes a group, whose user manager the caller becomes, and goes on to its scope. */
export function NewGroup({ org, onClose }: { org: string; onClose: () => void }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const add = useMutation({
    mutationFn: () => ask(AddGroupDocument, { org, name: name.trim(), description: description.trim() }),
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ['groups'] }),
        client.invalidateQueries({ queryKey: ['groupNames'] }),
        client.invalidateQueries({ queryKey: ['home'] }),
      ])
      await navigate(paths.scope(org, name.trim().toLowerCase()))
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    add.mutate()
  }
  return (
    <Modal opened onClose={onClose} title={`New group in ${org}`}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label="Name"
            description="2 to 64 letters, digits and hyphens, beginning with a letter; unique in this installation, for good"
            required
            withAsterisk={false}
            pattern="[A-Za-z][A-Za-z0-9\-]{1,63}"
            value={name}
            onChange={event => setName(event.currentTarget.value)}
            data-autofocus
          />
          <Textarea
            label="Description"
            description="What the application does, in a sentence"
            required
            withAsterisk={false}
            maxLength={200}
            autosize
            minRows={2}
            value={description}
            onChange={event => setDescription(event.currentTarget.value)}
          />
          <Text size="sm" c="dimmed">
            You become its user manager. Next you register its roots: repositories, addresses, URLs.
          </Text>
          <FormError error={add.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={add.isPending}>
              Make the group
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
