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

it('a valid archive is unpacked into the cache, and leaves no other files there', async () => {
  const archive = await makeArchive()
  const messages: string[] = []
  const found = await downloadFrom(await serve((_, response) => response.end(archive)), { archive, print: messages })

  expect(found).toEqual({ bin: path.join(cacheDir, 'v9.9.9', 'nats-server'), version: '9.9.9' })
  expect(await readdir(cacheDir)).toEqual(['v9.9.9'])
  expect(messages.at(-1)).toContain('100 %')
})

it('two processes that download at the same time both get the program', async () => {
  const archive = await makeArchive()
  const url = await serve((_, response) => response.end(archive))
  const [one, other] = await Promise.all([downloadFrom(url, { archive }), downloadFrom(url, { archive })])

  expect(one).toEqual(other)
  expect(await readdir(cacheDir)).toEqual(['v9.9.9'])
})

it('an archive with a different SHA-256 is rejected and not unpacked', async () => {
  const archive = await makeArchive()
  const url = await serve((_, response) => response.end(Buffer.concat([archive, Buffer.from('!')])))

  await expect(downloadFrom(url, { archive })).rejects.toThrow('wrong SHA-256')
  expect(await readdir(cacheDir)).toEqual([])
})

it('the error for a missing archive has its URL and the status', async () => {
  const archive = await makeArchive()
  const url = await serve((_, response) => response.writeHead(404).end())

  await expect(downloadFrom(url, { archive })).rejects.toThrow(`${url}/${NAME}.tar.gz returned 404`)
})

it('a server that does not respond causes a timeout', async () => {
  const archive = await makeArchive()
  const url = await serve(() => undefined)

  await expect(downloadFrom(url, { archive, responseTimeoutMs: 300 })).rejects.toThrow('no response within 0.3 s')
  expect(await readdir(cacheDir)).toEqual([])
})

it('a server that stops sending causes an idle timeout', async () => {
  const archive = await makeArchive()
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-length': archive.byteLength })
    response.write(archive.subarray(0, 10))
  })

  await expect(downloadFrom(url, { archive, idleTimeoutMs: 200 })).rejects.toThrow('no data for 0.2 s')
  expect(await readdir(cacheDir)).toEqual([])
})

it('an abort signal ends a download', async () => {
  const archive = await makeArchive()
  const stop = new AbortController()
  const url = await serve(() => stop.abort(new Error('aborted')))

  await expect(downloadFrom(url, { archive, signal: stop.signal })).rejects.toThrow('aborted')
})

/** Makes an archive like those of a nats-server release, with a script that prints its version as the program. */
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

/** Downloads with generous timeouts, unless given. */
function downloadFrom(
  url: string,
  given: {
    archive: Buffer
    print?: string[]
    signal?: AbortSignal
    responseTimeoutMs?: number
    idleTimeoutMs?: number
  },
) {
  const { responseTimeoutMs = 10_000, idleTimeoutMs = 10_000 } = given
  const sha256 = createHash('sha256').update(given.archive).digest('hex')
  return findInRelease(
    {
      env: process.env,
      cacheDir: async () => cacheDir,
      print: (line) => given.print?.push(line),
      signal: given.signal,
    },
    {
      url,
      archive: { file: `${NAME}.tar.gz`, sha256 },
      timeouts: { responseTimeoutMs, idleTimeoutMs, totalTimeoutMs: 10_000 },
    },
  )
}
