import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { ask } from '../api/client'
import { AddOrganizationDocument } from '../api/generated/graphql'
import { paths } from '../paths'
import { FormError } from '../ui/Failure'

/** Makes an organization, whose user manager the caller becomes. */
export function NewOrganization({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [country, setCountry] = useState('')
  const add = useMutation({
    mutationFn: () => ask(AddOrganizationDocument, { name: name.trim(), country: country.trim() }),
    onSuccess: async ({ addOrganization }) => {
      await client.invalidateQueries({ queryKey: ['me'] })
      await navigate(paths.groups(addOrganization.organization?.name ?? name.trim().toLowerCase()))
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    add.mutate()
  }
  return (
    <Modal opened onClose={onClose} title="New organization">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label="Name"
            description="2 to 64 letters, digits and hyphens, beginning with a letter"
            required
            withAsterisk={false}
            pattern="[A-Za-z][A-Za-z0-9\-]{1,63}"
            value={name}
            onChange={event => setName(event.currentTarget.value)}
            data-autofocus
          />
          <TextInput
            label="Country"
            required
            withAsterisk={false}
            value={country}
            onChange={event => setCountry(event.currentTarget.value)}
          />
          <FormError error={add.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={add.isPending}>
              Make the organization
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
