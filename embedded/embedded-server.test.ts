/* The conformance tests of an embedded server, run against each of them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import postgres from 'postgres'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EmbeddedServer } from './embedded-server.ts'
import { startNats } from './nats.ts'
import { findNatsServer } from './nats-server/find-nats-server.ts'
import { startPostgres } from './postgres.ts'
import { commandLine } from './processes.ts'

interface StartOptions {
  readonly port?: number
  readonly onProgress?: (line: string) => void
}

interface Subject {
  readonly name: string
  readonly start: (folder: string, options?: StartOptions) => Promise<EmbeddedServer>
  /** JavaScript that starts the server in `folder`, to be run in a separate process. */
  readonly startScript: (folder: string) => Promise<string>
  readonly write: (url: string) => Promise<void>
  readonly read: (url: string) => Promise<string | undefined>
}

const moduleUrl = (file: string) => JSON.stringify(new URL(file, import.meta.url).href)

const subjects: readonly Subject[] = [
  {
    name: 'PostgreSQL',
    start: (folder, options) => startPostgres({ dataDir: folder, durable: false, ...options }),
    startScript: async (folder) =>
      `(await import(${moduleUrl('postgres.ts')})).startPostgres(${JSON.stringify({ dataDir: folder, durable: false })})`,
    write: (url) =>
      withSql(url, async (sql) => {
        await sql`create table kept as select 'a word' as word`
      }),
    read: (url) => withSql(url, async (sql) => (await sql`select word from kept`)[0]?.word),
  },
  {
    name: 'nats-server',
    start: async (folder, options) => startNats({ bin: (await findNatsServer()).bin, storeDir: folder, ...options }),
    startScript: async (folder) => {
      const { bin } = await findNatsServer()
      return `(await import(${moduleUrl('nats.ts')})).startNats(${JSON.stringify({ bin, storeDir: folder })})`
    },
    write: (url) =>
      withNats(url, async (connection) => {
        await (await jetstreamManager(connection)).streams.add({ name: 'KEPT', subjects: ['kept'] })
        await jetstream(connection).publish('kept', 'a word')
      }),
    read: (url) =>
      withNats(url, async (connection) => {
        const message = await (await jetstreamManager(connection)).streams.getMessage('KEPT', { seq: 1 })
        return message?.string()
      }),
  },
]

describe.each(subjects)('embedded $name', ({ start, startScript, write, read }) => {
  let folder: string
  const started: EmbeddedServer[] = []
  const startOne = async (options?: StartOptions) => {
    const server = await start(path.join(folder, 'server'), options)
    started.push(server)
    return server
  }

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'leadtriage-test-'))
  })
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.stop()))
    await rm(folder, { recursive: true })
  })

  it('serves a real client, keeps its data over a restart, and leaves no process running', async () => {
    const first = await startOne()
    expect(first.version).toMatch(/^\d+\.\d+/)
    expect(new URL(first.url).port).toBe(String(first.port))
    await write(first.url)
    await first.stop()
    expect(await commandLine(first.pid)).toBeUndefined()

    const second = await startOne()
    expect(await read(second.url)).toBe('a word')
    await second.stop()
    expect(await commandLine(second.pid)).toBeUndefined()
  })

  it('can be stopped twice, concurrently and later, and reports the exit as expected', async () => {
    const server = await startOne()
    await Promise.all([server.stop(), server.stop()])
    await server.stop()
    expect(await server.exited).toMatchObject({ expected: true })
  })

  it('reports an unexpected exit, and can be started again immediately in the same folder', async () => {
    const first = await startOne()
    await write(first.url)
    process.kill(first.pid, 'SIGKILL')
    expect(await first.exited).toMatchObject({ expected: false, signal: 'SIGKILL' })
    await first.stop()

    const second = await startOne({ port: first.port })
    expect(second.url).toBe(first.url)
    expect(await read(second.url)).toBe('a word')
  })

  it('stops a server that a killed parent left running, and uses its data', async () => {
    const script = `const server = await ${await startScript(path.join(folder, 'server'))}; console.log(JSON.stringify(server)); setInterval(() => {}, 1e6)`
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string]
    const leftover = JSON.parse(line) as EmbeddedServer
    await write(leftover.url)
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    expect(await commandLine(leftover.pid)).toBeDefined()

    const messages: string[] = []
    const server = await startOne({ onProgress: (text) => messages.push(text) })
    expect(await commandLine(leftover.pid)).toBeUndefined()
    expect(messages.join('\n')).toContain(`process ${leftover.pid}`)
    expect(await read(server.url)).toBe('a word')
  })

  it('names the port in the error if it is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    try {
      await expect(startOne({ port })).rejects.toThrow(`port ${port} of 127.0.0.1 (EADDRINUSE)`)
    } finally {
      other.close()
    }
  })
})

async function withSql<T>(url: string, use: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1 })
  try {
    return await use(sql)
  } finally {
    await sql.end()
  }
}

async function withNats<T>(
  url: string,
  use: (connection: Awaited<ReturnType<typeof connect>>) => Promise<T>,
): Promise<T> {
  const connection = await connect({ servers: url })
  try {
    return await use(connection)
  } finally {
    await connection.close()
  }
}
