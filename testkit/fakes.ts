import type { AttemptTracker, DeliveryHistory } from '../lib/mailbox/attempt-tracker.ts'
import { NO_HISTORY } from '../lib/mailbox/attempt-tracker.ts'
import type { Sql } from '../lib/postgres/connect.ts'

/** An attempt tracker that, like a database, outlives the mailboxes of a test. */
export function attemptsInMemory<Event>(): AttemptTracker<Event> {
  const histories = new Map<string, DeliveryHistory>()
  const change = (id: string, by: (history: DeliveryHistory) => DeliveryHistory) => {
    const changed = by(histories.get(id) ?? NO_HISTORY)
    histories.set(id, changed)
    return changed
  }
  return {
    recall: async ({ messageId }) => histories.get(messageId) ?? NO_HISTORY,
    begin: async ({ messageId }) => change(messageId, (history) => ({ ...history, begun: history.begun + 1 })).begun,
    recordEnd: async ({ messageId }, { failed, begun }) => {
      change(messageId, (history) => ({
        answered: history.answered + 1,
        failures: history.failures + (failed ? 1 : 0),
        begun: history.begun - (begun ? 1 : 0),
      }))
    },
  }
}

/** The same connections, except that `first` runs before each query whose text `matches`. */
export function beforeQuery(sql: Sql, matches: RegExp, first: () => Promise<unknown>): Sql {
  return new Proxy(sql, {
    apply: (target, _this, [strings, ...values]: [TemplateStringsArray, ...never[]]) => {
      const query = () => target(strings, ...values)
      return matches.test(strings.join('?')) ? first().then(query) : query()
    },
  })
}

/** A method of a store that throws the first Error among its results instead of returning it. */
export function succeeding<Item, Result>(method: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>) {
  return async (items: readonly Item[]): Promise<Result[]> => {
    const results: Result[] = []
    for (const result of await method(items)) {
      if (result instanceof Error) throw result
      results.push(result)
    }
    return results
  }
}
