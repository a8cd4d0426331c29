import { Button, PasswordInput, Stack } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { sessionQuery, setPassword } from '../api/session'
import { paths } from '../paths'
import { FormError } from '../ui/Failure'
import { Door } from './Door'

const route = getRouteApi('/password/$token')

/** Sets the password that a link allows to set. */
export function PasswordPage() {
  const { token } = route.useParams()
  const [password, setTyped] = useState('')
  const [again, setAgain] = useState('')
  const differ = again !== '' && password !== again
  const client = useQueryClient()
  const navigate = useNavigate()
  const mutation = useMutation({
    mutationFn: () => setPassword(token, password),
    // The answer signs the owner of the link in.
    onSuccess: async () => {
      await client.fetchQuery({ ...sessionQuery, staleTime: 0 })
      await navigate(paths.home())
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    if (password === again) mutation.mutate()
  }
  return (
    <Door
      title="Set your password"
      lead="12 to 128 characters. Any characters; a sentence is easier to remember than a riddle."
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <PasswordInput
            visibilityToggleButtonProps={{ 'aria-label': 'Show what is typed' }}
            label="New password"
            autoComplete="new-password"
            required
            withAsterisk={false}
            minLength={12}
            maxLength={128}
            value={password}
            onChange={event => setTyped(event.currentTarget.value)}
            autoFocus
          />
          <PasswordInput
            visibilityToggleButtonProps={{ 'aria-label': 'Show what is typed' }}
            label="The same again"
            autoComplete="new-password"
            required
            withAsterisk={false}
            value={again}
            error={differ && 'The two differ.'}
            onChange={event => setAgain(event.currentTarget.value)}
          />
          <FormError error={mutation.error} />
          <Button type="submit" size="sm" fullWidth loading={mutation.isPending} disabled={differ}>
            Set password and sign in
          </Button>
        </Stack>
      </form>
    </Door>
  )
}
