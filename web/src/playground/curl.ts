interface Request {
  address: string
  query: string
  variables: string
  /** The pane HTTP HEADERS, as typed. */
  headers: string
}

/** A request of the playground as a curl command. Without an Authorization header it has a place for a token. */
export function curl({ address, query, variables, headers }: Request): string {
  const all: Record<string, string> = { 'Content-Type': 'application/json', ...parseObject(headers) }
  if (!Object.keys(all).some(name => name.toLowerCase() === 'authorization')) {
    all.Authorization = 'Bearer YOUR_TOKEN'
  }
  const body = JSON.stringify({ query, ...(variables.trim() ? { variables: parseObject(variables) } : {}) })
  return [
    `curl ${quote(address)}`,
    ...Object.entries(all).map(([name, value]) => `  -H ${quote(`${name}: ${value}`)}`),
    `  --data-binary ${quote(body)}`,
  ].join(' \\\n')
}

function parseObject(text: string): Record<string, string> {
  try {
    const value: unknown = JSON.parse(text)
    return value !== null && typeof value === 'object' ? (value as Record<string, string>) : {}
  } catch {
    return {}
  }
}

/** One word for a POSIX shell, whatever it holds. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
