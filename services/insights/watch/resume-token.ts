import { createHash } from 'node:crypto'
import { uuidSchema } from '../../../domain/uuid.ts'
import { invalidRequest } from '../../../lib/errors/parse.ts'
import type { InsightFilter } from '../leads/insight-filter.ts'
import type { Position, Snapshot } from './snapshot.ts'

/*
 * The text of a resume token: version, filter and database, then the position, with numbers in base 36:
 *   1.<filter>.<database>.<seen>                                between batches
 *   1.<filter>.<database>.<seen>.<until>.<transaction>.<lead>   within a batch
 * A snapshot is its xmax, and for each transaction in progress a dash and its distance to xmax. Clients must not rely
 * on it. Tokens are not signed: they give access to nothing that their owner could not read anyway.
 */

const VERSION = '1'
const TOKEN = /^1\.([\w-]{12})\.([\w-]{12})\.([0-9a-z-]+)(?:\.([0-9a-z-]+)\.([0-9a-z]+)\.([0-9a-f-]+))?$/
const SNAPSHOT = /^[0-9a-z]{1,13}(?:-[0-9a-z]{1,13})*$/
/** Two snapshots with a thousand transactions in progress each. */
const MAX_LENGTH = 30_000
const MAX_XID = 2n ** 64n - 1n

/** Identifies a filter. The order of values in a list counts. */
export function fingerprintOf(filter: InsightFilter): string {
  return hash(JSON.stringify(filter))
}

/** Identifies a database by what tells it from every other. */
export function databaseId(systemIdentifier: string, oid: number): string {
  return hash(`${systemIdentifier} ${oid}`)
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 12)
}

/** The part of a token that is the same for all watchers at a position. */
export function encodePosition({ seen, batch }: Position): string {
  if (batch === undefined) return encodeSnapshot(seen)
  const { until, after } = batch
  return [encodeSnapshot(seen), encodeSnapshot(until), after.changedIn.toString(36), after.leadId].join('.')
}

/** @param position encoded by {@link encodePosition} */
export function encodeToken(filter: string, database: string, position: string): string {
  return `${VERSION}.${filter}.${database}.${position}`
}

/** A token that is well-formed and of the right filter. */
export interface ResumeToken {
  readonly database: string
  readonly position: Position
}

/**
 * @param filter fingerprint of the filter of the request
 * @throws AppError `invalid_request` for a token that is malformed or belongs to another filter
 */
export function parseToken(token: string, filter: string): ResumeToken {
  const parts = token.length > MAX_LENGTH ? null : TOKEN.exec(token)
  const position = parts === null ? undefined : positionOf(parts)
  if (parts === null || position === undefined) throw invalidToken('must be a resume token of this method')
  if (parts[1] !== filter) throw invalidToken('belongs to another filter; start without it')
  return { database: parts[2] ?? '', position }
}

/**
 * @param latest a current snapshot of the database
 * @returns where to resume
 * @throws AppError `invalid_request` for a token of another database
 */
export function resumeFrom({ database, position }: ResumeToken, current: string, latest: Snapshot): Position {
  const isOfFuture = [position.seen, position.batch?.until].some((snapshot) => snapshot && snapshot.xmax > latest.xmax)
  if (database !== current || isOfFuture) {
    throw invalidToken('belongs to another database, or to a state before the database was restored; start without it')
  }
  return position
}

function positionOf([, , , seenText = '', untilText, changedIn = '', leadId = '']: RegExpExecArray):
  | Position
  | undefined {
  const seen = decodeSnapshot(seenText)
  if (seen === undefined || untilText === undefined) return seen && { seen }
  const until = decodeSnapshot(untilText)
  const transaction = decodeNumber(changedIn)
  if (until === undefined || transaction === undefined || !uuidSchema.safeParse(leadId).success) return undefined
  return { seen, batch: { until, after: { changedIn: transaction, leadId } } }
}

function encodeSnapshot({ xmax, inProgress }: Snapshot): string {
  return [xmax, ...inProgress.map((transaction) => xmax - transaction)].map((number) => number.toString(36)).join('-')
}

function decodeSnapshot(text: string): Snapshot | undefined {
  if (!SNAPSHOT.test(text)) return undefined
  const [xmax, ...distances] = text.split('-').map(decodeNumber)
  if (xmax === undefined) return undefined
  const inProgress: bigint[] = []
  for (const distance of distances) {
    const transaction = distance === undefined ? 0n : xmax - distance
    if (transaction <= (inProgress.at(-1) ?? 0n) || transaction >= xmax) return undefined
    inProgress.push(transaction)
  }
  return { xmax, inProgress }
}

function decodeNumber(text: string): bigint | undefined {
  if (!/^[0-9a-z]{1,13}$/.test(text)) return undefined
  let number = 0n
  for (const digit of text) number = number * 36n + BigInt(Number.parseInt(digit, 36))
  return number <= MAX_XID ? number : undefined
}

function invalidToken(message: string) {
  return invalidRequest([{ path: 'resume_token', message }])
}
