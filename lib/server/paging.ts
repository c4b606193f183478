import { createHash } from 'node:crypto'
import { z } from 'zod'
import { invalidRequest } from '../errors/parse.ts'

/** A page size according to AIP-158: 0 or absent means `defaultSize`, values above `maxSize` are capped. */
function pageSizeSchema(defaultSize: number, maxSize: number) {
  return z
    .int({ error: `must be a whole number from 1 to ${maxSize}` })
    .min(0, { error: 'must not be negative' })
    .default(0)
    .transform((size) => (size === 0 ? defaultSize : Math.min(size, maxSize)))
}

/** The request fields of a list: 50 items per page by default, at most 500. */
export const pageFields = {
  page_size: pageSizeSchema(50, 500),
  page_token: z.string({ error: 'must be a next_page_token of this list' }).optional(),
}

/**
 * Encodes an opaque token for the page after `position`. It is valid only for the same `query`, with any page size.
 * Both arguments must be plain JSON or Dates.
 */
export function encodePageToken(query: unknown, position: unknown): string {
  return Buffer.from(JSON.stringify([fingerprint(query), position])).toString('base64url')
}

/**
 * @param token the token that the client sent; undefined or empty for the first page
 * @returns the position; undefined for the first page
 * @throws AppError `invalid_request` if the token is malformed or belongs to another query
 */
export function parsePageToken<T extends z.ZodType>(
  token: string | undefined,
  query: unknown,
  positionSchema: T,
): z.output<T> | undefined {
  if (token === undefined || token === '') return undefined
  const content = contentSchema.safeParse(parseJson(Buffer.from(token, 'base64url').toString()))
  const position = positionSchema.safeParse(content.data?.[1])
  if (!content.success || !position.success) throw invalidToken('must be a next_page_token of this list')
  if (content.data[0] !== fingerprint(query)) throw invalidToken('belongs to another filter; start from the first page')
  return position.data
}

const contentSchema = z.tuple([z.string(), z.unknown()])

function invalidToken(message: string) {
  return invalidRequest([{ path: 'page_token', message }])
}

function fingerprint(query: unknown): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 12)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
