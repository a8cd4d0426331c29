// Answers GraphQL operations by the reference implementation: one JSON object a line in, one a line out. A line with a
// schema and its data stays in force for the following ones.
import { createInterface } from 'node:readline'
import { buildSchema, execute, GraphQLError, parse, validate, valueFromASTUntyped } from 'graphql'

let schema
let data

// The test scalar: texts that begin with "s:", or numbers.
function stamp(value) {
  if ((typeof value === 'string' && value.startsWith('s:')) || typeof value === 'number') return value
  throw new GraphQLError('no Stamp')
}

function begin(line) {
  schema = buildSchema(line.schema)
  data = line.data
  const type = schema.getType('Stamp')
  if (!type) return
  type.parseValue = stamp
  type.parseLiteral = (node, variables) => stamp(valueFromASTUntyped(node, variables))
  type.serialize = stamp
  for (const name of ['Thing', 'Part', 'Any']) {
    const abstract = schema.getType(name)
    if (abstract) abstract.resolveType = (value) => value.__typename
  }
}

// What a resolver was given, in the order of the schema; absent arguments are absent.
const echo = (args, order) => JSON.stringify(Object.fromEntries(order.filter((n) => n in args).map((n) => [n, canonical(args[n])])))

function canonical(value) {
  if (Array.isArray(value)) return value.map(canonical)
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(['x', 'y', 'z', 'c'].filter((n) => n in value).map((n) => [n, canonical(value[n])]))
  }
  return value
}

function resolve(source, args, state, info) {
  if (info.fieldName === 'echo') return echo(args, ['i', 'n', 's', 'l', 'll', 'e', 'in', 'f', 'id', 'b', 't'])
  if (info.fieldName === 'bump' || info.fieldName === 'tryBump') {
    if (args.by < 0) throw new Error('down')
    state.count += args.by
    return state.count
  }
  const value = source[info.fieldName]
  if (value !== null && typeof value === 'object' && '$error' in value) throw new Error(value.$error)
  return value
}

function answer(line) {
  let document
  try {
    document = parse(line.query)
  } catch {
    return { refused: 'syntax' }
  }
  const invalid = validate(schema, document)
  if (invalid.length > 0) return { refused: 'invalid', why: invalid[0].message }
  const result = execute({
    schema, document, rootValue: data, contextValue: { count: 0 }, variableValues: line.variables,
    fieldResolver: resolve,
  })
  if (!('data' in result)) return { refused: 'request', why: result.errors[0].message }
  return { data: result.data, errors: (result.errors ?? []).map((e) => ({ path: e.path ?? [], message: e.message })) }
}

for await (const text of createInterface({ input: process.stdin })) {
  const line = JSON.parse(text)
  if (line.schema !== undefined) begin(line)
  const out = line.query === undefined ? {} : answer(line)
  process.stdout.write(JSON.stringify(out) + '\n')
}
