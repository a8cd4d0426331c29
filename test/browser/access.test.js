// Who comes in, how long, and how it is taken back: sessions, invitations, members, and tokens whose ground is gone.
import assert from 'node:assert/strict'
import { fillSignIn, rowsOf, scene, signedIn, useWorld } from './support/browser.js'

const stage = useWorld()

/** Every way in that reads a credential, asked with a token. */
async function refusals(world, token) {
  const bearer = { Authorization: `Bearer ${token}` }
  const form = new FormData()
  form.set('operations', JSON.stringify({ query: '{ me { userEmail } }' }))
  form.set('map', '{}')
  const answers = {
    post: world.post('{ me { userEmail } }', { token }),
    get: fetch(`${world.url}/api?query=${encodeURIComponent('{ me { userEmail } }')}`, {
      headers: { ...bearer, Accept: 'application/json' },
    }).then(response => response.json()),
    mutation: world.post('mutation { acceptLegal(remember: true) { success } }', { token }),
    multipart: fetch(`${world.url}/api`, { method: 'POST', headers: bearer, body: form }).then(r => r.json()),
  }
  const messages = {}
  for (const [route, answer] of Object.entries(answers)) messages[route] = (await answer).errors?.[0].message
  messages.session = (await fetch(`${world.url}/session`, { headers: bearer })).status
  return messages
}

const refused = message => ({ post: message, get: message, mutation: message, multipart: message, session: 401 })

scene(stage, 'a token that was replaced or revoked, or whose owner may not come in, is refused on every route', async ({ world }) => {
  const replaced = await world.token('reviewer@demo.example')
  const end = Math.floor((await world.now()).getTime() / 1000) + 3600
  const { updateAccessToken } = await world.ask(
    'mutation ($end: Int!) { updateAccessToken(expirationTime: $end) { sessionJwt } }',
    { variables: { end }, token: replaced },
  )
  const revoked = updateAccessToken.sessionJwt
  assert.deepEqual(await refusals(world, replaced), refused('Login required'), 'replaced')

  await world.ask('mutation { invalidateAccessToken { success } }', { cookie: await world.signIn('reviewer@demo.example') })
  assert.deepEqual(await refusals(world, revoked), refused('Login required'), 'revoked')

  const bystander = await world.token('hacker@demo.example')
  await world.deactivate('hacker@demo.example')
  assert.deepEqual(await refusals(world, bystander), refused('Login required'), 'owner deactivated')

  const forged = `${revoked.slice(0, -8)}AAAAAAAA`
  assert.deepEqual(await refusals(world, forged), refused('Login required'), 'forged')
})

scene(stage, 'a token is refused on every route from its expiration on', async ({ world }) => {
  const token = await world.token('resourcer@demo.example', { seconds: 300 })
  await world.advance(298)
  assert.equal((await world.ask('{ me { userEmail } }', { token })).me.userEmail, 'resourcer@demo.example')

  await world.advance(2)

  assert.deepEqual(await refusals(world, token), refused('Exception - User token has expired'))
})

scene(stage, 'signing in a second time is told, and the other session can be ended from afar', async ({ world, open }) => {
  const email = 'vulnerability_manager@demo.example'
  const first = await signedIn({ world, open }, email)
  first.complaints.expect(/401 \(Unauthorized\)/)
  const elsewhere = await first.newPage()
  await elsewhere.goto('/home')
  await elsewhere.getByRole('heading', { name: 'Home' }).waitFor()
  const second = await open()
  second.complaints.expect(/401 \(Unauthorized\)/)
  const page = await second.newPage()
  await page.goto('/user/sessions')
  await fillSignIn(page, email, world.password)
  await page.getByText('You were already signed in somewhere else').waitFor()
  await page.getByRole('button', { name: 'That was me' }).click()
  await page.getByText('You were already signed in somewhere else').waitFor({ state: 'detached' })
  const own = rowsOf(page, 'Sessions').filter({ hasText: 'This one' })
  await own.waitFor()
  assert.equal(await own.getByRole('button', { name: 'End' }).count(), 0, 'one does not end the session one is in')

  await page.getByRole('button', { name: 'End all others' }).click()
  await page.getByText('Every other session was ended.').waitFor()
  await rowsOf(page, 'Sessions').nth(1).waitFor({ state: 'detached' })

  await elsewhere.getByRole('link', { name: 'Groups', exact: true }).click()
  await elsewhere.getByRole('dialog', { name: 'Your session has ended' }).waitFor()
})

scene(stage, 'a session that ends lays the way back in over the page, and what was typed stays', async ({ world, open }) => {
  const context = await open()
  context.complaints.expect(/401 \(Unauthorized\)/)
  const page = await context.newPage()
  await page.clock.install({ time: await world.now() })
  await page.goto('/orgs/acme/groups?create=true')
  await fillSignIn(page, 'customer_manager@demo.example', world.password)
  await page.waitForURL('**/orgs/acme/groups**')
  const notice = page.getByRole('button', { name: 'Accept and continue' })
  await notice.click()
  await notice.waitFor({ state: 'detached' })
  await page.getByLabel('Description').fill('half a thought')

  await world.advance(36 * 60)
  await page.clock.fastForward(36 * 60 * 1000)
  await page.getByText(/Your session ends in/).waitFor()
  await world.advance(5 * 60)
  await page.clock.fastForward(5 * 60 * 1000)
  const ended = page.getByRole('dialog', { name: 'Your session has ended' })
  await ended.getByLabel('Password', { exact: true }).fill(world.password)
  await ended.getByRole('button', { name: 'Sign in', exact: true }).click()
  await ended.waitFor({ state: 'detached' })

  assert.equal(await page.getByLabel('Description').inputValue(), 'half a thought')
})

scene(stage, 'a member is invited, shown as pending, and the invitation withdrawn', async ({ world, open }) => {
  const context = await signedIn({ world, open }, 'user_manager@demo.example')
  const page = await context.newPage()
  await page.goto('/orgs/acme/groups/bank/members')
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  await page.getByLabel('Email').fill('guest@acme.example')
  await page.getByRole('dialog').getByRole('button', { name: 'Invite', exact: true }).click()
  const link = await page.getByLabel('Invitation link').inputValue()
  await page.getByRole('button', { name: 'Done' }).click()
  const guest = rowsOf(page, 'Members of the group bank').filter({ hasText: 'guest@acme.example' })
  await guest.getByText('Pending').waitFor()

  await guest.getByRole('button', { name: 'Actions for guest@acme.example' }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  await page.getByRole('button', { name: 'Withdraw the invitation' }).click()
  await guest.waitFor({ state: 'detached' })

  const stranger = await open()
  stranger.complaints.expect(/\b40\d \(/)
  const door = await stranger.newPage()
  await door.goto(new URL(link).pathname)
  await door.getByRole('heading', { name: 'This invitation cannot be answered' }).waitFor()
})
