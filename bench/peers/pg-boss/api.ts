import { serveLeads } from '../leads-api.ts'
import { jobOf, openPeerDatabase, storeLead } from '../rows.ts'
import { openBoss, QUEUE } from './boss.ts'

const sql = openPeerDatabase()
const boss = await openBoss()

// the lead and its job in one transaction, which is what a queue in PostgreSQL is for
await serveLeads((row) =>
  sql.begin(async (transaction) => {
    const stored = await storeLead(transaction, row)
    if (!stored.created) return stored
    const db = {
      executeSql: async (text: string, values: unknown[] = []) => ({
        rows: await transaction.unsafe(text, values as never[], { prepare: true }),
      }),
    }
    await boss.send(QUEUE, jobOf(row), { db })
    return stored
  }),
)
