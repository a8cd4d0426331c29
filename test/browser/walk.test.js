// The walk of a new user: sign in, look around, explore the API, make a token, let a script do the work, take it back.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fillSignIn, scene, signedIn, useWorld } from './support/browser.js'
import { project } from './support/world.js'

const stage = useWorld()
const day = 24 * 3600

/** What the server refuses a caller whose credential is over; every route of the API answers it so. */
const loginRequired = 'Login required'

/** Runs the query of the playground's current tab and answers what it shows. */
async function run(page) {
  await page.getByRole('button', { name: /^Execute query/ }).click()
  const answer = page.getByRole('region', { name: 'Result Window' }).or(page.locator('.result-window'))
  return answer.first()
}

/** Replaces the text of one of the playground's editors. */
async function type(page, editor, text) {
  await editor.click()
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.press('Delete')
  await page.keyboard.insertText(text)
}

const queryEditor = page => page.locator('.graphiql-query-editor .monaco-editor, .graphiql-editor .monaco-editor').first()

/** Writes the playground's settings as its user does. */
async function setCredentials(page, value) {
  await page.getByRole('button', { name: 'Settings', exact: true }).click()
  await page.getByLabel('Settings as JSON').fill(JSON.stringify({ 'request.credentials': value }))
  await page.getByRole('button', { name: 'Save settings' }).click()
}

scene(stage, 'signing in leads to groups, findings and locations with counts that are right', async ({ world, open }) => {
  const context = await open()
  context.complaints.expect(/401 \(Unauthorized\)/)
  const page = await context.newPage()

  await page.goto('/orgs/acme/groups/bank/vulns')
  await fillSignIn(page, world.administrator, world.password)
  await page.getByRole('button', { name: 'Accept and continue' }).click()
  await page.waitForURL('**/orgs/acme/groups/bank/vulns')
  const token = await world.token(world.administrator)
  const { group } = await world.ask(
    `{ group(groupName: "bank") { openVulnerabilities openFindings findingsConnection(first: 1) { total edges { node { id title openVulnerabilities } } }
       vulnerabilities(first: 1000, stateStatus: "VULNERABLE") { total edges { node { id } } } } }`,
    { token },
  )

  assert.equal(group.openVulnerabilities, group.vulnerabilities.edges.length, 'the counter is what counting gives')
  assert.equal(group.vulnerabilities.total, group.openVulnerabilities)
  const worst = group.findingsConnection.edges[0].node
  await page.getByText(worst.title).first().waitFor()

  await page.goto('/home')
  const bank = page.getByRole('row').filter({ hasText: 'bank' }).first()
  await bank.getByText(String(group.openVulnerabilities), { exact: true }).waitFor()

  await page.goto(`/orgs/acme/groups/bank/vulns/${worst.id}/locations`)
  await page.getByRole('heading', { name: worst.title }).waitFor()
  await page.getByText(`${worst.openVulnerabilities} open`, { exact: false }).first().waitFor()
})

scene(stage, 'the playground obeys its settings and keeps tabs and queries', async ({ world, open }) => {
  const context = await signedIn({ world, open }, world.administrator)
  const page = await context.newPage()
  await page.goto('/api')
  await page.getByText(world.administrator).waitFor()

  await setCredentials(page, 'omit')
  await (await run(page)).getByText(loginRequired).waitFor()
  await setCredentials(page, 'include')
  await page.getByRole('button', { name: /(New|Add) tab/ }).click()
  await type(page, queryEditor(page), '{ me { userEmail role } }')
  await (await run(page)).getByText(world.administrator).waitFor()

  await page.reload()
  await queryEditor(page).getByText('role').waitFor()
  assert.equal(await page.getByRole('tab').count() >= 2, true, 'both tabs are there after a reload')
  await page.getByRole('button', { name: 'Settings', exact: true }).click()
  assert.match(await page.getByLabel('Settings as JSON').inputValue(), /"include"/)
})

scene(stage, 'after 40 minutes the playground says how to go on, and the query is still there', async ({ world, open }) => {
  const context = await signedIn({ world, open }, 'hacker@demo.example')
  context.complaints.expect(/401 \(Unauthorized\)/)
  const page = await context.newPage()
  await page.goto('/api')
  await type(page, queryEditor(page), '{ me { userEmail callerOrigin } }')
  await (await run(page)).getByText('hacker@demo.example').waitFor()

  await world.advance(40 * 60)
  await (await run(page)).getByText(loginRequired).waitFor()
  await page.getByRole('link', { name: 'Sign in' }).click()
  await fillSignIn(page, 'hacker@demo.example', world.password)
  await page.waitForURL('**/api')

  await queryEditor(page).getByText('callerOrigin').waitFor()
  await (await run(page)).getByText('hacker@demo.example').waitFor()
})

