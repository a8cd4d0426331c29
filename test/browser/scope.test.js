// What is assessed, the scans of it, and the keys that move through what they found.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { rowsOf, scene, signedIn, useWorld } from './support/browser.js'
import { project } from './support/world.js'

const stage = useWorld()

scene(stage, 'a root is added, edited, taken out with the count of what closes, and back in', async ({ world, open }) => {
  const context = await signedIn({ world, open }, world.administrator)
  const page = await context.newPage()
  await page.goto('/orgs/acme/groups/bank/scope')
  const roots = rowsOf(page, 'Roots of bank')
  const openOf = async () => {
    const { group } = await world.ask('{ group(groupName: "bank") { openVulnerabilities } }', {
      cookie: await world.signIn(world.administrator),
    })
    return group.openVulnerabilities
  }
  const act = async (nickname, what) => {
    await page.getByRole('button', { name: `Actions for ${nickname}` }).click()
    await page.getByRole('menuitem', { name: what, exact: true }).click()
  }

  await page.getByRole('button', { name: 'Add root' }).click()
  await page.getByRole('menuitem', { name: /IP/ }).click()
  await page.getByRole('textbox', { name: 'IP address' }).fill('192.0.2.77')
  await page.getByLabel('Nickname').fill('vault')
  await page.getByRole('dialog').getByRole('button', { name: 'Add root' }).click()
  await roots.filter({ hasText: '192.0.2.77' }).waitFor()

  await act('vault', 'Edit')
  await page.getByLabel('Nickname').fill('vault-2')
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await roots.filter({ hasText: 'vault-2' }).waitFor()

  const before = await openOf()
  assert.ok(before > 1)
  await act('bank-go', 'Deactivate')
  const dialog = page.getByRole('dialog', { name: 'Deactivate bank-go?' })
  await dialog.getByText(`${before} open locations on it will be closed`).waitFor()
  await dialog.getByRole('button', { name: 'Deactivate' }).click()
  await roots.filter({ hasText: 'bank-go' }).getByText('Inactive').waitFor()
  assert.equal(await openOf(), 0)

  await act('bank-go', 'Activate')
  await roots.filter({ hasText: 'bank-go' }).getByText('Active', { exact: true }).waitFor()
  assert.equal(await openOf(), 0, 'activating reopens nothing')
})

scene(stage, 'a dry run changes nothing, the import does, and both have a receipt that balances', async ({ world, open }) => {
  const cookie = await world.signIn(world.administrator)
  await world.ask(
    `mutation { addGitRoot(groupName: "intranet", url: "https://git.example/initech/intranet.git", branch: "main",
       environment: "production", nickname: "intranet", gitignore: [], includesHealthCheck: false) { rootId } }`,
    { cookie },
  )
  const count = async () =>
    (await world.ask('{ group(groupName: "intranet") { openVulnerabilities } }', { cookie })).group.openVulnerabilities
  const context = await signedIn({ world, open }, world.administrator)
  const page = await context.newPage()
  await page.goto('/orgs/initech/groups/intranet/vulns')
  await page.getByRole('button', { name: 'Import scan' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Import a scan into intranet' })

  await dialog.locator('input[type=file]').setInputFiles(join(project, 'examples/scans/mailer-go/v1/gosec.sarif'))
  await dialog.getByRole('switch', { name: 'Dry run' }).check()
  await dialog.getByRole('button', { name: 'Try it' }).click()
  const receipt = dialog.getByRole('region', { name: 'Receipt' })
  await receipt.getByText('nothing was changed').waitFor()
  const promised = await numbersOf(receipt)
  assert.ok(promised.created > 0)
  assert.equal(await count(), 0, 'a dry run creates nothing')

  await dialog.getByRole('button', { name: 'Import it for real' }).click()
  await receipt.getByText('nothing was changed').waitFor({ state: 'detached' })
  await dialog.getByRole('button', { name: 'Done' }).waitFor()
  const done = await numbersOf(receipt)
  assert.deepEqual(done, promised, 'what the dry run promised was done')
  assert.equal(await count(), done.created)
  await dialog.getByRole('button', { name: 'Done' }).click()
  await rowsOf(page, 'Findings of intranet').first().waitFor()

  await page.goto('/orgs/initech/groups/intranet/scope')
  await rowsOf(page, 'Scans of intranet').filter({ hasText: 'gosec.sarif' }).waitFor()
})

/** The numbers of a receipt by word; they must add up to what was read. */
async function numbersOf(receipt) {
  const read = Number((await receipt.getByText(/results? (was|were) read/).innerText()).match(/^[\d,]+/)[0].replaceAll(',', ''))
  const terms = await receipt.locator('dl > div').evaluateAll(lines =>
    lines.map(line => [
      line.querySelector('dt').firstChild.textContent.trim(),
      Number(line.querySelector('dd').textContent.replaceAll(',', '')),
    ]),
  )
  const { closed, 'would be closed': wouldClose, ...fates } = Object.fromEntries(terms)
  assert.equal(Object.values(fates).reduce((sum, n) => sum + n, 0), read, 'the receipt balances')
  return { ...fates, closed: closed ?? wouldClose }
}

scene(stage, 'keys move, select, open and go back', async ({ world, open }) => {
  const context = await signedIn({ world, open }, world.administrator)
  const page = await context.newPage()
  await page.goto('/orgs/acme/groups/web-shop/vulns')
  const rows = rowsOf(page, 'Findings of web-shop')
  await rows.nth(1).getByRole('link').waitFor()
  const isFocused = at => rows.nth(at).evaluate(row => row === document.activeElement)

  await page.keyboard.press('j')
  await page.keyboard.press('j')
  assert.ok(await isFocused(1), 'j moves down')
  await page.keyboard.press('k')
  assert.ok(await isFocused(0), 'k moves up')
  await page.keyboard.press('x')
  await rows.nth(0).getByRole('checkbox', { checked: true }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/vulns\/[^/]+\/locations/)
  await rowsOf(page, 'Locations').first().getByRole('link').waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('heading', { name: 'Story' }).waitFor()
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'detached' })
  await page.keyboard.press('Escape')
  await page.waitForURL('**/groups/web-shop/vulns')
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
})

