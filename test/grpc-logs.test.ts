import { randomUUID } from 'node:crypto'
import type { OutgoingHttpHeaders } from 'node:http2'
import { create, toBinary } from '@bufbuild/protobuf'
import { status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { CreateLeadRequestSchema } from '../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { FrameFlag, frame } from '../testkit/clients/grpc-frames.ts'
import { useRawGrpc } from '../testkit/clients/raw-grpc.ts'
import { eventually } from '../testkit/eventually.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

const start = useServices(useStack())
const open = useRawGrpc()
const CREATE_LEAD = '/leadtriage.intake.v1.IntakeService/CreateLead'

test('nothing that a gRPC client sends is logged, however malformed it is and with all gRPC tracing on', async () => {
  const intake = await start('intake', { LOG_LEVEL: 'trace', GRPC_TRACE: 'all', GRPC_VERBOSITY: 'DEBUG' })
  const client = open(intake)
  const canary = `canary-${randomUUID()}`
  const lead = { note: `Call ${canary}`, email: `${canary}@example.com` }
  const valid = (idempotencyKey: string) =>
    frame(toBinary(CreateLeadRequestSchema, create(CreateLeadRequestSchema, { idempotencyKey, lead })))

  const refused: [Buffer, OutgoingHttpHeaders, number][] = [
    [valid(canary), {}, status.INVALID_ARGUMENT],
    [valid(randomUUID()).subarray(0, -1), {}, status.INVALID_ARGUMENT],
    [frame(Buffer.from(canary)), {}, status.INVALID_ARGUMENT],
    [frame(Buffer.from(canary), FrameFlag.Compressed), { 'grpc-encoding': 'gzip' }, status.INVALID_ARGUMENT],
    [valid(randomUUID()), { 'grpc-timeout': canary }, status.INVALID_ARGUMENT],
    [valid(randomUUID()), { ':path': `/${canary}/${canary}` }, status.UNIMPLEMENTED],
    [valid(randomUUID()), { 'content-type': `application/grpc+${canary}` }, status.UNIMPLEMENTED],
  ]
  for (const [body, headers, expected] of refused) {
    expect((await client.call(CREATE_LEAD, body, headers)).status).toBe(expected)
  }
  const metadata = {
    authorization: `Bearer ${canary}\u00e9`,
    'x-request-id': `${canary}\u00e9`,
    'x-key-bin': `${canary}\u00e9`,
    traceparent: canary,
  }
  expect((await client.call(CREATE_LEAD, valid(randomUUID()), metadata)).status).toBe(status.OK)

  await eventually(async () => intake.output().split('"protocol":"grpc"').length > refused.length + 1)
  expect(intake.output()).not.toContain(canary)
})
