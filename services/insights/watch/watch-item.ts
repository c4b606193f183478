import type { LeadInsight } from '../leads/lead-insight.ts'
import { encodeToken } from './resume-token.ts'
import { redacted } from './row-variants.ts'

/** What a watcher is sent. */
export type WatchEvent =
  | { readonly type: 'insight'; readonly row: LeadInsight }
  /** Everything committed before has been sent; what follows is live. */
  | { readonly type: 'synchronized'; readonly openLeadsTruncated: boolean }
  | { readonly type: 'heartbeat' }
  /** The watcher reads too slowly. The stream ends. */
  | { readonly type: 'lagging' }

export interface WatchItem {
  readonly event: WatchEvent
  /** Resumes after this event. Empty for leads of the list of open leads, which cannot be resumed within. */
  readonly resumeToken: string
}

/** What watchers have in common that receive the same bytes over a protocol. */
export interface Audience {
  /** Of the filter. */
  readonly fingerprint: string
  readonly mayReadPersonalData: boolean
}

/** @param position encoded; undefined for what cannot be resumed after */
export function toItem(
  event: WatchEvent,
  { fingerprint, mayReadPersonalData }: Audience,
  at?: { readonly database: string; readonly position: string },
): WatchItem {
  const resumeToken = at === undefined ? '' : encodeToken(fingerprint, at.database, at.position)
  if (event.type !== 'insight' || mayReadPersonalData) return { event, resumeToken }
  return { event: { type: 'insight', row: redacted(event.row) }, resumeToken }
}
