import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import type { Transport } from '@connectrpc/connect'
import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { IntakeService } from '../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { FrameFlag, frame } from '../testkit/clients/grpc-frames.ts'
import { useRawGrpc } from '../testkit/clients/raw-grpc.ts'
import { postLead } from '../testkit/clients/rest.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

const start = useServices(useStack())
const openGrpc = useRawGrpc()
const CALLS = 48
const MIB = 1024 * 1024

/** 7.6 MiB, close to the maximum size of a request. */
function largeBatch() {
  const requests = Array.from({ length: 1_000 }, () => ({
    idempotencyKey: randomUUID(),
    lead: { note: 'price '.repeat(1_300), email: 'buyer@example.com' },
  }))
  return { requests }
}

/** The peak resident memory of a process, in bytes. */
async function peakBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}

/** The memory limit of an intake pod, in bytes. */
async function podBytes(): Promise<number> {
  const deployment = parse(await readFile('deploy/k8s/base/intake/deployment.yaml', 'utf8'))
  return Number.parseInt(deployment.spec.template.spec.containers[0].resources.limits.memory, 10) * MIB
}

const protocols: [name: string, transport: (baseUrl: string) => Transport][] = [
  ['gRPC', (baseUrl) => createGrpcTransport({ baseUrl })],
  ['Connect', (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: true })],
]

test.runIf(existsSync('/proc/self')).each(protocols)(
  'concurrent large batches that exceed memory are rejected over %s, and intake stays within the memory of its pod',
  async (_name, transport) => {
    const intake = await start('intake')
    const batch = largeBatch()
    const outcomes = await Promise.all(
      Array.from({ length: CALLS }, () =>
        createClient(IntakeService, transport(intake.url))
          .batchCreateLeads(batch)
          .then(
            () => 'stored',
            (error: unknown) => Code[ConnectError.from(error).code],
          ),
      ),
    )
    const peak = await peakBytes(intake.pid)
    expect(peak).toBeLessThan(await podBytes())
    expect(outcomes).toContain('ResourceExhausted')
    expect((await postLead(intake.url, { note: 'Are you still there?' })).status).toBe(201)
  },
  120_000,
)

/** A message of 8 MB, one repeated letter, that compresses to 8 KB. */
const BOMB = gzipSync(Buffer.concat([Buffer.from([0x0a, 0x80, 0xa4, 0xe8, 0x03]), Buffer.alloc(8_000_000, 'x')]))
const BOMBS = 100
const CREATE_LEAD = '/leadtriage.intake.v1.IntakeService/CreateLead'

const bombs: [name: string, send: (url: string) => Promise<unknown>][] = [
  [
    'gRPC',
    (url) => {
      const client = openGrpc({ url })
      const call = () => client.call(CREATE_LEAD, frame(BOMB, FrameFlag.Compressed), { 'grpc-encoding': 'gzip' })
      return Promise.all(Array.from({ length: BOMBS }, call))
    },
  ],
  [
    'Connect',
    (url) => {
      const headers = { 'content-type': 'application/proto', 'content-encoding': 'gzip' }
      const call = () => fetch(`${url}${CREATE_LEAD}`, { method: 'POST', headers, body: BOMB })
      return Promise.all(Array.from({ length: BOMBS }, call))
    },
  ],
]

test.runIf(existsSync('/proc/self')).each(bombs)(
  'concurrent messages that decompress to a thousand times their size, over %s, stay within the memory of a pod',
  async (_name, send) => {
    const intake = await start('intake')
    await send(intake.url)
    expect(await peakBytes(intake.pid)).toBeLessThan(await podBytes())
    expect((await postLead(intake.url, { note: 'Are you still there?' })).status).toBe(201)
  },
  120_000,
)
