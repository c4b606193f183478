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

const AT_HAND = [fromEnv, fromPath, fromCache]

let folder: string
let said: string[]
let env: NodeJS.ProcessEnv
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'leadtriage-test-'))
  said = []
  env = { PATH: path.join(folder, 'bin'), HOME: folder, XDG_CACHE_HOME: path.join(folder, 'cache') }
})
afterEach(() => rm(folder, { recursive: true }))

const find = () => findNatsServer({ env, sources: AT_HAND, onProgress: (line) => said.push(line) })

it('NATS_SERVER_BIN comes before PATH, and PATH before the cache', async () => {
  await program('cache/leadtriage/nats-server/v2.15.0', '2.15.0')
  expect(await find()).toMatchObject({ version: '2.15.0', source: 'the cache folder' })
  await program('bin', '2.12.1')
  expect(await find()).toMatchObject({ version: '2.12.1', source: 'PATH' })
  env.NATS_SERVER_BIN = await program('named', '2.9.4')
  expect(await find()).toMatchObject({ version: '2.9.4', source: 'NATS_SERVER_BIN', bin: env.NATS_SERVER_BIN })
})

it('a wrong NATS_SERVER_BIN is an error, even when there is another nats-server', async () => {
  await program('bin', '2.15.0')
  env.NATS_SERVER_BIN = path.join(folder, 'nowhere')
  await expect(find()).rejects.toThrow(/^NATS_SERVER_BIN=.*nowhere cannot be used/)
  env.NATS_SERVER_BIN = await program('named', '2.9.3')
  await expect(find()).rejects.toThrow('is nats-server 2.9.3, and 2.9.4 or newer is needed')
  env.NATS_SERVER_BIN = '/bin/echo'
  await expect(find()).rejects.toThrow('/bin/echo is not a nats-server')
})

it('one on PATH that is too old is said and passed over', async () => {
  await program('bin', '2.2.0')
  await program('later', '2.10.7')
  env.PATH += `${path.delimiter}${path.join(folder, 'later')}`
  expect(await find()).toMatchObject({ version: '2.10.7' })
  expect(said.join('\n')).toContain('passing over the one on PATH')
})

it('the cache gives the pinned version, else the newest', async () => {
  await program('cache/leadtriage/nats-server/v2.9.10', '2.9.10')
  await program('cache/leadtriage/nats-server/v2.99.0', '2.99.0')
  expect(await find()).toMatchObject({ version: '2.99.0' })
  await program('cache/leadtriage/nats-server/v2.15.0', '2.15.0')
  expect(await find()).toMatchObject({ version: '2.15.0' })
})

it('the last failure lists every step with its reason, and what to do', async () => {
  const failing = { name: 'the moon', fetches: true, find: () => Promise.reject(new Error('too far')) }
  const search = findNatsServer({ env, sources: [...AT_HAND, failing], onProgress: (line) => said.push(line) })
  const { message } = await search.then(
    () => expect.unreachable(),
    (error: Error) => error,
  )
  for (const text of ['NATS_SERVER_BIN: not set', 'PATH: no nats-server there', 'the moon: too far', 'NATS_URL']) {
    expect(message).toContain(text)
  }
  expect(said).toEqual(['nats-server: no luck with the moon: too far'])
})

it('a cache folder that cannot be made is replaced by one that nobody else can write to', async () => {
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
