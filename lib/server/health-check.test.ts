import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

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
  const child = spawn(process.execPath, [PROGRAM, ...urls])
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
