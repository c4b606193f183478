import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { eventually } from '../../testkit/eventually.ts'
import { useTcpProxies } from '../../testkit/fixtures/tcp-proxies.ts'
import type { TlsServer } from '../../testkit/servers/tls-servers.ts'
import { startTlsPostgres } from '../../testkit/servers/tls-servers.ts'
import { createAuthority } from '../../testkit/tls/certificates.ts'
import type { Sql } from './connect.ts'
import { connectOnce, connectPostgres } from './connect.ts'
import { withQueryTimeout } from './query-timeout.ts'

const authority = createAuthority('authority of the database')
const stranger = createAuthority('authority of the database')
const proxyTo = useTcpProxies()
const pools: Sql[] = []
let directory: string
let server: TlsServer
let caFile: string
let strangerFile: string

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'leadtriage-tls-'))
  const write = (name: string, content: string) => {
    writeFileSync(join(directory, name), content)
    return join(directory, name)
  }
  caFile = write('ca.crt', authority.cert)
  strangerFile = write('stranger.crt', stranger.cert)
  server = await startTlsPostgres(directory, authority.issue({ names: ['127.0.0.1'] }))
})
afterEach(async () => {
  await Promise.all(pools.splice(0).map((sql) => sql.end({ timeout: 1 })))
})
afterAll(async () => {
  await server.stop()
  await rm(directory, { recursive: true })
})

function open(parameters: Record<string, string>, url = server.url) {
  const log = captureLog()
  const address = `${url}?${new URLSearchParams(parameters)}`
  const sql = connectPostgres({ url: address, applicationName: 'tls', maxConnections: 1, log: log.log })
  pools.push(sql)
  return { sql, log, isEncrypted: () => isEncrypted(sql) }
}

