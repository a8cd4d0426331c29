import { Button, Checkbox, Modal, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '../api/client'
import { AcceptLegalDocument } from '../api/generated/graphql'
import { meQuery } from '../api/me'
import { sessionQuery } from '../api/session'
import { FormError } from '../ui/Failure'

const seenKey = 'asm-legal-notice'

/** The legal notice, once a session, until the person says that it need not be shown again. */
export function LegalNotice() {
  const client = useQueryClient()
  const { data: session } = useQuery(sessionQuery)
  const [seen, setSeen] = useState(() => sessionStorage.getItem(seenKey))
  const [remember, setRemember] = useState(true)
  const accept = useMutation({
    mutationFn: () => ask(AcceptLegalDocument, { remember }),
    onSuccess: () => {
      sessionStorage.setItem(seenKey, session?.expiresAt ?? '')
      setSeen(session?.expiresAt ?? '')
      if (remember) client.setQueryData(meQuery.queryKey, me => (me ? { ...me, remember } : me))
    },
  })
  if (!session?.signedIn || seen === session.expiresAt) return null
  return (
    <Modal
      opened
      onClose={() => {}}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="Before you go on"
      centered
    >
      <Stack gap="sm">
        <Text>
          ASM shows where systems are weak. Use what you see here only for systems that you are entrusted
          with, and share it only with people who need it. Sign-ins and changes are recorded with your name.
        </Text>
        <Checkbox
          size="sm"
          label="Do not show this again"
          checked={remember}
          onChange={event => setRemember(event.currentTarget.checked)}
        />
        <FormError error={accept.error} />
        <Button loading={accept.isPending} onClick={() => accept.mutate()} data-autofocus>
          Accept and continue
        </Button>
      </Stack>
    </Modal>
  )
}
