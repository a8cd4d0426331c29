import { Button, Skeleton, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { roleWord } from '../api/me'
import { answerInvitation, invitationQuery } from '../api/session'
import { paths } from '../paths'
import { FormError, sentence } from '../ui/Failure'
import { Door } from './Door'

/**
 * Answers an invitation, to a group or an organization. The address only shows what is offered; the button decides, so
 * that a mail scanner that follows links accepts nothing.
 */
export function InvitationPage({ accept }: { accept: boolean }) {
  const { token = '' } = useParams({ strict: false })
  const { data: invitation, error } = useQuery(invitationQuery(token))
  const answer = useMutation({ mutationFn: (accepted: boolean) => answerInvitation(token, accepted) })

  if (error) {
    return (
      <Door title="This invitation cannot be answered" lead={sentence(error.message)}>
        <Text c="dimmed">
          A link is valid for 7 days, once, and a newer invitation ends it. Ask whoever invited you for
          another.
        </Text>
      </Door>
    )
  }
  if (!invitation) {
    return (
      <Door title="Invitation">
        <Skeleton height={16} mb="sm" />
        <Skeleton height={36} />
      </Door>
    )
  }
  const place = `${invitation.kind} ${invitation.name}`
  if (answer.isSuccess) {
    return answer.variables ? (
      <Door
        title={`Welcome to ${invitation.name}`}
        lead={`You belong to the ${place} now, as ${roleWord(invitation.role)}.`}
      >
        {answer.data.passwordUrl ? (
          <Button component="a" href={answer.data.passwordUrl} size="sm" fullWidth>
            Set a password to sign in
          </Button>
        ) : (
          <Button size="sm" fullWidth renderRoot={props => <Link {...paths.signIn()} {...props} />}>
            Go to ASM
          </Button>
        )}
      </Door>
    ) : (
      <Door title="Declined" lead={`You were not added to the ${place}. The invitation is used up.`}>
        {null}
      </Door>
    )
  }
  return (
    <Door
      title={accept ? `Join the ${place}?` : `Decline the invitation to the ${place}?`}
      lead={`${invitation.invitedBy ?? 'Somebody'} invites ${invitation.email ?? 'you'} as ${roleWord(invitation.role)}.`}
    >
      <Stack gap="sm">
        <FormError error={answer.error} />
        <Button
          size="sm"
          fullWidth
          color={accept ? undefined : 'red'}
          loading={answer.isPending}
          onClick={() => answer.mutate(accept)}
        >
          {accept ? 'Accept the invitation' : 'Decline the invitation'}
        </Button>
        <Button
          variant="subtle"
          color="gray"
          size="sm"
          fullWidth
          disabled={answer.isPending}
          onClick={() => answer.mutate(!accept)}
        >
          {accept ? 'Decline' : 'Accept instead'}
        </Button>
      </Stack>
    </Door>
  )
}
