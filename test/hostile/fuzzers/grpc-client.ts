import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import type { CaseContext, Expectation, Fuzzer, Mutation, TestCase, Violation } from '../fuzzer.ts'
import { allowedOutcomes, demand, mutate, noExpectation, Oracle, permit } from '../fuzzer.ts'
import type { RpcResult } from '../oracles/rpc-response.ts'
import { checkLeads, checkRpcResponse, readStatusDetails } from '../oracles/rpc-response.ts'
import { describeBytes, RESPONSE_TIMEOUT_MS } from '../wire/http-call.ts'
import { toBinaryMessage } from '../wire/protobuf.ts'
import { breakBinary } from './break-binary.ts'
import { recordLeads } from './connect.ts'
import type { RpcCall } from './rpc-calls.ts'
import { CANCELLED, DEADLINE_EXCEEDED, generateRpcCall, INVALID_ARGUMENT, OK, RESOURCE_EXHAUSTED } from './rpc-calls.ts'

/** A call by grpc-js, the standard client for Node. */
interface ClientDraft extends Expectation {
  readonly call: RpcCall
  message: Buffer
  readonly metadata: [string, string | Buffer][]
  deadlineMs: number | undefined
  cancelAfterMs: number | undefined
}

export const grpcClientFuzzer: Fuzzer = { protocol: 'grpcjs', weight: 6, generate: generateGrpcClient }

function generateGrpcClient(context: CaseContext): TestCase {
  const { target } = context
  const call = generateRpcCall(context)
  const draft: ClientDraft = {
    call,
    message: toBinaryMessage(call.fields),
    metadata: [],
    deadlineMs: undefined,
    cancelAfterMs: undefined,
    ...noExpectation(),
  }
  mutate(draft, CLIENT_MUTATIONS, context, 0.2)
  const allowed = allowedOutcomes(draft, call.expected)
  return {
    summary: `grpc-js ${call.method.split('/')[1]}`,
    request: () => `${JSON.stringify(draft.metadata)} deadline ${draft.deadlineMs} ms\n${describeBytes(draft.message)}`,
    run: async () => {
      recordLeads(context, call, draft.demanded.size === 0)
      const result = await send(draft, target.services[call.service].port)
      if ('oracle' in result) return [result]
      const violations = checkRpcResponse(result, allowed)
      if (result.code === OK && draft.demanded.size === 0) violations.push(...checkLeads(call, result, context))
      return violations
    },
  }
}

async function send(draft: ClientDraft, port: number): Promise<RpcResult | Violation> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_retries': 0,
  })
  // a client that is closed while it connects leaks the connection
  await new Promise((resolve) => client.waitForReady(Date.now() + RESPONSE_TIMEOUT_MS, resolve))
  const metadata = new Metadata()
  for (const [name, value] of draft.metadata) metadata.add(name, value)
  const deadline = Date.now() + (draft.deadlineMs ?? RESPONSE_TIMEOUT_MS)
  const asBytes = (bytes: Buffer) => bytes
  const { promise, resolve } = Promise.withResolvers<RpcResult | Violation>()
  const path = `/${draft.call.method}`
  const call = client.makeUnaryRequest(
    path,
    asBytes,
    asBytes,
    draft.message,
    metadata,
    { deadline },
    (error, response) => {
      if (error === null)
        resolve({
          code: OK,
          message: '',
          details: [],
          response: { binary: response ?? Buffer.alloc(0) },
          violations: [],
        })
      else if (error.code === DEADLINE_EXCEEDED && draft.deadlineMs === undefined)
        resolve({ oracle: Oracle.Timeout, expected: `a response within ${RESPONSE_TIMEOUT_MS} ms`, got: 'none' })
      else resolve(readError(error))
    },
  )
  if (draft.cancelAfterMs !== undefined) setTimeout(() => call.cancel(), draft.cancelAfterMs)
  try {
    return await promise
  } finally {
    client.close()
  }
}

function readError({ code, details: message, metadata }: ServiceError): RpcResult {
  const [status] = metadata.get('grpc-status-details-bin')
  const read = status === undefined ? undefined : readStatusDetails(Buffer.from(status as Buffer), code)
  return { code, message, details: read?.details ?? [], response: undefined, violations: read?.violations ?? [] }
}

const CLIENT_MUTATIONS: readonly Mutation<ClientDraft>[] = [
  {
    name: 'metadata',
    apply: (draft, context, random) => {
      const token = context.token()
      const [name, value] = random.pick<[string, string | Buffer]>([
        ['authorization', `Bearer ${token}`],
        ['cookie', token],
        [`x-${token}`, token],
        ['x-bytes-bin', Buffer.from(`\xff\x00${token}`, 'latin1')],
        [`x-${token}-bin`, Buffer.alloc(0)],
        ['traceparent', `00-${token}`],
        ['x-request-id', 'a b c; "quoted"'],
        ['idempotency-key-x', token],
        ['x-many', `${token},`.repeat(100)],
      ])
      if (draft.metadata.some(([other]) => other === name)) return false // grpc-js rejects some repeated names
      draft.metadata.push([name, value])
    },
  },
  {
    name: 'different key in the metadata',
    apply: (draft, context) => {
      if (!draft.call.method.endsWith('/CreateLead')) return false
      const key = context.key()
      context.ledger.recordInvalid(context.caseName, key)
      draft.metadata.push(['idempotency-key', key])
      demand(draft, INVALID_ARGUMENT)
    },
  },
  {
    name: 'deadline',
    apply: (draft, _making, random) => {
      draft.deadlineMs = random.pick([-1_000, 0, 1, 2, 5, 10, 30])
      permit(draft, DEADLINE_EXCEEDED, CANCELLED)
    },
  },
  {
    name: 'cancelled',
    apply: (draft, _making, random) => {
      draft.cancelAfterMs = random.integer(0, 15)
      permit(draft, CANCELLED)
    },
  },
  {
    name: 'broken binary',
    part: 'message',
    apply: (draft, context, random) => {
      draft.message = breakBinary(draft.message, draft.call.method, context, random)
      demand(draft, INVALID_ARGUMENT)
    },
  },
  {
    name: 'too large',
    part: 'message',
    apply: (draft, _making, random) => {
      if (!random.chance(0.1)) return false
      draft.message = Buffer.alloc(8 * 2 ** 20 + 1, 0x20)
      demand(draft, RESOURCE_EXHAUSTED)
    },
  },
]
