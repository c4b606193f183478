import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Transport } from '@connectrpc/connect'
import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { IntakeService } from '../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { postLead } from './fixtures/rest.ts'
import { useServices } from './fixtures/service-process.ts'
import { useStack } from './fixtures/stack.ts'

const start = useServices(useStack())
const CALLS = 48
const MIB = 1024 * 1024

/** Close to the largest request that there may be: 7.6 MiB. */
function largeBatch() {
  const requests = Array.from({ length: 1_000 }, () => ({
    idempotencyKey: randomUUID(),
    lead: { note: 'price '.repeat(1_300), email: 'buyer@example.com' },
  }))
  return { requests }
}

/** The most memory that a process has had so far, in bytes. */
async function peakBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}

/** What a pod of intake may use, in bytes. */
async function podBytes(): Promise<number> {
  const deployment = parse(await readFile('deploy/k8s/base/intake/deployment.yaml', 'utf8'))
  return Number.parseInt(deployment.spec.template.spec.containers[0].resources.limits.memory, 10) * MIB
}

const doors: [name: string, transport: (baseUrl: string) => Transport][] = [
  ['gRPC', (baseUrl) => createGrpcTransport({ baseUrl })],
  ['Connect', (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: true })],
]

test.runIf(existsSync('/proc/self')).each(doors)(
  'more large batches at once than memory would hold are refused, over %s, and intake lives on in what a pod has',
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
