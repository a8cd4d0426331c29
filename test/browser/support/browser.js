import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { chromium } from 'playwright-core'
import { startWorld } from './world.js'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const places = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

function findChromium() {
  for (const name of [process.env.ASM_CHROMIUM, ...names].filter(Boolean)) {
    try {
      return execFileSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' }).trim()
    } catch {
      // Not under this name.
    }
  }
  const found = places.find(place => existsSync(place))
  if (!found) throw new Error('No Chromium was found. Install it, or name its program in ASM_CHROMIUM.')
  return found
}

/** What a page did that no page of ours may do, gathered for the whole life of a browser context. */
class Complaints {
  #all = []
  #expected = []

  add(complaint) {
    if (!this.#expected.some(pattern => pattern.test(complaint))) this.#all.push(complaint)
  }

  /** Lets pass what a test provokes on purpose. */
  expect(pattern) {
    this.#expected.push(pattern)
  }

  check() {
    assert.deepEqual(this.#all, [], 'pages complained, or asked another machine')
  }
}

/**
 * A world and a browser for the tests of one file. Each test gets pages of its own; afterwards every one of its contexts
 * must be free of console errors, policy violations and requests to another host. A failure prints the server's log.
 */
export function useWorld() {
  const stage = { world: null, browser: null }
  before(async () => {
    stage.world = await startWorld()
    stage.browser = await chromium.launch({
      executablePath: findChromium(),
      args: [
        '--disable-gpu',
        '--disable-background-networking',
        '--no-first-run',
        '--disable-component-update',
        '--disable-sync',
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ],
    })
  })
  after(async () => {
    await stage.browser?.close()
    await stage.world?.stop()
  })
  return stage
}

/** Declares a test that is handed a world and a way to open browser contexts in it. */
export function scene(stage, name, act) {
  test(name, { timeout: 90_000 }, async () => {
    const { world, browser } = stage
    const opened = []
    const open = async options => {
      const context = await watched(browser, world, options)
      opened.push(context)
      return context
    }
    try {
      await act({ world, open })
      for (const context of opened) context.complaints.check()
    } catch (error) {
      error.message += `\n\nThe server's log ends so:\n${await world.log()}`
      const shown = opened.flatMap(context => context.pages())
      for (const page of shown) error.message += `\nOpen: ${page.url()}\n${await whatIsShown(page)}`
      throw error
    } finally {
      for (const context of opened) await context.close()
    }
  })
}

async function whatIsShown(page) {
  try {
    return await page.locator('body').ariaSnapshot({ timeout: 1000 })
  } catch {
    return '(nothing)'
  }
}

/** Opens a context in which nothing may leave the machine and nothing may complain. */
async function watched(browser, world, options) {
  const context = await browser.newContext({ baseURL: world.url, locale: 'en-GB', reducedMotion: 'reduce', ...options })
  const complaints = new Complaints()
  context.complaints = complaints
  context.setDefaultTimeout(10_000)
  const own = new URL(world.url).host
  await context.route(
    url => !['data:', 'blob:'].includes(url.protocol) && url.host !== own,
    route => {
      complaints.add(`request to ${route.request().url()}`)
      return route.abort()
    },
  )
  context.on('console', message => {
    if (message.type() === 'error') complaints.add(`console: ${message.text()} (${message.location().url})`)
  })
  context.on('weberror', event => complaints.add(`thrown: ${event.error().stack}`))
  await context.exposeBinding('tellViolation', (_source, what) => complaints.add(`policy: ${what}`))
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', event =>
      window.tellViolation(`${event.violatedDirective} ${event.blockedURI}`),
    )
  })
  return context
}

/** Fills in the sign-in form of the page that is shown. */
export async function fillSignIn(page, email, password) {
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** Opens a context whose session is there already, and in which the legal notice was accepted for good. */
export async function signedIn({ world, open }, email, options) {
  const cookie = await world.signIn(email)
  await world.ask('mutation { acceptLegal(remember: true) { success } acknowledgeConcurrentSession { success } }', {
    cookie,
  })
  const context = await open(options)
  const [name, value] = cookie.split('=')
  await context.addCookies([{ name, value, url: world.url, httpOnly: true, sameSite: 'Lax' }])
  return context
}

/** The rows of a table, without its head. */
export function rowsOf(page, table) {
  return page.getByRole('table', { name: table }).locator('tbody').getByRole('row')
}