scene(stage, 'a token is made in the API dialog, shown once, and revoked', async ({ world, open }) => {
  const context = await signedIn({ world, open }, world.administrator)
  const page = await context.newPage()
  await page.goto('/home')
  await page.getByRole('button', { name: 'API', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'API' })

  await dialog.getByRole('button', { name: 'New token' }).click()
  await dialog.getByLabel('Name').fill('walk')
  await dialog.getByText('Last possible day').click()
  await dialog.getByRole('button', { name: 'Proceed' }).click()
  const token = await dialog.getByLabel('Access Token').inputValue()
  await dialog.getByText('This is the only time that the token is shown').waitFor()
  const { me } = await world.ask('{ me { userEmail } }', { token })
  assert.equal(me.userEmail, world.administrator)
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]))
  assert.ok(!kept.includes(token), 'no token is kept by the browser')

  await dialog.getByRole('button', { name: 'Done' }).click()
  await dialog.getByRole('row').filter({ hasText: 'walk' }).waitFor()
  // The server notes a use within a second.
  let used = null
  while (!used) {
    used = (await world.ask('{ me { accessTokens { name lastUseAddress } } }', { token })).me.accessTokens.find(({ name }) => name === 'walk').lastUseAddress
  }
  await page.goto('/user/tokens')
  await page.getByRole('row').filter({ hasText: 'walk' }).getByText(used).waitFor()
  await page.getByRole('button', { name: 'Revoke walk' }).click()
  await page.getByRole('dialog', { name: /Revoke walk/ }).getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('walk was revoked').waitFor()
  const { errors } = await world.post('{ me { userEmail } }', { token })
  assert.equal(errors[0].message, loginRequired)
})

scene(stage, 'every date on offer is accepted', async ({ world, open }) => {
  const context = await signedIn({ world, open }, 'architect@demo.example')
  const page = await context.newPage()
  await page.goto('/user/tokens')
  await page.getByRole('button', { name: 'New token' }).first().click()
  const field = page.getByLabel('Expiration date')
  const [first, last] = [await field.getAttribute('min'), await field.getAttribute('max')]
  await page.getByRole('button', { name: 'Cancel' }).click()
  const between = new Date((Date.parse(first) + Date.parse(last)) / 2).toISOString().slice(0, 10)

  for (const date of [first, between, last]) {
    await page.getByRole('button', { name: 'New token' }).first().click()
    await page.getByLabel('Name').fill(`until ${date}`)
    await page.getByLabel('Expiration date').fill(date)
    await page.getByRole('button', { name: 'Proceed' }).click()
    await page.getByLabel('Access Token').waitFor()
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByText(`until ${date}`).first().waitFor()
  }
})

scene(stage, 'a token from the playground serves in HTTP HEADERS with credentials on omit', async ({ world, open }) => {
  const context = await signedIn({ world, open }, 'user_manager@demo.example')
  const page = await context.newPage()
  await page.goto('/api')
  const end = Math.floor((await world.now()).getTime() / 1000) + 30 * day
  await type(page, queryEditor(page), `mutation { updateAccessToken(expirationTime: ${end}) { sessionJwt } }`)
  const answered = page.waitForResponse(response => response.url().endsWith('/api') && response.request().method() === 'POST' && response.request().postData().includes('updateAccessToken'))
  await run(page)
  const { data } = await (await answered).json()

  await setCredentials(page, 'omit')
  await page.getByRole('tab', { name: 'HTTP HEADERS' }).or(page.getByRole('button', { name: 'HTTP HEADERS' })).first().click()
  await type(page, page.locator('.graphiql-editor-tool .monaco-editor:visible').first(), JSON.stringify({ Authorization: `Bearer ${data.updateAccessToken.sessionJwt}` }))
  await type(page, queryEditor(page), 'mutation { acceptLegal(remember: true) { success } }')

  await (await run(page)).getByText('true').waitFor()
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }))
  assert.ok(!kept.includes(data.updateAccessToken.sessionJwt), 'no token is kept by the playground')
})

