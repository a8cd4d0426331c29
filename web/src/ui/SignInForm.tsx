import { Anchor, Button, Divider, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type Issuer, issuerAddress, signIn } from '../api/session'
import { FormError } from './Failure'

interface SignInFormProps {
  email: string
  issuers: readonly Issuer[]
  demo: boolean
  /** "_blank" where the page must stay: the issuer then opens beside it. */
  issuerTarget?: '_blank'
  returnTo: string
  onSignedIn: () => Promise<void> | void
}

/** Mail address and password, and the other ways in. */
export function SignInForm({
  email: known,
  issuers,
  demo,
  issuerTarget,
  returnTo,
  onSignedIn,
}: SignInFormProps) {
  const [email, setEmail] = useState(known)
  const [password, setPassword] = useState('')
  const mutation = useMutation({
    mutationFn: () => signIn(email.trim(), password),
    onSuccess: async () => {
      setPassword('')
      await onSignedIn()
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    mutation.mutate()
  }
  return (
    <Stack gap="md">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label="Email"
            name="email"
            type="email"
            autoComplete="username"
            required
            withAsterisk={false}
            value={email}
            onChange={event => setEmail(event.currentTarget.value)}
            data-autofocus={known === '' || undefined}
            autoFocus={known === ''}
          />
          <PasswordInput
            visibilityToggleButtonProps={{ 'aria-label': 'Show what is typed' }}
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={event => setPassword(event.currentTarget.value)}
            data-autofocus={known !== '' || undefined}
          />
          <FormError error={mutation.error} />
          <Button type="submit" size="sm" fullWidth loading={mutation.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
      {issuers.length > 0 && (
        <>
          <Divider label="or" />
          {issuers.map(issuer => (
            <Button
              key={issuer.id}
              component="a"
              href={issuerAddress(issuer.id, returnTo)}
              target={issuerTarget}
              variant="default"
              size="sm"
              fullWidth
            >
              Continue with {issuer.name}
            </Button>
          ))}
          {issuerTarget && (
            <Text size="xs" c="dimmed">
              It opens in another tab; come back to this one when you are signed in.
            </Text>
          )}
        </>
      )}
      {demo && (
        <Text size="xs" c="dimmed" ta="center">
          This is a demo. Its people and passwords were printed where it was started.
        </Text>
      )}
      <Text size="xs" c="dimmed" ta="center">
        No account, or the password forgotten? An administrator makes you a link.{' '}
        <Anchor href="/docs/" size="xs" underline="always" target={issuerTarget}>
          How to get access
        </Anchor>
      </Text>
    </Stack>
  )
}
