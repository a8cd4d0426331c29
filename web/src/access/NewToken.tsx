import { Alert, Button, Chip, Group, Stack, Tabs, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ask } from '../api/client'
import { AddAccessTokenDocument } from '../api/generated/graphql'
import { fetchSession, sessionQuery } from '../api/session'
import { CopyBlock, CopyField } from '../ui/CopyField'
import { FormError } from '../ui/Failure'
import { commands } from './commands'
import { dayIn, expiryOf, offeredDays, presets } from './expiry'

/** Makes a token and shows it, once. It lives in this form alone: not in a store, a cache or the address. */
export function NewToken({ onMade, onClose }: { onMade: () => Promise<void>; onClose: () => void }) {
  const { data: session } = useQuery(sessionQuery)
  const [now] = useState(() => new Date(Date.now() + (session?.aheadBy ?? 0)))
  const days = offeredDays(now)
  const [name, setName] = useState('')
  const [day, setDay] = useState(dayIn(now, 30))
  const [token, setToken] = useState<string | null>(null)
  const make = useMutation({
    // The answer is handed on and not kept: what a mutation returns stays in the client's cache.
    mutationFn: async () => {
      // The limit moves with the server's clock, which need not be this machine's: it is taken when the token is asked for.
      const { aheadBy } = await fetchSession()
      const expirationTime = expiryOf(day, new Date(Date.now() + aheadBy))
      if (expirationTime === null) {
        throw new Error(`Choose a day from ${days.first} to ${days.last}.`)
      }
      const { addAccessToken } = await ask(AddAccessTokenDocument, { name: name.trim(), expirationTime })
      setToken(addAccessToken.sessionJwt ?? '')
    },
    gcTime: 0,
    onSuccess: onMade,
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    make.mutate()
  }

  if (token !== null) {
    return <MadeToken token={token} onClose={onClose} />
  }
  const choices = [
    ...presets.map(preset => ({ day: dayIn(now, preset), label: `${preset} days` })),
    { day: days.last, label: 'Last possible day' },
  ]
  return (
    <form onSubmit={submit}>
      <Stack gap="md" maw={480}>
        <TextInput
          label="Name"
          description="Tells tokens apart: the program or pipeline that uses it"
          required
          withAsterisk={false}
          maxLength={100}
          autoComplete="off"
          value={name}
          onChange={event => setName(event.currentTarget.value)}
          data-autofocus
        />
        <div>
          <TextInput
            type="date"
            label="Expiration date"
            description={`From ${days.first} to ${days.last}. It ends with that day, UTC; on the last day at the very limit of six months.`}
            required
            withAsterisk={false}
            min={days.first}
            max={days.last}
            value={day}
            onChange={event => setDay(event.currentTarget.value)}
          />
          <Chip.Group value={day} onChange={value => setDay(String(value))}>
            <Group gap={6} mt={8} role="group" aria-label="Presets">
              {choices.map(choice => (
                <Chip key={choice.label} size="xs" value={choice.day}>
                  {choice.label}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
        </div>
        <FormError error={make.error} />
        <Group gap="xs">
          <Button type="submit" loading={make.isPending}>
            Proceed
          </Button>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function MadeToken({ token, onClose }: { token: string; onClose: () => void }) {
  const ready = commands(window.location.origin, token)
  return (
    <Stack gap="md">
      <CopyField label="Access Token" value={token} what="the token" />
      <Alert p="sm" color="yellow" role="note">
        This is the only time that the token is shown. Copy it now and keep it where your program finds its
        secrets.
      </Alert>
      <div>
        <Text fw={600} mb={8}>
          Try it
        </Text>
        <Tabs defaultValue="curl">
          <Tabs.List>
            {ready.map(({ id, label }) => (
              <Tabs.Tab key={id} value={id}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {ready.map(({ id, label, text }) => (
            <Tabs.Panel key={id} value={id} pt="xs">
              <CopyBlock value={text} what={`the ${label} command`} />
            </Tabs.Panel>
          ))}
        </Tabs>
      </div>
      <Group>
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  )
}
