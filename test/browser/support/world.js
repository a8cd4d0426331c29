import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const project = fileURLToPath(new URL('../../../', import.meta.url))

/**
 * Starts an installation of its own with the demo's world: see world/main.go. It ends with this process.
 * @returns {Promise<World>}
 */
export async function startWorld() {
  const program = join(project, 'test-output', 'world')
  execFileSync('go', ['build', '-o', program, './test/browser/world'], {
    cwd: project,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) {
    return new World(child, JSON.parse(line))
  }
  throw new Error('The world ended before it was ready; what it said stands above.')
}

/** A running installation, its clock, and a way to ask its API as a program would. */
export class World {
  #child

  constructor(child, { url, control, administrator, password }) {
    this.#child = child
    this.url = url
    this.control = control
    this.administrator = administrator
    this.password = password
  }

  /** Moves the server's clock forward. */
  async advance(seconds) {
    const response = await fetch(`${this.control}/advance`, {
      method: 'POST',
      body: JSON.stringify({ seconds }),
    })
    if (!response.ok) throw new Error(await response.text())
    return new Date((await response.json()).now)
  }

  /** Keeps a person out, as the operator does. */
  async deactivate(email) {
    const response = await fetch(`${this.control}/deactivate`, {
      method: 'POST',
      body: JSON.stringify({ email }),
    })
    if (!response.ok) throw new Error(await response.text())
  }

  /** The server's time. */
  async now() {
    return new Date((await (await fetch(`${this.control}/now`)).json()).now)
  }

  /** The end of the server's log. */
  async log() {
    const text = await (await fetch(`${this.control}/log`)).text()
    return text.split('\n').slice(-40).join('\n')
  }

  /** Asks the API; answers the whole JSON, errors included. */
  async post(query, { variables, token, cookie } = {}) {
    const response = await fetch(`${this.url}/api`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...credential({ token, cookie }) },
      body: JSON.stringify({ query, variables }),
    })
    return response.json()
  }

  /** Asks the API and answers the data; throws what it answers as an error. */
  async ask(query, options) {
    const { data, errors } = await this.post(query, options)
    if (errors) throw new Error(`${errors.map(error => error.message).join('; ')} for ${query}`)
    return data
  }

  /** Sends a file along (GraphQL multipart request specification); answers the whole JSON. */
  async send(query, { variables, file, name, token }) {
    const form = new FormData()
    form.set('operations', JSON.stringify({ query, variables: { ...variables, file: null } }))
    form.set('map', JSON.stringify({ 0: ['variables.file'] }))
    form.set('0', new Blob([file]), name)
    const response = await fetch(`${this.url}/api`, {
      method: 'POST',
      headers: credential({ token }),
      body: form,
    })
    return response.json()
  }

  /** Signs in as a program would; answers the session's cookie. */
  async signIn(email, password = this.password) {
    const response = await fetch(`${this.url}/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email, password }),
    })
    if (!response.ok) throw new Error(`signing in as ${email}: ${await response.text()}`)
    return response.headers.get('set-cookie').split(';')[0]
  }

  /** Makes an API token of somebody, good for an hour unless said otherwise. */
  async token(email, { name = 'test', seconds = 3600 } = {}) {
    const cookie = await this.signIn(email)
    const expirationTime = Math.floor((await this.now()).getTime() / 1000) + seconds
    const { addAccessToken } = await this.ask(
      'mutation ($name: String!, $end: Int!) { addAccessToken(name: $name, expirationTime: $end) { sessionJwt } }',
      { variables: { name, end: expirationTime }, cookie },
    )
    return addAccessToken.sessionJwt
  }

  stop() {
    this.#child.stdin.end()
    return new Promise(resolve => this.#child.once('exit', resolve))
  }
}

function credential({ token, cookie }) {
  return { ...(token && { Authorization: `Bearer ${token}` }), ...(cookie && { Cookie: cookie }) }
}
