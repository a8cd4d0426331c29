import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError, ask, whenSessionEnds } from './client'
import { SessionsDocument } from './generated/graphql'

const ended = vi.fn()

beforeEach(() => {
  ended.mockReset()
  whenSessionEnds(ended)
})
afterEach(() => vi.unstubAllGlobals())

function answerWith(body: unknown, init: ResponseInit = {}) {
  vi.stubGlobal(
    'fetch',
    async () => new Response(typeof body === 'string' ? body : JSON.stringify(body), init),
  )
}

async function problem(): Promise<ApiError> {
  const caught = await ask(SessionsDocument, {}).catch((error: unknown) => error)
  if (!(caught instanceof ApiError)) throw new Error(`no ApiError: ${String(caught)}`)
  return caught
}

describe('an answer', () => {
  it('is its data', async () => {
    answerWith({ data: { me: null } })
    expect(await ask(SessionsDocument, {})).toEqual({ me: null })
  })

  it('keeps what may be seen when a part is denied', async () => {
    answerWith({
      data: { me: null },
      errors: [{ message: 'Access denied', extensions: { code: 'FORBIDDEN' } }],
    })
    expect(await ask(SessionsDocument, {})).toEqual({ me: null })
  })

  it('rejects with the sentence, code, field and request of its error', async () => {
    answerWith(
      {
        data: { me: null },
        errors: [{ message: 'Too long', extensions: { code: 'BAD_USER_INPUT', field: 'name' } }],
      },
      { headers: { 'X-Request-Id': 'r-7' } },
    )
    expect(await problem()).toMatchObject({
      message: 'Too long',
      code: 'BAD_USER_INPUT',
      field: 'name',
      requestId: 'r-7',
    })
  })

  it('rejects when all of it is denied', async () => {
    answerWith({ data: null, errors: [{ message: 'Access denied', extensions: { code: 'FORBIDDEN' } }] })
    expect((await problem()).code).toBe('FORBIDDEN')
  })

  it('rejects in words when it is no JSON', async () => {
    answerWith('<html>', { status: 502 })
    expect((await problem()).message).toContain('status 502')
  })

  it('says that the session has ended', async () => {
    answerWith({
      data: null,
      errors: [{ message: 'Login required', extensions: { code: 'UNAUTHENTICATED' } }],
    })
    await problem()
    expect(ended).toHaveBeenCalledOnce()
  })

  it('says that the server could not be reached', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('Failed to fetch')
    })
    expect((await problem()).code).toBe('UNREACHABLE')
    expect(ended).not.toHaveBeenCalled()
  })
})
