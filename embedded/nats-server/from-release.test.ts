import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findInRelease } from './from-release.ts'

const NAME = 'nats-server-v9.9.9-test'

let folder: string
let cacheDir: string
let server: Server | undefined

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'leadtriage-test-'))
  cacheDir = path.join(folder, 'cache')
  await mkdir(cacheDir)
})
afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  await rm(folder, { recursive: true })
})

it('a good archive is unpacked into the cache, with nothing else left there', async () => {
  const archive = await makeArchive()
  const said: string[] = []
  const found = await fetchFrom(await serve((_, response) => response.end(archive)), { archive, say: said })

  expect(found).toEqual({ bin: path.join(cacheDir, 'v9.9.9', 'nats-server'), version: '9.9.9' })
  expect(await readdir(cacheDir)).toEqual(['v9.9.9'])
  expect(said.at(-1)).toContain('100 %')
})

it('two processes that fetch at once both get the program', async () => {
  const archive = await makeArchive()
  const url = await serve((_, response) => response.end(archive))
  const [one, other] = await Promise.all([fetchFrom(url, { archive }), fetchFrom(url, { archive })])

  expect(one).toEqual(other)
  expect(await readdir(cacheDir)).toEqual(['v9.9.9'])
})

it('an archive with another SHA-256 is refused and never unpacked', async () => {
  const archive = await makeArchive()
  const url = await serve((_, response) => response.end(Buffer.concat([archive, Buffer.from('!')])))

  await expect(fetchFrom(url, { archive })).rejects.toThrow('wrong SHA-256')
  expect(await readdir(cacheDir)).toEqual([])
})

it('an archive that is not there is named with the answer', async () => {
  const archive = await makeArchive()
  const url = await serve((_, response) => response.writeHead(404).end())

  await expect(fetchFrom(url, { archive })).rejects.toThrow(`${url}/${NAME}.tar.gz answered 404`)
})

it('a server that never answers is given up', async () => {
  const archive = await makeArchive()
  const url = await serve(() => undefined)

  await expect(fetchFrom(url, { archive, answerTimeoutMs: 300 })).rejects.toThrow('no answer within 0.3 s')
  expect(await readdir(cacheDir)).toEqual([])
})

it('a server that stops in the middle is given up', async () => {
  const archive = await makeArchive()
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-length': archive.byteLength })
    response.write(archive.subarray(0, 10))
  })

  await expect(fetchFrom(url, { archive, stallTimeoutMs: 200 })).rejects.toThrow('nothing came for 0.2 s')
  expect(await readdir(cacheDir)).toEqual([])
})

it('Ctrl-C ends a download', async () => {
  const archive = await makeArchive()
  const stop = new AbortController()
  const url = await serve(() => stop.abort(new Error('told to stop')))

  await expect(fetchFrom(url, { archive, signal: stop.signal })).rejects.toThrow('told to stop')
})

/** A release archive as the project publishes them, whose program is a script that knows its version. */
async function makeArchive(): Promise<Buffer> {
  await mkdir(path.join(folder, NAME))
  const script = '#!/bin/sh\necho "nats-server: v9.9.9"\n'
  await writeFile(path.join(folder, NAME, 'nats-server'), script, { mode: 0o755 })
  execFileSync('tar', ['-czf', `${NAME}.tar.gz`, NAME], { cwd: folder })
  return readFile(path.join(folder, `${NAME}.tar.gz`))
}

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}

/** With more patience than any machine needs, unless the test is about it. */
function fetchFrom(
  url: string,
  given: { archive: Buffer; say?: string[]; signal?: AbortSignal; answerTimeoutMs?: number; stallTimeoutMs?: number },
) {
  const { answerTimeoutMs = 10_000, stallTimeoutMs = 10_000 } = given
  const sha256 = createHash('sha256').update(given.archive).digest('hex')
  return findInRelease(
    { env: process.env, cacheDir: async () => cacheDir, say: (line) => given.say?.push(line), signal: given.signal },
    {
      url,
      archive: { file: `${NAME}.tar.gz`, sha256 },
      timeouts: { answerTimeoutMs, stallTimeoutMs, totalTimeoutMs: 10_000 },
    },
  )
}
