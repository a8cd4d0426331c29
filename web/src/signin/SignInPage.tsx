import { Alert } from '@mantine/core'
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { sessionQuery } from '../api/session'
import { returnPath } from '../paths'
import { sentence } from '../ui/Failure'
import { SignInForm } from '../ui/SignInForm'
import { Door } from './Door'

const route = getRouteApi('/')

/** Signing in; afterwards the page that was wanted, else Home. */
export function SignInPage() {
  const { return: wanted, problem } = route.useSearch()
  const { data: session } = useSuspenseQuery(sessionQuery)
  const client = useQueryClient()
  const router = useRouter()
  const returnTo = returnPath(wanted)

  async function go() {
    await client.fetchQuery({ ...sessionQuery, staleTime: 0 })
    // The playground is a page of its own, outside of the app's routes.
    if (returnTo === '/api' || returnTo.startsWith('/api?')) {
      window.location.assign(returnTo)
      return
    }
    router.history.replace(returnTo)
  }

  return (
    <Door title="Sign in to ASM" lead="Weaknesses of your systems, from report to proven fix.">
      {problem && (
        <Alert color="red" mb="md" role="alert">
          {sentence(problem)}
        </Alert>
      )}
      {session.firstAdministrator && (
        <Alert mb="md" title="Nobody has an account yet">
          The link with which the first administrator sets a password was printed where ASM was started, and
          is in its log.
        </Alert>
      )}
      <SignInForm
        email=""
        issuers={session.issuers}
        demo={session.demo}
        returnTo={returnTo}
        onSignedIn={go}
      />
    </Door>
  )
}
