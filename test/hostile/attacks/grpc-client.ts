import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import type { Attack, Attacker, Fault, Making, Mutation } from '../attack.ts'
import { mutate, Oracle } from '../attack.ts'
import type { Expectation } from '../expectation.ts'
import { allowedOutcomes, demand, expectNothingYet, permit } from '../expectation.ts'
import type { RpcAnswer } from '../oracles/rpc-answer.ts'
import { faultsOfLeads, faultsOfRpcAnswer, readStatusDetails } from '../oracles/rpc-answer.ts'
import { ANSWER_TIMEOUT_MS, describeBytes } from '../wire/http-call.ts'
import { toBinaryMessage } from '../wire/protobuf.ts'
import { breakBinary } from './break-binary.ts'
import { noteLeads } from './connect.ts'
import type { RpcCall } from './rpc-calls.ts'
import { CANCELLED, DEADLINE_EXCEEDED, INVALID_ARGUMENT, makeRpcCall, OK, RESOURCE_EXHAUSTED } from './rpc-calls.ts'

/** A call by the stock client of gRPC on its way. */
interface ClientDraft extends Expectation {
  readonly call: RpcCall
  message: Buffer
  readonly metadata: [string, string | Buffer][]
  deadlineMs: number | undefined
  cancelAfterMs: number | undefined
}

export const grpcClientAttacker: Attacker = { protocol: 'grpcjs', share: 6, make: makeGrpcClient }

function makeGrpcClient(making: Making): Attack {
  const { target } = making
  const call = makeRpcCall(making)
  const draft: ClientDraft = {
    call,
    message: toBinaryMessage(call.fields),
    metadata: [],
    deadlineMs: undefined,
    cancelAfterMs: undefined,
    ...expectNothingYet(),
  }
  mutate(draft, CLIENT_MUTATIONS, making, 0.2)
  const allowed = allowedOutcomes(draft, call.expected)
  return {
    what: `grpc-js ${call.method.split('/')[1]}`,
    request: () => `${JSON.stringify(draft.metadata)} deadline ${draft.deadlineMs} ms\n${describeBytes(draft.message)}`,
    run: async () => {
      noteLeads(making, call, draft.demanded.size === 0)
      const answer = await send(draft, target.services[call.service].port)
      if ('oracle' in answer) return [answer]
      const faults = faultsOfRpcAnswer(answer, allowed)
      if (answer.code === OK && draft.demanded.size === 0) faults.push(...faultsOfLeads(call, answer, making))
      return faults
    },
  }
}

async function send(draft: ClientDraft, port: number): Promise<RpcAnswer | Fault> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_retries': 0,
  })
  // a client that is closed while it connects leaves its connection open
  await new Promise((resolve) => client.waitForReady(Date.now() + ANSWER_TIMEOUT_MS, resolve))
  const metadata = new Metadata()
  for (const [name, value] of draft.metadata) metadata.add(name, value)
  const deadline = Date.now() + (draft.deadlineMs ?? ANSWER_TIMEOUT_MS)
  const asBytes = (bytes: Buffer) => bytes
  const { promise, resolve } = Promise.withResolvers<RpcAnswer | Fault>()
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
        resolve({ code: OK, message: '', details: [], response: { binary: response ?? Buffer.alloc(0) }, faults: [] })
      else if (error.code === DEADLINE_EXCEEDED && draft.deadlineMs === undefined)
        resolve({ oracle: Oracle.Time, expected: `an answer within ${ANSWER_TIMEOUT_MS} ms`, got: 'none' })
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

function readError({ code, details: message, metadata }: ServiceError): RpcAnswer {
  const [status] = metadata.get('grpc-status-details-bin')
  const read = status === undefined ? undefined : readStatusDetails(Buffer.from(status as Buffer), code)
  return { code, message, details: read?.details ?? [], response: undefined, faults: read?.faults ?? [] }
}

const CLIENT_MUTATIONS: readonly Mutation<ClientDraft>[] = [
  {
    name: 'metadata',
    apply: (draft, making, random) => {
      const token = making.token()
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
      if (draft.metadata.some(([other]) => other === name)) return false // the client itself refuses some of those
      draft.metadata.push([name, value])
    },
  },
  {
    name: 'another key in the metadata',
    apply: (draft, making) => {
      if (!draft.call.method.endsWith('/CreateLead')) return false
      const key = making.key()
      making.ledger.sendInvalid(making.caseName, key)
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
    apply: (draft, making, random) => {
      draft.message = breakBinary(draft.message, draft.call.method, making, random)
      demand(draft, INVALID_ARGUMENT)
    },
  },
  {
    name: 'too large',
    apply: (draft, _making, random) => {
      if (!random.chance(0.1)) return false
      draft.message = Buffer.alloc(8 * 2 ** 20 + 1, 0x20)
      demand(draft, RESOURCE_EXHAUSTED)
    },
  },
]
