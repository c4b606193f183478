import { z } from 'zod'
import { sha256Hex } from './sha256.ts'
import { uuidSchema } from './uuid.ts'

/** A lead as a client sends it; what was left out is `null`. */
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

/** A client's wish to store a lead, valid and ready to be committed. */
export interface LeadRequest {
  /** A UUID in lower case, chosen by the client: the same for every try of one lead. */
  readonly idempotencyKey: string
  readonly lead: NewLead
}

/**
 * In Unicode code points, as zod's `max`, JSON Schema's `maxLength` and PostgreSQL's `char_length` count: an emoji outside
 * the Basic Multilingual Plane is one, a letter with a combining accent is two.
 */
export const LEAD_LIMITS = { email: 254, phone: 64, name: 200, note: 20_000, source: 100 } as const

const LETTER = String.raw`[\p{L}\p{M}\p{N}]`
const ATOM = String.raw`[\p{L}\p{M}\p{N}!#$%&'*+/=?^_\x60{|}~-]+`
const LABEL = String.raw`${LETTER}(?:[\p{L}\p{M}\p{N}-]{0,61}${LETTER})?`
/**
 * A character that shows: no separator, no control or format character, and none that Unicode has programs ignore when they
 * cannot display it (zero-width and soft hyphens, fillers, variation selectors).
 */
const VISIBLE = /[^\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u

/** An address as people have them, other scripts included: a dotted local part and a domain of two labels or more. */
const EMAIL = new RegExp(String.raw`^${ATOM}(?:\.${ATOM})*@(?:${LABEL}\.)+${LABEL}$`, 'u')

/**
 * PostgreSQL stores any text but U+0000, and UTF-8 has no place for half a surrogate pair: both would
 * fail in the database, where one bad row could spoil its neighbours' commit. They are refused here.
 */
function storableText(maxLength: number) {
  return z
    .string({ error: 'must be a string' })
    .max(maxLength, { error: `must be at most ${maxLength} characters` })
    .refine((text) => !text.includes('\u0000'), { error: 'must not contain the null character U+0000' })
    .refine((text) => text.isWellFormed(), { error: 'must be valid Unicode, without a lone surrogate' })
}

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
      error: 'must say something: it is empty, or has only white space and invisible characters',
    }),
    source: optional(storableText(LEAD_LIMITS.source)),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? 'is not a field of a lead; the fields are email, phone, name, note and source'
        : 'must be a lead, with the fields email, phone, name, note and source',
  },
)

/** The whole of a client's wish, in the field names of the contract; turns into a {@link LeadRequest}. */
export const leadRequestSchema = z
  .strictObject({ idempotency_key: uuidSchema, lead: newLeadSchema })
  .transform(({ idempotency_key, lead }): LeadRequest => ({ idempotencyKey: idempotency_key, lead }))

/**
 * SHA-256 over what the client asked for. Two requests are the same when this is, whatever the order of
 * their JSON keys, their white space, and whether an empty field was left out or sent as `null`.
 */
export function requestHash(lead: NewLead): string {
  return sha256Hex(JSON.stringify([lead.email, lead.phone, lead.name, lead.note, lead.source]))
}

/** SHA-256 of the note in hex: names the text an insight was made for. */
export function contentHash(note: string): string {
  return sha256Hex(note)
}
