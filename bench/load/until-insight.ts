import type { InsightWatch } from './insight-watch.ts'
import type { Sender } from './sender.ts'

/**
 * An operation that ends when its lead's insight is stored: callers in a closed loop then never leave more leads to triage
 * than they are.
 *
 * @throws Error when there is no watch
 */
export function untilInsight(sender: Sender, insights: InsightWatch | undefined): Sender {
  if (insights === undefined) throw new Error('nobody would hear of the insights')
  return {
    send: async () => {
      const startedAt = performance.now()
      const { items, leadId } = await sender.send()
      if (leadId === undefined) throw new Error('the answer names no lead')
      await insights.untilHeard(leadId, startedAt)
      return { items }
    },
  }
}
