import type { Analysis } from '../../../../domain/analysis.ts'
import type { Sql } from '../../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../../lib/postgres/query-timeout.ts'

/** Answers of a model that were bought before: the stored insights. */
export interface AnswerStore {
  /** The newest analysis of the same text by the same analyzer. @throws AppError `unavailable` */
  find(contentHash: string, analyzer: string): Promise<Analysis | undefined>
}

export function createAnswerStore(sql: Sql): AnswerStore {
  return {
    // by the partial index insights_by_answer
    find: async (contentHash, analyzer) => {
      const [known] = await withQueryTimeout(sql<Analysis[]>`
        select intent, priority, confidence, to_jsonb(tags) as tags, reasons, language
        from insights
        where content_hash = ${contentHash} and analyzer = ${analyzer} and stage = 'final' and usage is not null
        limit 1`)
      return known
    },
  }
}
