/* Encodes protobuf by hand, so that invalid messages can be encoded. */

/** A field of a message, to be encoded as binary or JSON. */
export interface Field {
  readonly no: number
  /** The name in JSON. */
  readonly name: string
  readonly value: FieldValue
}

export type FieldValue =
  | string
  | number
  | boolean
  | { readonly fields: readonly Field[]; readonly json?: unknown }
  | { readonly list: readonly FieldValue[] }
  /** An enum, by number and by name. */
  | { readonly number: number; readonly word: string }

export function toBinaryMessage(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.map(({ no, value }) => toBinaryField(no, value)))
}

function toBinaryField(no: number, value: FieldValue): Buffer {
  if (typeof value === 'string') return lengthDelimited(no, Buffer.from(value))
  if (typeof value === 'number') return Buffer.concat([varint(no * 8), varint(value)])
  if (typeof value === 'boolean') return Buffer.concat([varint(no * 8), varint(value ? 1 : 0)])
  if ('list' in value) return Buffer.concat(value.list.map((item) => toBinaryField(no, item)))
  if ('fields' in value) return lengthDelimited(no, toBinaryMessage(value.fields))
  return Buffer.concat([varint(no * 8), varint(value.number)])
}

export function lengthDelimited(no: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint(no * 8 + 2), varint(bytes.length), bytes])
}

/** Encodes a varint. Negative numbers take ten bytes. */
export function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0))
    rest >>= 7n
  } while (rest > 0n)
  return Buffer.from(bytes)
}

export function toJsonValue(value: FieldValue): unknown {
  if (typeof value !== 'object') return value
  if ('list' in value) return value.list.map(toJsonValue)
  if ('word' in value) return value.word
  if (value.json !== undefined) return value.json
  return Object.fromEntries(value.fields.map((field) => [field.name, toJsonValue(field.value)]))
}
