import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openCache } from './cache.ts'
import { findNatsServer } from './find-nats-server.ts'
import { fromCache } from './from-cache.ts'
import { fromEnv } from './from-env.ts'
import { fromPath } from './from-path.ts'
import { compareVersions } from './program.ts'

const LOCAL_SOURCES = [fromEnv, fromPath, fromCache]

let folder: string
let messages: string[]
let env: NodeJS.ProcessEnv
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'leadtriage-test-'))
  messages = []
  env = { PATH: path.join(folder, 'bin'), HOME: folder, XDG_CACHE_HOME: path.join(folder, 'cache') }
})
afterEach(() => rm(folder, { recursive: true }))

const find = () => findNatsServer({ env, sources: LOCAL_SOURCES, onProgress: (line) => messages.push(line) })

it('NATS_SERVER_BIN has precedence over PATH, and PATH over the cache', async () => {
  await program('cache/leadtriage/nats-server/v2.15.0', '2.15.0')
  expect(await find()).toMatchObject({ version: '2.15.0', source: 'the cache folder' })
  await program('bin', '2.12.1')
  expect(await find()).toMatchObject({ version: '2.12.1', source: 'PATH' })
  env.NATS_SERVER_BIN = await program('named', '2.9.4')
  expect(await find()).toMatchObject({ version: '2.9.4', source: 'NATS_SERVER_BIN', bin: env.NATS_SERVER_BIN })
})

it('an invalid NATS_SERVER_BIN is an error, even if there is another nats-server', async () => {
  await program('bin', '2.15.0')
  env.NATS_SERVER_BIN = path.join(folder, 'nowhere')
  await expect(find()).rejects.toThrow(/^NATS_SERVER_BIN=.*nowhere cannot be used/)
  env.NATS_SERVER_BIN = await program('named', '2.9.3')
  await expect(find()).rejects.toThrow('is nats-server 2.9.3, but 2.9.4 or newer is required')
  env.NATS_SERVER_BIN = '/bin/echo'
  await expect(find()).rejects.toThrow('/bin/echo is not a nats-server')
})

it('a version on PATH that is too old is reported and skipped', async () => {
  await program('bin', '2.2.0')
  await program('later', '2.10.7')
  env.PATH += `${path.delimiter}${path.join(folder, 'later')}`
  expect(await find()).toMatchObject({ version: '2.10.7' })
  expect(messages.join('\n')).toContain('skipping the one on PATH')
})

it('the pinned version is taken from the cache, or else the newest', async () => {
  await program('cache/leadtriage/nats-server/v2.9.10', '2.9.10')
  await program('cache/leadtriage/nats-server/v2.99.0', '2.99.0')
  expect(await find()).toMatchObject({ version: '2.99.0' })
  await program('cache/leadtriage/nats-server/v2.15.0', '2.15.0')
  expect(await find()).toMatchObject({ version: '2.15.0' })
})

it('the error lists every source with the reason, and a remedy', async () => {
  const failing = { name: 'the moon', fetches: true, find: () => Promise.reject(new Error('too far')) }
  const search = findNatsServer({
    env,
    sources: [...LOCAL_SOURCES, failing],
    onProgress: (line) => messages.push(line),
  })
  const { message } = await search.then(
    () => expect.unreachable(),
    (error: Error) => error,
  )
  for (const text of ['NATS_SERVER_BIN: not set', 'PATH: no nats-server', 'the moon: too far', 'NATS_URL']) {
    expect(message).toContain(text)
  }
  expect(messages).toEqual(['nats-server: cannot use the moon: too far'])
})

it('a cache folder that cannot be created is replaced by one that no other user can write to', async () => {
  await writeFile(path.join(folder, 'cache'), 'a file in its place')
  const cacheDir = await openCache(env)
  expect(cacheDir.startsWith(path.join(os.tmpdir(), 'leadtriage-nats-server-'))).toBe(true)
  if ((await readdir(cacheDir)).length === 0) await rm(cacheDir, { recursive: true })
})

it('versions are compared number by number', () => {
  const sorted = ['2.9', '2.9.10', '2.10.0', '2.15.0-RC.1'].toSorted(compareVersions)
  expect(sorted).toEqual(['2.9', '2.9.10', '2.10.0', '2.15.0-RC.1'])
})

async function program(place: string, version: string): Promise<string> {
  const file = path.join(folder, place, 'nats-server')
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, `#!/bin/sh\necho "nats-server: v${version}"\n`)
  await chmod(file, 0o755)
  return file
}