scene(stage, 'a script does with a token what the app did, and no more than its owner may', async ({ world }) => {
  const token = await world.token(world.administrator)
  await world.ask('mutation { addGroup(organizationName: "acme", groupName: "payroll", description: "Pays the staff.") { success } }', { token })
  await world.ask(
    `mutation { addGitRoot(groupName: "payroll", url: "https://git.example/acme/payroll.git", branch: "main", environment: "production",
       gitignore: [], includesHealthCheck: false) { rootId } }`,
    { token },
  )
  const file = readFileSync(join(project, 'examples/scans/mailer-go/v1/gosec.sarif'))
  const importScan = `mutation ($file: Upload!) { importScan(groupName: "payroll", rootNickname: "payroll", file: $file) {
    receipt { read created unchanged closed } } }`

  const first = await world.send(importScan, { file, name: 'gosec.sarif', token })
  const again = await world.send(importScan, { file, name: 'gosec.sarif', token })
  const { group } = await world.ask('{ group(groupName: "payroll") { openVulnerabilities findings { title openVulnerabilities } } }', { token })
  const invited = await world.ask(
    'mutation { grantStakeholderAccess(groupName: "payroll", email: "colleague@acme.example", role: USER) { invitationUrl } }',
    { token },
  )

  const { created } = first.data.importScan.receipt
  assert.ok(created > 0)
  assert.equal(again.data.importScan.receipt.created + again.data.importScan.receipt.closed, 0, 'the same scan changes nothing')
  assert.equal(group.openVulnerabilities, created)
  assert.match(invited.grantStakeholderAccess.invitationUrl, /\/confirm_access\//)
  const stranger = await world.post('{ group(groupName: "payroll") { name } }', { token: await world.token('user@demo.example') })
  assert.equal(stranger.errors[0].message, 'Access denied')
})

scene(stage, 'a scan is imported in the app, first to try and then for good', async ({ world, open }) => {
  const context = await signedIn({ world, open }, world.administrator)
  const page = await context.newPage()
  await page.goto('/orgs/initech/groups/mailer/vulns')
  await page.getByRole('button', { name: 'Import scan' }).click()
  const dialog = page.getByRole('dialog', { name: /Import/ })

  await dialog.locator('input[type=file]').setInputFiles(join(project, 'examples/scans/mailer-go/v4/gosec.sarif'))
  await dialog.getByRole('switch', { name: 'Dry run' }).check({ force: true })
  await dialog.getByRole('button', { name: 'Try it' }).click()
  await dialog.getByRole('button', { name: 'Import it for real' }).click()
  await dialog.getByRole('button', { name: 'Done' }).waitFor()

  await dialog.getByText(/unchanged/i).first().waitFor()
  const { group } = await world.ask('{ group(groupName: "mailer") { scans(first: 1) { edges { node { receipt { created closed unchanged read } } } } } }', {
    token: await world.token(world.administrator, { name: 'scans' }),
  })
  const { receipt } = group.scans.edges[0].node
  assert.equal(receipt.unchanged, receipt.read, 'the newest scan once more changes nothing')
})

scene(stage, 'from its end a token is refused everywhere', async ({ world }) => {
  const short = await world.token('reviewer@demo.example', { name: 'short', seconds: 600 })
  await world.ask('{ me { userEmail } }', { token: short })

  await world.advance(600)

  const { errors } = await world.post('{ me { userEmail } }', { token: short })
  assert.equal(errors[0].message, 'Exception - User token has expired')
  const session = await fetch(`${world.url}/session`, { headers: { Authorization: `Bearer ${short}` } })
  assert.equal(session.status, 401)
})

scene(stage, 'lists filter, sort and page on the server, by their address', async ({ world, open }) => {
  const context = await signedIn({ world, open }, world.administrator)
  const page = await context.newPage()
  const asked = []
  page.on('request', request => request.method() === 'POST' && request.url().endsWith('/api') && asked.push(request.postData()))
  await page.goto('/orgs/acme/groups/bank/vulns')
  // A row that is still to come has no link yet.
  const rows = page.getByRole('table').locator('tbody').getByRole('row').filter({ has: page.getByRole('link') })
  await rows.first().waitFor()

  const all = await rows.count()
  await page.getByPlaceholder('Search findings').fill('hash')
  await page.waitForURL(/hash/)
  await rows.nth(all - 1).waitFor({ state: 'detached' })
  const found = await rows.count()

  assert.ok(asked.some(body => body.includes('hash')), 'the server was asked to search')
  assert.ok(found > 0)
  await page.reload()
  await rows.nth(found - 1).waitFor()
  assert.equal(await rows.count(), found)
})
