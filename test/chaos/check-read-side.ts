import { setTimeout as sleep } from 'node:timers/promises'
import { contentHash } from '../../domain/lead.ts'
import { readLead } from '../../testkit/load/client.ts'
import { hasSameContent } from '../../testkit/load/leads.ts'
import type { StoredLead } from '../../testkit/load/stored-leads.ts'
import type { Stack } from './stack.ts'

/** Reads leads and their insights over REST; returns where a response differs from what is stored. */
export async function checkReadSide(
  { intakes, insights }: Pick<Stack, 'intakes' | 'insights'>,
  sample: readonly StoredLead[],
): Promise<string[]> {
  const faults: string[] = []
  for (const [index, stored] of sample.entries()) {
    const intake = intakes[index % 2 === 0 ? 0 : 1]
    const [lead, insight] = await Promise.all([
      read(`${intake.service.url}/leads/${stored.id}`),
      read(`${insights.service.url}/leads/${stored.id}/insight`),
    ])
    const returned = lead.ok ? readLead((await lead.json()) as Parameters<typeof readLead>[0]) : undefined
    if (returned?.id !== stored.id || returned.createdAt !== stored.createdAt || !hasSameContent(returned, stored)) {
      faults.push(`GET lead ${stored.id}: ${lead.status}, differs from what is stored`)
    }
    const body = (await insight.json()) as { lead_id?: string; content_hash?: string }
    const isRight = insight.ok && body.lead_id === stored.id && body.content_hash === contentHash(stored.note)
    if (isRight !== (stored.insights === 1)) faults.push(`GET insight of ${stored.id}: ${insight.status}`)
  }
  return faults
}

/** Retries after a 503, which a slow database may cause. */
async function read(url: string): Promise<Response> {
  for (let left = 4; ; left -= 1) {
    const response = await fetch(url)
    if (response.status !== 503 || left === 0) return response
    await response.body?.cancel()
    await sleep(500)
  }
}
