import type { Random } from '../../../testkit/random.ts'
import type { Attack, Attacker, Making } from '../attack.ts'
import { mutate } from '../attack.ts'
import { allowedOutcomes, expectNothingYet } from '../expectation.ts'
import { readConnectAnswer } from '../oracles/connect-answer.ts'
import { faultsOfLeads, faultsOfRpcAnswer } from '../oracles/rpc-answer.ts'
import type { HttpCall } from '../wire/http-call.ts'
import { describeCall, sendCall } from '../wire/http-call.ts'
import { toBinaryMessage, toJsonValue } from '../wire/protobuf.ts'
import type { ConnectDraft } from './connect-mutations.ts'
import { BROKEN_BINARY, GET_MUTATIONS, JSON_MUTATIONS, POST_MUTATIONS } from './connect-mutations.ts'
import type { RpcCall } from './rpc-calls.ts'
import { makeRpcCall, OK } from './rpc-calls.ts'

export const connectAttacker: Attacker = { protocol: 'connect', share: 17, make: makeConnect }

function makeConnect(making: Making): Attack {
  const { random, target } = making
  const call = makeRpcCall(making)
  const isJson = random.chance(0.6)
  const byGet = call.reads && random.chance(0.5)
  const draft: ConnectDraft = {
    call,
    isJson,
    byGet,
    method: byGet ? 'GET' : 'POST',
    path: `/${call.method}`,
    contentType: isJson ? 'application/json' : 'application/proto',
    body: messageOf(call, isJson),
    headers: random.chance(0.5) ? [['connect-protocol-version', '1']] : [],
    query: [],
    ...expectNothingYet(),
  }
  if (byGet) draft.query.push(...queryOf(draft.body, isJson, random))
  const mutations = byGet
    ? GET_MUTATIONS
    : isJson
      ? [...POST_MUTATIONS, ...JSON_MUTATIONS]
      : [...POST_MUTATIONS, BROKEN_BINARY]
  mutate(draft, mutations, making, 0.3)
  const request = requestOf(draft, target.services[call.service].url)
  const allowed = allowedOutcomes(draft, call.expected)
  return {
    what: `Connect ${isJson ? 'JSON' : 'binary'} ${draft.method} ${call.method.split('/')[1]}`,
    request: () => describeCall(request),
    run: async () => {
      noteLeads(making, call, draft.demanded.size === 0)
      const answer = await sendCall(request)
      if ('oracle' in answer) return draft.body.length > 8 * 2 ** 20 ? [] : [answer]
      const rpc = readConnectAnswer(answer, draft.method === 'HEAD')
      const faults = faultsOfRpcAnswer(rpc, allowed)
      if (rpc.code === OK && draft.demanded.size === 0) faults.push(...faultsOfLeads(call, rpc, making))
      return faults
    },
  }
}

/** Tells the ledger which leads are about to be sent, validly or not. */
export function noteLeads({ ledger, caseName }: Making, { leads }: RpcCall, valid: boolean): void {
  for (const { key, lead } of leads) {
    if (valid && lead) ledger.sendValid(caseName, key, lead)
    else ledger.sendInvalid(caseName, key)
  }
}

function messageOf({ fields }: RpcCall, isJson: boolean): Buffer {
  return isJson ? Buffer.from(JSON.stringify(toJsonValue({ fields }))) : toBinaryMessage(fields)
}

function queryOf(message: Buffer, isJson: boolean, random: Random): [string, string][] {
  const base64 = !isJson || random.chance(0.3)
  return [
    ['connect', 'v1'],
    ['encoding', isJson ? 'json' : 'proto'],
    ...(base64 ? [['base64', '1'] as [string, string]] : []),
    ['message', message.toString(base64 ? 'base64url' : 'utf8')],
  ]
}

function requestOf({ byGet, method, path, contentType, body, headers, query }: ConnectDraft, url: string): HttpCall {
  const search = byGet ? `?${query.map(([name, value]) => `${name}=${encoded(value)}`).join('&')}` : ''
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return {
    method,
    url: `${url}${path}${search}`,
    headers: [
      ...headers,
      ...(hasBody && contentType !== undefined ? [['content-type', contentType] as [string, string]] : []),
    ],
    body: hasBody ? body : undefined,
  }
}

/** Percent-encoded, unless it is so already. */
function encoded(value: string): string {
  return value.startsWith('%') ? value : encodeURIComponent(value)
}
