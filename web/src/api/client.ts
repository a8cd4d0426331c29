import type { TypedDocumentString } from './generated/graphql'

/** What an error of the API carries beside its message. */
export interface ErrorExtensions {
  code?: string
  field?: string
  requestId?: string
  [key: string]: unknown
}

/** One error entry of a GraphQL answer. */
export interface AnswerError {
  message: string
  path?: (string | number)[]
  extensions?: ErrorExtensions
}

/** An answer that could not be used: the server's sentence, its code, and the request's id to ask about it. */
export class ApiError extends Error {
  readonly code: string
  readonly field: string | undefined
  readonly requestId: string | undefined
  readonly extensions: ErrorExtensions

  constructor(message: string, extensions: ErrorExtensions = {}, requestId?: string) {
    super(message)
    this.name = 'ApiError'
    this.code = extensions.code ?? 'UNKNOWN'
    this.field = extensions.field
    this.requestId = extensions.requestId ?? requestId
    this.extensions = extensions
  }
}

interface Answer<T> {
  data?: T | null
  errors?: AnswerError[]
}

/** The code of what the caller may not see, or must not learn that it exists. */
const denied = 'FORBIDDEN'

/** Whether an error says that the caller has no access to what was asked for. */
export function isDenied(error: unknown): boolean {
  return error instanceof ApiError && error.code === denied
}

/** Answers what the API delivered; what it left out because the caller may not see it rejects as a whole. */
export function present<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new ApiError('Access denied', { code: denied })
  return value
}

let onSessionEnded: () => void = () => {}

/** Registers what happens when the server says that nobody is signed in any more. Called once, at start. */
export function whenSessionEnds(react: () => void): void {
  onSessionEnded = react
}

const offline = 'The server could not be reached. Check the connection, then try again.'

/**
 * Asks the API one operation with the session's cookie.
 *
 * Fields that the caller may not see come as null with an error of code FORBIDDEN: the rest is delivered. Every other
 * error, and a missing answer, rejects with an ApiError.
 */
export async function ask<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  const response = await fetch('/api', {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ query: document.toString(), variables }),
    signal: signal ?? null,
  }).catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === 'AbortError') {
      throw cause
    }
    throw new ApiError(offline, { code: 'UNREACHABLE' })
  })
  const requestId = response.headers.get('X-Request-Id') ?? undefined
  const answer = (await response.json().catch(() => null)) as Answer<Result> | null
  return read(answer, response.status, requestId)
}

/**
 * Sends one operation whose variable `file` is an upload, by the GraphQL multipart request specification.
 * onProgress tells the share of the bytes that were sent, 0 to 1.
 */
export function upload<Result, Variables extends { file: File }>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  onProgress: (share: number) => void,
  signal?: AbortSignal,
): Promise<Result> {
  const form = new FormData()
  form.append(
    'operations',
    JSON.stringify({ query: document.toString(), variables: { ...variables, file: null } }),
  )
  form.append('map', JSON.stringify({ 0: ['variables.file'] }))
  form.append('0', variables.file, variables.file.name)
  // fetch cannot tell how much of a body was sent.
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', '/api')
    request.responseType = 'json'
    request.setRequestHeader('Accept', 'application/json')
    request.upload.onprogress = event => {
      if (event.lengthComputable) {
        onProgress(event.loaded / event.total)
      }
    }
    request.onerror = () => reject(new ApiError(offline, { code: 'UNREACHABLE' }))
    request.onabort = () => reject(new DOMException('The upload was stopped', 'AbortError'))
    request.onload = () => {
      try {
        resolve(
          read(
            request.response as Answer<Result> | null,
            request.status,
            request.getResponseHeader('X-Request-Id') ?? undefined,
          ),
        )
      } catch (problem) {
        reject(problem)
      }
    }
    signal?.addEventListener('abort', () => request.abort(), { once: true })
    request.send(form)
  })
}

function read<Result>(answer: Answer<Result> | null, status: number, requestId?: string): Result {
  const errors = answer?.errors ?? []
  if (errors.some(error => error.extensions?.code === 'UNAUTHENTICATED') || status === 401) {
    onSessionEnded()
  }
  const serious = errors.find(error => error.extensions?.code !== denied) ?? errors[0]
  const usable = answer?.data && errors.every(error => error.extensions?.code === denied)
  if (serious && !usable) {
    throw new ApiError(serious.message, serious.extensions, requestId)
  }
  if (!answer?.data) {
    throw new ApiError(sentenceFor(status), { code: `HTTP_${status}` }, requestId)
  }
  return answer.data
}

function sentenceFor(status: number): string {
  switch (status) {
    case 413:
      return 'The file is larger than the server accepts.'
    case 429:
      return 'Too many requests came from here. Wait a minute, then try again.'
    default:
      return `The server gave no usable answer (status ${status}). Try again in a moment.`
  }
}
