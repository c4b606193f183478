import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('health-check.ts', import.meta.url))
const NOBODY = 'http://127.0.0.1:1/healthz'
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

test('one of several that answers is enough', async () => {
  expect(await check(NOBODY, `${url}/healthz`)).toEqual({ code: 0, stderr: '' })
})

test('an answer that says no is not enough, and it is told what was answered', async () => {
  expect(await check(`${url}/readyz`)).toEqual({ code: 1, stderr: `${url}/readyz answered 503\n` })
})

test('no answer, and no question, are not enough', async () => {
  expect(await check(NOBODY)).toMatchObject({ code: 1, stderr: expect.stringContaining('ECONNREFUSED') })
  expect(await check()).toMatchObject({ code: 1 })
})
