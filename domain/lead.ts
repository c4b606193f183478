import { hash } from 'node:crypto'
import { z } from 'zod'
import { storableText } from './text.ts'
import { uuidSchema } from './uuid.ts'

/** A lead as a client sends it; omitted fields are `null`. */
export interface NewLead {
  readonly email: string | null
  readonly phone: string | null
  readonly name: string | null
  readonly note: string
  readonly source: string | null
}

/** A committed lead. */
export interface Lead extends NewLead {
  /** UUIDv7. */
  readonly id: string
  /** By the database's clock. */
  readonly createdAt: Date
}

/** A valid request to store a lead. */
export interface LeadRequest {
  /** A lower-case UUID that the client chooses: the same for every attempt to store one lead. */
  readonly idempotencyKey: string
  readonly lead: NewLead
}

/**
 * In Unicode code points, as zod's `max`, JSON Schema's `maxLength` and PostgreSQL's `char_length` count: an emoji
 * outside the Basic Multilingual Plane counts as one, a letter with a combining accent as two.
 */
export const LEAD_LIMITS = { email: 254, phone: 64, name: 200, note: 20_000, source: 100 } as const

const LETTER = String.raw`[\p{L}\p{M}\p{N}]`
const ATOM = String.raw`[\p{L}\p{M}\p{N}!#$%&'*+/=?^_\x60{|}~-]+`
const LABEL = String.raw`${LETTER}(?:[\p{L}\p{M}\p{N}-]{0,61}${LETTER})?`
/**
 * A visible character: not a separator, a control or format character, or one of Unicode's default ignorable code
 * points (zero-width and soft hyphens, fillers, variation selectors).
 */
const VISIBLE = /[^\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u

/** An email address in any script: a dotted local part and a domain of at least two labels. */
const EMAIL = new RegExp(String.raw`^${ATOM}(?:\.${ATOM})*@(?:${LABEL}\.)+${LABEL}$`, 'u')

function optional(schema: z.ZodType<string>) {
  return schema.nullish().transform((value) => value ?? null)
}

export const newLeadSchema = z.strictObject(
  {
    email: optional(
      storableText(LEAD_LIMITS.email).regex(EMAIL, { error: 'must be an email address such as name@example.com' }),
    ),
    phone: optional(storableText(LEAD_LIMITS.phone)),
    name: optional(storableText(LEAD_LIMITS.name)),
    note: storableText(LEAD_LIMITS.note).refine((text) => VISIBLE.test(text), {
      error: 'must have at least one visible character',
    }),
    source: optional(storableText(LEAD_LIMITS.source)),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? 'is not a field of a lead; the fields are email, phone, name, note and source'
        : 'must be an object with the fields email, phone, name, note and source',
  },
)

/** Parses `{ idempotency_key, lead }` into a {@link LeadRequest}. */
export const leadRequestSchema = z
  .strictObject({ idempotency_key: uuidSchema, lead: newLeadSchema })
  .transform(({ idempotency_key, lead }): LeadRequest => ({ idempotencyKey: idempotency_key, lead }))

/**
 * SHA-256 of the fields of a lead, in hex. Two requests are the same when their hashes are equal, regardless of JSON
 * key order, of white space between tokens, and of whether an empty field was omitted or sent as `null`.
 */
export function requestHash(lead: NewLead): string {
  return sha256Hex(JSON.stringify([lead.email, lead.phone, lead.name, lead.note, lead.source]))
}

/** SHA-256 of the note, in hex: identifies the text that an insight was made for. */
export function contentHash(note: string): string {
  return sha256Hex(note)
}

/** SHA-256 of a text in UTF-8, in hex. `hash` creates two objects fewer per call than `createHash`. */
export function sha256Hex(text: string): string {
  return hash('sha256', text, 'hex')
}
