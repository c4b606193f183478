import { PgBoss } from 'pg-boss'

export const QUEUE = 'leads'

export async function openBoss(): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString: process.env.DATABASE_URL ?? '', max: 10 })
  boss.on('error', (error) => process.stderr.write(`${error}\n`))
  await boss.start()
  await boss.createQueue(QUEUE)
  return boss
}
