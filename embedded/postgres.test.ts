import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startPostgres } from './postgres.ts'
import { findPostgresBinaries } from './postgres-binaries.ts'
import { firstDeniedPath } from './run-as.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'leadtriage-test-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('data of another major version is reported and not touched', async () => {
  const versionFile = path.join(folder, 'cluster', 'PG_VERSION')
  await mkdir(path.dirname(versionFile))
  await writeFile(versionFile, '15\n')
  await expect(startPostgres({ dataDir: folder })).rejects.toThrow(
    /is from PostgreSQL 15, but this is PostgreSQL 18\. .*npm start -- --fresh/,
  )
  expect((await stat(versionFile)).size).toBe(3)
})

it('the password is in a file that only its owner can read, and other passwords are rejected', async () => {
  const server = await startPostgres({ dataDir: folder, durable: false })
  try {
    expect((await stat(path.join(folder, 'password'))).mode & 0o077).toBe(0)
    const { default: postgres } = await import('postgres')
    const url = new URL(server.url)
    url.password = 'guessed'
    const sql = postgres(url.href, { max: 1 })
    await expect(sql`select 1`).rejects.toThrow('password authentication failed')
    await sql.end()
  } finally {
    await server.stop()
  }
})

it('a pid file with the reused pid of another program does not prevent the start, and that program is not stopped', async () => {
  const first = await startPostgres({ dataDir: folder, durable: false })
  await first.stop()
  await writeFile(path.join(folder, 'cluster', 'postmaster.pid'), `${process.pid}\n`)
  const second = await startPostgres({ dataDir: folder, durable: false })
  await second.stop()
  expect(second.pid).not.toBe(process.pid)
})

it('the error for a machine without a package names DATABASE_URL', async () => {
  await expect(findPostgresBinaries('plan9-vax')).rejects.toThrow(/no embedded PostgreSQL for plan9-vax.*DATABASE_URL/)
  const other = process.platform === 'darwin' ? 'linux-ppc64' : 'darwin-x64'
  await expect(findPostgresBinaries(other)).rejects.toThrow(/is not installed.*npm ci/)
})

it('firstDeniedPath finds the first folder that a user has no access to', async () => {
  const closed = path.join(folder, 'closed')
  const inside = path.join(closed, 'inside')
  await mkdir(inside, { recursive: true })
  const stranger = { name: 'stranger', uid: 12_345, gid: 12_345 }
  const { uid, gid } = await stat(folder)

  expect(await firstDeniedPath([inside], stranger)).toBe(folder) // mkdtemp makes it 0700
  expect(await firstDeniedPath([inside], { name: 'owner', uid, gid })).toBeUndefined()
})
