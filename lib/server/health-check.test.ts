import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useCertificateFiles } from '../../testkit/fixtures/certificate-files.ts'
import { useTestServers } from '../../testkit/fixtures/test-server.ts'

const PROGRAM = fileURLToPath(new URL('health-check.ts', import.meta.url))
const UNREACHABLE = 'http://127.0.0.1:1/healthz'
let server: http.Server
let url: string

beforeAll(async () => {
  server = http.createServer(({ url: path }, response) => response.writeHead(path === '/readyz' ? 503 : 200).end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

async function check(...urls: string[]) {
  return checkWith({}, ...urls)
}

async function checkWith(env: NodeJS.ProcessEnv, ...urls: string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...urls], { env: { PATH: process.env.PATH, ...env } })
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  return { code: code as number, stderr }
}

test('the check passes if one of several URLs responds', async () => {
  expect(await check(UNREACHABLE, `${url}/healthz`)).toEqual({ code: 0, stderr: '' })
})

test('an error status fails the check and is printed', async () => {
  expect(await check(`${url}/readyz`)).toEqual({ code: 1, stderr: `${url}/readyz responded with status 503\n` })
})

test('the check fails without a response and without a URL', async () => {
  expect(await check(UNREACHABLE)).toMatchObject({ code: 1, stderr: expect.stringContaining('ECONNREFUSED') })
  expect(await check()).toMatchObject({ code: 1 })
})

describe('a service with TLS', () => {
  const startServer = useTestServers()
  const { files, authority, write } = useCertificateFiles()
  const env = { TLS_CERT_FILE: files.cert, TLS_KEY_FILE: files.key }

  test('passes the check by its http URL, where the check has the same settings', async () => {
    const { port } = await startServer({ tls: { files } })
    const plainUrl = `http://127.0.0.1:${port}/healthz`
    expect(await checkWith(env, plainUrl)).toEqual({ code: 0, stderr: '' })
    expect(await check(plainUrl)).toEqual({ code: 1, stderr: `${plainUrl} responded with status 400\n` })
  })

  test('passes the check by its https URL, whatever the names in its certificate are', async () => {
    const { cert, key } = authority.issue({ names: ['leads.example.com'] })
    const named = { cert: write('named.crt', cert), key: write('named.key', key), clientCa: undefined }
    const server = await startServer({ tls: { files: named } })
    expect(await check(`${server.url}/healthz`)).toEqual({ code: 0, stderr: '' })
  })

  test('that asks clients for a certificate passes the check if its own is accepted', async () => {
    const clientCa = write('clients.crt', authority.cert)
    const server = await startServer({ tls: { files: { ...files, clientCa } } })
    expect(await checkWith(env, `${server.url}/healthz`)).toEqual({ code: 0, stderr: '' })
    expect(await check(`${server.url}/healthz`)).toMatchObject({ code: 1 })
  })
})
