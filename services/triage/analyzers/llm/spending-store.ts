import type { ModelUsage } from '../../../../domain/analysis.ts'
import type { Sql } from '../../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../../lib/postgres/query-timeout.ts'

/** What all workers together spend on a model, by days of the database's clock in UTC. */
export interface Spending {
  /** @throws AppError `unavailable` */
  today(): Promise<number>
  add(usage: ModelUsage): Promise<void>
}

export function createSpendingStore(sql: Sql): Spending {
  return {
    today: async () => {
      const [row] = await withQueryTimeout(sql<{ cost: number }[]>`
        select cost from model_spending where day = (now() at time zone 'utc')::date`)
      return row?.cost ?? 0
    },
    add: async ({ inputTokens, outputTokens, cost }) => {
      await withQueryTimeout(sql`
        insert into model_spending as stored (day, calls, input_tokens, output_tokens, cost)
        values ((now() at time zone 'utc')::date, 1, ${inputTokens}, ${outputTokens}, ${cost})
        on conflict (day) do update set
          calls = stored.calls + 1, input_tokens = stored.input_tokens + excluded.input_tokens,
          output_tokens = stored.output_tokens + excluded.output_tokens, cost = stored.cost + excluded.cost`)
    },
  }
}
