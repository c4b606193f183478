import { createClient } from '@connectrpc/connect'
import { beforeAll, describe, expect, test } from 'vitest'
import type { WatchInsightsResponse } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { InsightsService } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { TRANSPORTS } from '../testkit/clients/rpc.ts'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

/* WatchInsights and GET /insights/stream with the services as processes. */

const stack = useStack()
const start = useServices(stack)
let intake: ServiceProcess
let insights: ServiceProcess

beforeAll(async () => {
  ;[intake, insights] = await Promise.all([start('intake'), start('insights'), start('triage')])
})

/** Stores a lead over REST. Returns its id. */
async function postLead(note: string): Promise<string> {
  const response = await fetch(`${intake.url}/leads`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
    body: JSON.stringify({ note }),
  })
  return ((await response.json()) as { id: string }).id
}

describe.each(TRANSPORTS)('%s', (_name, transport) => {
  test('what triage stores is sent, once, and a token continues after it', async () => {
    const client = createClient(InsightsService, transport(insights.url))
    const ids: string[] = []
    const received: WatchInsightsResponse[] = []
    for await (const response of client.watchInsights({})) {
      received.push(response)
      if (response.event.case === 'synchronized') {
        for (let i = 0; i < 3; i += 1) ids.push(await postLead(`Please call me about lead ${i}, urgently`))
      }
      if (received.length === 4) break
    }
    const [synchronized, first, ...others] = received
    expect(synchronized?.event.case).toBe('synchronized')
    const idOf = ({ event }: WatchInsightsResponse) => (event.case === 'insight' ? event.value.lead?.id : event.case)
    expect(received.slice(1).map(idOf).sort()).toEqual(ids.toSorted())
    const resumed: WatchInsightsResponse[] = []
    for await (const response of client.watchInsights({ resumeToken: first?.resumeToken ?? '' })) {
      resumed.push(response)
      if (response.event.case === 'synchronized') break
    }
    expect(resumed.map(idOf)).toEqual([...others.map(idOf), 'synchronized'])
  })
})
