import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import type { Expectation, Mutation } from '../fuzzer.ts'
import { demand, permit } from '../fuzzer.ts'
import { hostileHeader } from './hostile-headers.ts'
import { notUtf8 } from './hostile-text.ts'
import type { Member } from './json-text.ts'
import type { LeadDraft } from './lead-draft.ts'

/** A `POST /leads/`. */
export interface RestDraft extends Expectation {
  readonly lead: LeadDraft
  readonly members: Member[]
  readonly headers: [string, string][]
  contentType: string | undefined
  keyHeader: string | undefined
  /** Applied to the JSON text; {@link encodings} then to its bytes. */
  readonly edits: ((text: string) => string)[]
  readonly encodings: ((bytes: Buffer) => Buffer)[]
}

/** The server's body limit, in bytes. */
export const MAX_BODY = 256 * 1024

function setMember(draft: RestDraft, name: string, value: string): void {
  const index = draft.members.findIndex((member) => member.name === name)
  if (index >= 0) draft.members.splice(index, 1)
  draft.members.push({ name, value })
}

const WRONG_VALUES = [
  '1',
  '-0',
  '1e999',
  'true',
  '[]',
  '{}',
  '["a"]',
  '{"toString":null}',
  '[[[[]]]]',
  '{"__proto__":1}',
]
const UNKNOWN = [
  'emial',
  '__proto__',
  'constructor',
  'toString',
  'id',
  'created_at',
  'idempotency_key',
  '',
  'Note',
  'note ',
]
const LONE_SURROGATES = ['\\ud800', '\\udc00', '\\udfff\\ud800', 'a\\ud83d', '\\uDE42b']

