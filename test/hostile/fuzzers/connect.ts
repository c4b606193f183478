import type { Random } from '../../../testkit/random.ts'
import type { CaseContext, Fuzzer, TestCase } from '../fuzzer.ts'
import { allowedOutcomes, mutate, noExpectation } from '../fuzzer.ts'
import { readConnectResponse } from '../oracles/connect-response.ts'
import { checkLeads, checkRpcResponse } from '../oracles/rpc-response.ts'
import type { HttpCall } from '../wire/http-call.ts'
import { describeCall, sendCall } from '../wire/http-call.ts'
import { toBinaryMessage, toJsonValue } from '../wire/protobuf.ts'
import type { ConnectDraft } from './connect-mutations.ts'
import { BROKEN_BINARY, GET_MUTATIONS, JSON_MUTATIONS, POST_MUTATIONS } from './connect-mutations.ts'
import type { RpcCall } from './rpc-calls.ts'
import { generateRpcCall, OK } from './rpc-calls.ts'

export const connectFuzzer: Fuzzer = { protocol: 'connect', weight: 17, generate: generateConnect }

function generateConnect(context: CaseContext): TestCase {
  const { random, target } = context
  const call = generateRpcCall(context)
  const isJson = random.chance(0.6)
  const isGet = call.isRead && random.chance(0.5)
  const draft: ConnectDraft = {
    call,
    isJson,
    isGet,
    method: isGet ? 'GET' : 'POST',
    path: `/${call.method}`,
    contentType: isJson ? 'application/json' : 'application/proto',
    body: messageOf(call, isJson),
    headers: random.chance(0.5) ? [['connect-protocol-version', '1']] : [],
    query: [],
    ...noExpectation(),
  }
  if (isGet) draft.query.push(...queryOf(draft.body, isJson, random))
  const mutations = isGet
    ? GET_MUTATIONS
    : isJson
      ? [...POST_MUTATIONS, ...JSON_MUTATIONS]
      : [...POST_MUTATIONS, BROKEN_BINARY]
  mutate(draft, mutations, context, 0.3)
  const request = requestOf(draft, target.services[call.service].url)
  const allowed = allowedOutcomes(draft, call.expected)
  return {
    summary: `Connect ${isJson ? 'JSON' : 'binary'} ${draft.method} ${call.method.split('/')[1]}`,
    request: () => describeCall(request),
    run: async () => {
      recordLeads(context, call, draft.demanded.size === 0)
      const response = await sendCall(request)
      if ('oracle' in response) return draft.body.length > 8 * 2 ** 20 ? [] : [response]
      const rpc = readConnectResponse(response, draft.method === 'HEAD')
      const violations = checkRpcResponse(rpc, allowed)
      if (rpc.code === OK && draft.demanded.size === 0) violations.push(...checkLeads(call, rpc, context))
      return violations
    },
  }
}

/** Records the leads of a call before it is sent. */
export function recordLeads({ ledger, caseName }: CaseContext, { leads }: RpcCall, isValid: boolean): void {
  for (const { key, lead } of leads) {
    if (isValid && lead) ledger.recordValid(caseName, key, lead)
    else ledger.recordInvalid(caseName, key)
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

function requestOf({ isGet, method, path, contentType, body, headers, query }: ConnectDraft, url: string): HttpCall {
  const search = isGet ? `?${query.map(([name, value]) => `${name}=${percentEncode(value)}`).join('&')}` : ''
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

/** Percent-encodes a value unless it already is. */
function percentEncode(value: string): string {
  return value.startsWith('%') ? value : encodeURIComponent(value)
}
