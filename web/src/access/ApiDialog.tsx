import { Anchor, Group, Modal } from '@mantine/core'
import { outside } from '../paths'
import { Tokens } from './Tokens'

/** The panel's API button: tokens, and the way to playground and docs. */
export function ApiDialog({ onClose }: { onClose: () => void }) {
  return (
    <Modal
      opened
      onClose={onClose}
      size={760}
      title="API"
      // A token is shown only once: a click beside the dialog must not lose it.
      closeOnClickOutside={false}
    >
      <Group gap="lg" mb="md">
        <Anchor href={outside.playground} size="sm">
          Playground
        </Anchor>
        <Anchor href={outside.docs} size="sm">
          Docs
        </Anchor>
      </Group>
      <Tokens />
    </Modal>
  )
}
