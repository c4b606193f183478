import type { Sql } from '../lib/postgres/connect.ts'

/** A pool with which something happens once before a statement that contains a text is sent. */
export function beforeStatement(sql: Sql, text: string, happens: () => Promise<unknown>): Sql {
  let hasHappened = false
  return new Proxy(sql, {
    apply: (target, self, args) => {
      const [strings] = args as [unknown]
      if (hasHappened || !Array.isArray(strings) || !strings.join('').includes(text)) {
        return Reflect.apply(target, self, args)
      }
      hasHappened = true
      return happens().then(() => Reflect.apply(target, self, args))
    },
  })
}

/** A pool with which the first statement that contains a text fails. */
export function failing(sql: Sql, text: string): Sql {
  return beforeStatement(sql, text, () => Promise.reject(new Error('cut off')))
}
