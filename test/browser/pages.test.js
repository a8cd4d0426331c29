// Every page in light and dark and at the width of a phone: nothing complains, nothing is hard to reach, nothing overflows.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { scene, signedIn, useWorld } from './support/browser.js'
import { project } from './support/world.js'

const stage = useWorld()
const screenshots = join(project, 'test-output', 'screenshots')
mkdirSync(screenshots, { recursive: true })

/** The addresses of the pages, by the name of their picture. */
async function pagesOf(world) {
  const token = await world.token(world.administrator, { name: `pages ${Math.random()}` })
  const { group } = await world.ask(
    '{ group(groupName: "web-shop") { findingsConnection(first: 1, sort: {field: OPEN_VULNERABILITIES}) { edges { node { id vulnerabilitiesConnection(first: 1) { edges { node { id } } } } } } } }',
    { token },
  )
  await world.ask('mutation { invalidateAccessToken { success } }', { token })
  const finding = group.findingsConnection.edges[0].node
  const vulns = '/orgs/acme/groups/web-shop/vulns'
  return {
    home: '/home',
    groups: '/orgs/acme/groups',
    'organization-members': '/orgs/acme/members',
    findings: '/orgs/acme/groups/bank/vulns',
    locations: `${vulns}/${finding.id}/locations`,
    location: `${vulns}/${finding.id}/locations/${finding.vulnerabilitiesConnection.edges[0].node.id}`,
    description: `${vulns}/${finding.id}/description`,
    severity: `${vulns}/${finding.id}/severity`,
    scope: '/orgs/acme/groups/web-shop/scope',
    members: '/orgs/acme/groups/web-shop/members',
    empty: '/orgs/initech/groups/intranet/vulns',
    tokens: '/user/tokens',
    sessions: '/user/sessions',
    users: '/admin/users',
    jobs: '/admin/jobs',
    playground: '/api',
  }
}

const looks = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  phone: { colorScheme: 'light', viewport: { width: 360, height: 740 } },
}

for (const [look, options] of Object.entries(looks)) {
  scene(stage, `every page is whole and accessible: ${look}`, async ({ world, open }) => {
    const addresses = Object.entries(await pagesOf(world))
    const context = await signedIn({ world, open }, world.administrator, options)
    const page = await context.newPage()
    for (const [name, address] of addresses) {
      await page.goto(address)
      await page.waitForLoadState('networkidle')
      if (name === 'playground') await page.locator('.monaco-editor').first().waitFor()
      await page.screenshot({ path: join(screenshots, `${name}-${look}.png`) })

      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      assert.ok(width <= options.viewport.width, `${name} is ${width} px wide`)
      // The playground's editor is another project's; what is around it is ours.
      const audit = new AxeBuilder({ page }).exclude('.monaco-editor').exclude('.graphiql-container')
      const { violations } = await audit.analyze()
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      assert.deepEqual(
        serious.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' ').slice(0, 300)}`),
        [],
        `accessibility of ${name}`,
      )
    }
  })
}

scene(stage, 'pages do not shift while they load, and the first is light', async ({ world, open }) => {
  const context = await signedIn({ world, open }, world.administrator, looks.light)
  const page = await context.newPage()
  const scripts = []
  page.on('response', async response => {
    if (new URL(response.url()).pathname.endsWith('.js')) scripts.push(response.request().sizes().then(({ responseBodySize }) => responseBodySize))
  })
  await context.addInitScript(() => {
    window.shifted = 0
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value
    }).observe({ type: 'layout-shift', buffered: true })
  })

  await page.goto('/home')
  await page.waitForLoadState('networkidle')
  const bytes = (await Promise.all(scripts)).reduce((sum, size) => sum + size, 0)

  assert.ok(bytes > 0 && bytes < 250_000, `the first page's scripts are ${bytes} bytes`)
  for (const address of ['/home', '/orgs/acme/groups/bank/vulns', '/user/tokens']) {
    await page.goto(address)
    await page.waitForLoadState('networkidle')
    const shifted = await page.evaluate(() => window.shifted)
    assert.ok(shifted < 0.1, `${address} shifted by ${shifted}`)
  }
})

scene(stage, 'what one may not do is shown disabled, with the reason', async ({ world, open }) => {
  const context = await signedIn({ world, open }, 'user@demo.example', looks.light)
  const page = await context.newPage()

  await page.goto('/orgs/acme/groups/bank/vulns')

  const button = page.getByRole('button', { name: 'Import scan' })
  await button.waitFor()
  assert.ok((await button.isDisabled()) || (await button.getAttribute('data-disabled')) || (await button.getAttribute('aria-disabled')) === 'true')
})

scene(stage, 'a person who is invited sets a password and comes in', async ({ world, open }) => {
  const { grantStakeholderAccess } = await world.ask(
    'mutation { grantStakeholderAccess(groupName: "bank", email: "new@acme.example", role: USER) { invitationUrl } }',
    { token: await world.token(world.administrator, { name: 'invite' }) },
  )
  const context = await open(looks.light)
  context.complaints.expect(/401 \(Unauthorized\)/)
  const page = await context.newPage()

  await page.goto(new URL(grantStakeholderAccess.invitationUrl).pathname)
  await page.getByRole('button', { name: /^Accept/ }).click()
  await page.getByRole('link', { name: 'Set a password to sign in' }).click()
  await page.getByLabel('New password').fill('a password of my own')
  await page.getByLabel('The same again').fill('a password of my own')
  await page.getByRole('button', { name: 'Set password and sign in' }).click()
  await page.getByRole('button', { name: 'Accept and continue' }).click()

  await page.getByText('bank').first().waitFor()
})

scene(stage, 'search and keys lead to a finding', async ({ world, open }) => {
  const context = await signedIn({ world, open }, world.administrator, looks.light)
  const page = await context.newPage()
  await page.goto('/home')
  await page.getByRole('table').locator('tbody').getByRole('row').first().waitFor()

  await page.keyboard.press('ControlOrMeta+K')
  await page.getByRole('dialog').getByRole('combobox').or(page.getByRole('dialog').getByRole('textbox')).or(page.getByRole('dialog').getByRole('searchbox')).first().fill('weak hash')
  await page.getByRole('dialog').getByText('Weak hash function').first().waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/vulns\//)

  await page.goto('/orgs/acme/groups/bank/vulns')
  await page.getByRole('table').locator('tbody').getByRole('row').first().waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/vulns\/.+\/locations/)
})
