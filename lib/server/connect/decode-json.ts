import type { DescField, DescMessage, MessageShape } from '@bufbuild/protobuf'
import { fromJson, fromJsonString, ScalarType } from '@bufbuild/protobuf'
import type { AppError, Violation } from '../../errors/app-error.ts'
import { invalidRequest } from '../../errors/parse.ts'
import { MAX_FIELDS, tooManyFields } from '../decode-message.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Decodes a protobuf JSON message. Unknown fields are rejected, because a misspelled name is more likely than a newer
 * client. (In binary messages they are ignored, as usual in protobuf.)
 *
 * @throws AppError `invalid_request` with every violation and its path; `payload_too_large` if there are more than
 *   {@link MAX_FIELDS} values
 */
export function decodeJson<D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> {
  if (hasManyValues(bytes)) throw tooManyFields()
  const text = decodeUtf8(bytes)
  try {
    return fromJsonString(schema, text)
  } catch (cause) {
    throw undecodable(schema, text, cause)
  }
}

const [COMMA, QUOTE, BACKSLASH, OPEN_BRACE, OPEN_BRACKET] = [...Buffer.from(',"\\{[')]

/** Whether JSON text has more than {@link MAX_FIELDS} values. Every value follows a comma or an opening bracket. */
function hasManyValues(bytes: Uint8Array): boolean {
  if (bytes.length <= MAX_FIELDS) return false
  let values = 0
  let isInString = false
  for (let at = 0; at < bytes.length && values <= MAX_FIELDS; at += 1) {
    const byte = bytes[at]
    if (byte === QUOTE) isInString = !isInString
    else if (isInString) at += byte === BACKSLASH ? 1 : 0
    else if (byte === COMMA || byte === OPEN_BRACE || byte === OPEN_BRACKET) values += 1
  }
  return values > MAX_FIELDS
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw invalidRequest([{ path: '', message: 'the message must be UTF-8; it is not' }])
  }
}

/** Finds every violation with its path. The protobuf decoder stops at the first one and does not report a path. */
function undecodable(schema: DescMessage, text: string, cause: unknown): AppError {
  const json = parseJson(text)
  if (json === undefined)
    return invalidRequest([{ path: '', message: 'the message must be JSON; it cannot be parsed' }])
  const violations: Violation[] = []
  for (const violation of messageViolations(schema, json, '')) {
    if (violations.push(violation) === MAX_VIOLATIONS) break
  }
  if (violations.length > 0) return invalidRequest(violations)
  // for example a duplicate key
  const reason =
    cause instanceof Error ? cause.message.replace(/^cannot decode .*? from JSON: /, '') : 'it cannot be decoded'
  return invalidRequest([{ path: '', message: `the message is not valid protobuf JSON: ${reason}` }])
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Limits the search. It is more than a response reports. */
const MAX_VIOLATIONS = 1_000

function* messageViolations(schema: DescMessage, json: unknown, path: string): Generator<Violation> {
  if (!isObject(json)) {
    yield { path, message: path === '' ? 'the message must be a JSON object' : 'must be a JSON object' }
    return
  }
  const inside = path === '' ? '' : `${path}.`
  for (const [key, value] of Object.entries(json)) {
    const field = schema.fields.find(({ name, jsonName }) => name === key || jsonName === key)
    if (field === undefined)
      yield { path: `${inside}${key}`, message: `is not a field of ${schema.name}; ${fieldsOf(schema)}` }
    else yield* fieldViolations(schema, field, value, `${inside}${field.name}`)
  }
}

function fieldsOf(schema: DescMessage): string {
  const names = schema.fields.map(({ jsonName }) => jsonName).join(', ')
  return names === '' ? 'it has no fields' : `the fields are ${names}`
}

function* fieldViolations(schema: DescMessage, field: DescField, value: unknown, path: string): Generator<Violation> {
  if (value === null || decodes(schema, field, value)) return
  if (hasFields(field.message)) {
    const { message } = field
    if (field.fieldKind === 'message') return yield* messageViolations(message, value, path)
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) yield* messageViolations(message, item, `${path}[${index}]`)
      return
    }
  }
  yield { path, message: `must be ${expectation(field)}` }
}

function decodes(schema: DescMessage, field: DescField, value: unknown): boolean {
  try {
    fromJson(schema, { [field.jsonName]: value as never })
    return true
  } catch {
    return false
  }
}

/** Whether the JSON form of a message is an object of its fields, unlike that of the well-known types in use here. */
function hasFields(message: DescMessage | undefined): message is DescMessage {
  return message !== undefined && !message.typeName.startsWith('google.protobuf.')
}

function expectation(field: DescField): string {
  if (field.fieldKind === 'map') return 'a JSON object'
  if (field.fieldKind === 'list') return `a list, each item ${valueExpectation(field)}`
  return valueExpectation(field)
}

function valueExpectation({ message, enum: enumeration, scalar }: DescField): string {
  if (enumeration !== undefined) return `one of ${enumeration.values.map(({ name }) => name).join(', ')}`
  if (message !== undefined) return WELL_KNOWN[message.typeName] ?? 'a JSON object'
  return scalar === undefined ? 'valid' : (SCALARS[scalar] ?? 'a whole number in its range')
}

const WELL_KNOWN: Readonly<Record<string, string>> = {
  'google.protobuf.Timestamp': 'a time such as "2026-01-31T12:00:00Z"',
  'google.protobuf.Duration': 'a duration such as "5s"',
}

const SCALARS: Readonly<Partial<Record<ScalarType, string>>> = {
  [ScalarType.STRING]: 'a string of valid Unicode',
  [ScalarType.BOOL]: 'true or false',
  [ScalarType.BYTES]: 'a string in base64',
  [ScalarType.DOUBLE]: 'a number',
  [ScalarType.FLOAT]: 'a number',
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
