import type { Analysis, ModelUsage } from '../../../../domain/analysis.ts'
import type { Sql } from '../../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../../lib/postgres/query-timeout.ts'

/** Answers of a model that were paid for before: the stored insights. */
export interface AnswerStore {
  /**
   * Returns an analysis of the same text by the same analyzer.
   * @throws AppError `unavailable`
   */
  find(contentHash: string, analyzer: string): Promise<Analysis | undefined>
}

export function createAnswerStore(sql: Sql): AnswerStore {
  return {
    // uses the partial index insights_by_answer
    find: async (contentHash, analyzer) => {
      const [analysis] = await withQueryTimeout(sql<Analysis[]>`
        select intent, priority, confidence, to_jsonb(tags) as tags, reasons, language
        from insights
        where content_hash = ${contentHash} and analyzer = ${analyzer} and stage = 'final' and usage is not null
        limit 1`)
      return analysis
    },
  }
}

/** What all workers spend on a model, per day in UTC by the database's clock. */
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