async function isEncrypted(sql: Sql): Promise<boolean | undefined> {
  const [row] = await sql<{ ssl: boolean }[]>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`
  return row?.ssl
}

/** The URL of the server by a name that its certificate does not have. */
const byName = () => server.url.replace('127.0.0.1', 'localhost')

describe('a connection', () => {
  test.each<[Record<string, string>, boolean]>([
    [{}, false],
    [{ sslmode: 'disable' }, false],
    [{ sslmode: 'prefer' }, true],
    [{ sslmode: 'require' }, true],
  ])('with %j is encrypted: %s', async (parameters, expected) => {
    expect(await open(parameters).isEncrypted()).toBe(expected)
  })

  test.each(['require', 'verify-ca', 'verify-full', undefined])(
    'with sslmode=%s is accepted if the certificate is of the authority, and rejected otherwise',
    async (sslmode) => {
      const mode = sslmode === undefined ? {} : { sslmode }
      expect(await open({ ...mode, sslrootcert: caFile }).isEncrypted()).toBe(true)
      const { sql, log } = open({ ...mode, sslrootcert: strangerFile })
      await expect(withQueryTimeout(sql`select 1`)).rejects.toMatchObject({
        code: 'unavailable',
        cause: { code: 'TLS_FAILED', message: expect.stringContaining('PostgreSQL was not accepted over TLS') },
      })
      expect(log.entries()).toContainEqual(
        expect.objectContaining({ level: 50, msg: 'cannot connect to PostgreSQL over TLS; retrying' }),
      )
    },
  )

  test('to a host that is not in the certificate is accepted with verify-ca, and rejected with verify-full', async () => {
    expect(await open({ sslmode: 'verify-ca', sslrootcert: caFile }, byName()).isEncrypted()).toBe(true)
    const { sql } = open({ sslmode: 'verify-full', sslrootcert: caFile }, byName())
    await expect(sql`select 1`).rejects.toThrow('ERR_TLS_CERT_ALTNAME_INVALID')
  })

  test('with verify-full and no file is rejected, because the authority is not a public one', async () => {
    const { sql } = open({ sslmode: 'verify-full' })
    await expect(sql`select 1`).rejects.toThrow(/UNABLE_TO|SELF_SIGNED/)
  })

  test('whose file is gone is rejected', async () => {
    const { sql } = open({ sslrootcert: join(directory, 'missing') })
    await expect(sql`select 1`).rejects.toThrow('the file with the authorities cannot be used (ENOENT)')
  })

  test('is accepted once its file has the right authority, without a restart', async () => {
    const path = join(directory, 'renewed.crt')
    writeFileSync(path, stranger.cert)
    const { sql, isEncrypted } = open({ sslrootcert: path })
    await expect(sql`select 1`).rejects.toThrow('PostgreSQL was not accepted')
    writeFileSync(path, authority.cert)
    expect(await eventually(isEncrypted)).toBe(true)
  })

  test('transfers large values in both directions', async () => {
    const { sql } = open({ sslrootcert: caFile })
    const text = 'ä'.repeat(3_000_000)
    const [row] = await sql<{ length: number; text: string }[]>`select length(${text}::text), ${text}::text as text`
    expect(row?.length).toBe(3_000_000)
    expect(row?.text === text).toBe(true)
  })

  test('of a program with one connection is encrypted', async () => {
    const sql = connectOnce(`${server.url}?sslmode=verify-full&sslrootcert=${encodeURIComponent(caFile)}`)
    pools.push(sql)
    expect(await isEncrypted(sql)).toBe(true)
  })
})

describe('with TLS, a pool', () => {
  test('keeps working when its connection is reset again and again', async () => {
    const proxy = await proxyTo(server.url)
    const { sql } = open({ sslrootcert: caFile }, proxy.url)
    for (let round = 1; round <= 12; round += 1) {
      const running = sql`select pg_sleep(0.02)`.catch((error: unknown) => error)
      await sleep(round * 4) // at another stage of the connection each time
      proxy.reset()
      await running
      // queries issued between the error and the close of a connection are those that the driver would lose
      await eventually(() => withQueryTimeout(sql`select 1`))
    }
  })

  test('keeps working after its server was unreachable', async () => {
    const proxy = await proxyTo(server.url, { isCut: true })
    const { sql } = open({ sslrootcert: caFile }, proxy.url)
    await expect(withQueryTimeout(sql`select 1`)).rejects.toMatchObject({ code: 'unavailable' })
    await proxy.heal()
    expect(await eventually(() => withQueryTimeout(sql`select 1 as one`))).toEqual([{ one: 1 }])
  })
})

describe('a server', () => {
  const servers: { close(): void }[] = []
  afterEach(() => {
    for (const one of servers.splice(0)) one.close()
  })

  /** Answers the first packet, and returns what else it received. */
  async function answering(answer: string): Promise<{ url: string; received: () => string }> {
    let received = ''
    const sockets = new Set<Socket>()
    const fake = createServer((socket) => {
      sockets.add(socket)
      socket.once('data', () => {
        socket.write(answer)
        socket.on('data', (chunk) => {
          received += chunk.toString('latin1')
        })
      })
      socket.on('error', () => undefined)
    })
    servers.push({ close: () => [fake.close(), ...[...sockets].map((socket) => socket.destroy())] })
    await new Promise<void>((resolve) => fake.listen(0, '127.0.0.1', resolve))
    const { port } = fake.address() as { port: number }
    return { url: `postgres://me:secret@127.0.0.1:${port}/x`, received: () => received }
  }

  test.each([
    ['that refuses TLS', 'N', 'it has no TLS'],
    ['that sends more than its answer', 'Sx', 'it did not answer the request for TLS'],
    ['that is no PostgreSQL', 'HTTP/1.1 400 Bad Request', 'it did not answer the request for TLS'],
  ])('%s gets no user name and no password', async (_what, answer, reason) => {
    const { url, received } = await answering(answer)
    const { sql } = open({ sslmode: 'require' }, url)
    await expect(sql`select 1`).rejects.toThrow(reason)
    expect(received()).toBe('')
  })

  test('without an answer fails the query within the connect timeout', async () => {
    const { url, received } = await answering('')
    const { sql } = open({ sslmode: 'require' }, url)
    await expect(sql`select 1`).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' })
    expect(received()).toBe('')
  })

  test('that refuses TLS is used without it if that is preferred only', async () => {
    const { url, received } = await answering('N')
    const { sql } = open({ sslmode: 'prefer' }, url)
    sql`select 1`.catch(() => undefined)
    await eventually(() => received().includes('user\0me'))
  })
})