scene(stage, 'a finding tells what it is, and its locations sort, filter and page by the address', async ({ world, open }) => {
  const context = await signedIn({ world, open }, world.administrator)
  const page = await context.newPage()
  await page.goto('/orgs/acme/groups/web-shop/vulns?sort=-open')
  const shown = rowsOf(page, 'Findings of web-shop')
  await shown.first().getByRole('link').waitFor()
  const titles = await shown.getByRole('link').allInnerTexts()
  const { group } = await world.ask(
    `{ group(groupName: "web-shop") { findingsConnection(first: 50, sort: {field: OPEN_VULNERABILITIES, order: DESC}) {
       edges { node { id title description severityVector openVulnerabilities closedVulnerabilities } } } } }`,
    { cookie: await world.signIn(world.administrator) },
  )
  const nodes = group.findingsConnection.edges.map(edge => edge.node)
  assert.deepEqual(titles.map(title => title.replace(/\s*new\s*$/i, '').trim()), nodes.map(node => node.title))

  const finding = nodes.find(node => node.closedVulnerabilities > 0 && node.openVulnerabilities > 0) ?? nodes[0]
  const address = `/orgs/acme/groups/web-shop/vulns/${finding.id}`
  await page.goto(`${address}/description`)
  await page.getByText(finding.description.split('\n')[0]).waitFor()
  await page.getByRole('link', { name: 'Severity', exact: true }).click()
  await page.getByText(finding.severityVector, { exact: true }).waitFor()
  await page.goto(`${address}/locations?state=VULNERABLE&sort=where`)
  const rows = rowsOf(page, 'Locations')
  await rows.first().getByRole('link').waitFor()
  assert.equal(await rows.count(), Math.min(finding.openVulnerabilities, 50))
  await page.getByRole('button', { name: /Clear filter/ }).click()
  await page.waitForURL(url => !url.search.includes('state'))
  assert.equal(await page.getByRole('columnheader', { name: 'Where' }).getAttribute('aria-sort'), 'ascending')

  const most = nodes.toSorted((a, b) => allOf(b) - allOf(a))[0]
  assert.ok(allOf(most) > 50 && allOf(most) <= 100, 'the demo has a finding with two pages of locations')
  await page.goto(`/orgs/acme/groups/web-shop/vulns/${most.id}/locations`)
  await page.getByText(`1–50 of ${allOf(most)}`).waitFor()
  const onFirst = await rows.first().getByRole('link').getAttribute('href')
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByText(`51–${allOf(most)} of ${allOf(most)}`).waitFor()
  await page.reload()
  await page.getByText(`51–${allOf(most)} of ${allOf(most)}`).waitFor()
  assert.equal(await rows.count(), allOf(most) - 50)
  await page.getByRole('button', { name: 'Previous' }).click()
  await page.getByText(`1–50 of ${allOf(most)}`).waitFor()
  assert.equal(await rows.first().getByRole('link').getAttribute('href'), onFirst)
})

function allOf(finding) {
  return finding.openVulnerabilities + finding.closedVulnerabilities
}