export const REST_MUTATIONS: readonly Mutation<RestDraft>[] = [
  {
    name: 'field of the wrong type',
    apply: (draft, _making, random) => {
      setMember(draft, random.pick(['email', 'phone', 'name', 'note', 'source']), random.pick(WRONG_VALUES))
      demand(draft, 422)
    },
  },
  {
    name: 'null in an optional field',
    apply: (draft, _making, random) => {
      const field = random.pick(['email', 'phone', 'name', 'source'] as const)
      if (draft.lead.touched.has(field) || draft.members.some(({ name }) => name === field)) return false
      draft.members.push({ name: field, value: 'null' })
    },
  },
  {
    name: 'lone surrogate',
    apply: (draft, _making, random) => {
      setMember(draft, random.pick(['phone', 'name', 'note', 'source']), `"x ${random.pick(LONE_SURROGATES)}"`)
      demand(draft, 422)
    },
  },
  {
    name: 'unknown field',
    apply: (draft, context, random) => {
      draft.members.push({ name: random.pick(UNKNOWN), value: `"${context.token()}"` })
      demand(draft, 422)
    },
  },
  {
    name: 'duplicate field',
    apply: (draft, _making, random) => {
      if (draft.members.length === 0) return false
      const { name } = random.pick(draft.members)
      draft.edits.push((text) => {
        const member = draft.members.find((candidate) => candidate.name === name)
        return text.replace(/\}\s*$/, () => `,"${name}":${member?.value}}`)
      })
      permit(draft, 422)
    },
  },
  {
    name: 'deep nesting',
    apply: (draft, _making, random) => {
      const depth = random.pick([100, 5_000, 50_000])
      setMember(draft, 'note', '['.repeat(depth) + ']'.repeat(depth))
      demand(draft, 422)
    },
  },
  {
    name: 'not an object',
    apply: (draft, context, random) => {
      const other = random.pick([
        `["${context.token()}"]`,
        `"${context.token()}"`,
        'null',
        '1',
        'true',
        '',
        '[]',
        '{}',
        '  ',
      ])
      draft.edits.push(() => other)
      demand(draft, 422)
    },
  },
  {
    name: 'broken JSON',
    apply: (draft, context, random) => {
      const token = context.token()
      draft.edits.push(
        random.pick([
          (text: string) => text.slice(0, random.integer(1, Math.max(1, text.length - 2))),
          (text: string) => `${text}${token}`,
          (text: string) => `${text}{}`,
          (text: string) => text.replace(/\}\s*$/, ',}'),
          (text: string) => text.replaceAll('"', "'"),
          (text: string) => `/* ${token} */${text}`,
          (text: string) => text.replace(':', '='),
          (text: string) => text.replace(/"\s*:/, '"\n'),
          () => `{"note":${token}}`,
          () => `{"note":"\t${token}\n"}`,
          () => `{"note":NaN}`,
          () => `\u0000`,
        ]),
      )
      demand(draft, 422)
    },
  },
  {
    name: 'byte order mark',
    apply: (draft) => {
      draft.edits.push((text) => `\ufeff${text}`)
      permit(draft, 422)
    },
  },
  {
    name: 'invalid UTF-8',
    apply: (draft, context, random) => {
      const bad = notUtf8(random)
      const token = context.token()
      draft.encodings.push(() => Buffer.concat([Buffer.from(`{"note":"${token} `), bad, Buffer.from(' end"}')]))
      demand(draft, 422)
    },
  },
  {
    name: 'unsupported charset',
    apply: (draft, _making, random) => {
      draft.contentType = `application/json; charset=${random.pick(['iso-8859-1', 'utf-16', 'windows-1252', 'utf-7'])}`
      demand(draft, 415)
    },
  },
  {
    name: 'valid charset',
    apply: (draft, _making, random) => {
      if (draft.contentType !== 'application/json') return false
      draft.contentType = random.pick([
        'application/json; charset=utf-8',
        'application/json;charset=UTF-8',
        'Application/JSON; charset="utf-8"',
      ])
    },
  },
  {
    name: 'UTF-16 bytes',
    apply: (draft) => {
      draft.encodings.push((bytes) => Buffer.from(bytes.toString('utf8'), 'utf16le'))
      demand(draft, 422)
      permit(draft, 413)
    },
  },
  {
    name: 'wrong content type',
    apply: (draft, context, random) => {
      draft.contentType = random.pick([
        undefined,
        'text/plain',
        'application/xml',
        'application/x-www-form-urlencoded',
        `multipart/form-data; boundary=${context.token()}`,
        'application/json5',
        'application/problem+json',
        'json',
        '/',
        `application/${context.token()}`,
        'application/grpc',
        'application/proto',
      ])
      demand(draft, 415)
    },
  },
  {
    name: 'compressed',
    apply: (draft, _making, random) => {
      const [encoding, compress] = random.pick([
        ['gzip', gzipSync],
        ['deflate', deflateSync],
        ['br', brotliCompressSync],
        ['gzip, gzip', (bytes: Buffer) => gzipSync(gzipSync(bytes))],
        ['gzip', (bytes: Buffer) => bytes],
        ['x-unknown', (bytes: Buffer) => bytes],
      ] as const)
      draft.headers.push(['content-encoding', encoding])
      draft.encodings.push((bytes) => Buffer.from(compress(bytes)))
      demand(draft, 415)
    },
  },
  {
    name: 'huge body',
    apply: (draft, _making, random) => {
      const padding = ' '.repeat(random.pick([MAX_BODY - 30_000, MAX_BODY, MAX_BODY + 1, 3 * MAX_BODY]))
      // in front, so that truncation does not remove only the padding
      draft.edits.push((text) => `${padding}${text}`)
    },
  },
  {
    name: 'invalid key',
    part: 'idempotency key',
    apply: (draft, context, random) => {
      draft.keyHeader = random.pick([
        undefined,
        '',
        'abc',
        context.token(),
        `${draft.keyHeader}x`,
        `${draft.keyHeader?.slice(0, -1)}`,
        `{${draft.keyHeader}}`,
        `urn:uuid:${draft.keyHeader}`,
        `${draft.keyHeader}, ${draft.keyHeader}`,
        `"${draft.keyHeader}`,
        'x'.repeat(5_000),
      ])
      demand(draft, 422)
    },
  },
  {
    name: 'key in another valid form',
    part: 'idempotency key',
    apply: (draft, _making, random) => {
      if (draft.keyHeader === undefined || !/^[0-9a-f-]{36}$/.test(draft.keyHeader)) return false
      draft.keyHeader = random.pick([draft.keyHeader.toUpperCase(), `"${draft.keyHeader}"`, `  ${draft.keyHeader} `])
    },
  },
  {
    name: 'hostile header',
    apply: (draft, context, random) => void draft.headers.push(hostileHeader(context, random)),
  },
]
