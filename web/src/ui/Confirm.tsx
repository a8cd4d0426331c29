import { Button, Group, Modal, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { FormError } from './Failure'

interface ConfirmProps {
  title: string
  /** What the button says that does it. */
  action: string
  /** What will happen, and to how many. */
  children: ReactNode
  act: () => Promise<unknown>
  onDone: () => void
  onClose: () => void
}

/** Asks before an act that destroys; stays open with the error if the act fails. */
export function Confirm({ title, action, children, act, onDone, onClose }: ConfirmProps) {
  const mutation = useMutation({ mutationFn: act, onSuccess: onDone })
  return (
    <Modal opened onClose={onClose} title={title} centered>
      <Stack gap="md">
        <div>{children}</div>
        <FormError error={mutation.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button color="red" loading={mutation.isPending} onClick={() => mutation.mutate()} data-autofocus>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
