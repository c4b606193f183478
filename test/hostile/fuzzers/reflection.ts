import { fromBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { ServerReflectionResponseSchema } from '../../../gen/grpc/reflection/v1/reflection_pb.ts'
import { HealthCheckResponse_ServingStatus, HealthCheckResponseSchema } from '../../../gen/health/v1/health_pb.ts'
import { frame, readFrames } from '../../../testkit/clients/grpc-frames.ts'
import { callHttp2, openHttp2 } from '../../../testkit/clients/http2-call.ts'
import type { CaseContext, Fuzzer, TestCase, Violation } from '../fuzzer.ts'
import { Oracle } from '../fuzzer.ts'
import { describeBytes, RESPONSE_TIMEOUT_MS } from '../wire/http-call.ts'
import { lengthDelimited, varint } from '../wire/protobuf.ts'
import { checkSession } from './grpc.ts'
import { hostileText, notUtf8 } from './hostile-text.ts'
import { INVALID_ARGUMENT, NOT_FOUND, OK } from './rpc-calls.ts'

/** Calls the reflection and health services, with valid and invalid requests. */
export const reflectionFuzzer: Fuzzer = {
  protocol: 'reflection',
  weight: 3,
  generate: (context) => (context.random.chance(0.7) ? generateReflection(context) : generateHealth(context)),
}

interface ReflectionRequest {
  readonly bytes: Buffer
  /** The kind of response: descriptors, a list of services, or an error with one of these codes. */
  readonly expected: 'files' | 'services' | readonly number[]
}

const text = (no: number, value: string): Buffer => lengthDelimited(no, Buffer.from(value))

function generateRequests({ random, token }: CaseContext): ReflectionRequest[] {
  const services = ['leadtriage.intake.v1.IntakeService', 'leadtriage.triage.v1.TriageService', 'grpc.health.v1.Health']
  return Array.from({ length: random.integer(1, 6) }, () =>
    random.pick<ReflectionRequest>([
      { bytes: text(7, '*'), expected: 'services' },
      { bytes: text(7, token()), expected: 'services' },
      { bytes: text(4, 'grpc.health.v1.Health'), expected: 'files' },
      { bytes: text(3, 'google/protobuf/timestamp.proto'), expected: 'files' },
      { bytes: text(4, token()), expected: [NOT_FOUND] },
      { bytes: text(4, `${hostileText(random)}${token()}`), expected: [NOT_FOUND, INVALID_ARGUMENT] },
      { bytes: text(4, `.${random.pick(services)}`), expected: [NOT_FOUND] },
      { bytes: text(4, 's.'.repeat(20_000)), expected: [NOT_FOUND] },
      { bytes: text(3, `../../${token()}.proto`), expected: [NOT_FOUND] },
      { bytes: text(3, ''), expected: [NOT_FOUND, INVALID_ARGUMENT] },
      {
        bytes: lengthDelimited(5, Buffer.concat([text(1, token()), varint(16), varint(-1)])),
        expected: [NOT_FOUND, INVALID_ARGUMENT],
      },
      { bytes: text(6, token()), expected: [NOT_FOUND] },
      { bytes: Buffer.alloc(0), expected: [INVALID_ARGUMENT] },
      { bytes: text(1, token()), expected: [INVALID_ARGUMENT] },
    ]),
  )
}

function generateReflection(context: CaseContext): TestCase {
  const { random, target } = context
  const version = random.pick(['v1', 'v1alpha'])
  const requests = generateRequests(context)
  const broken = random.chance(0.2) ? lengthDelimited(4, notUtf8(random)) : undefined
  if (broken) context.applied.push('invalid UTF-8 at the end')
  const bytes = Buffer.concat([...requests.map((request) => frame(request.bytes)), ...(broken ? [frame(broken)] : [])])
  const headers = headersOf(`/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`)
  const service = random.pick(['intake', 'triage', 'insights'] as const)
  const cut = random.chance(0.1)
  if (cut) context.applied.push('cancelled')
  return {
    summary: `reflection ${version}`,
    request: () => describeBytes(bytes),
    run: async () => {
      const session = openHttp2(target.services[service].url)
      try {
        const call = { headers, writes: [bytes], end: !cut, resetAfterMs: cut ? random.integer(0, 10) : undefined }
        const outcome = await callHttp2(session, { ...call, timeoutMs: RESPONSE_TIMEOUT_MS })
        if (cut) return await checkSession(session)
        const status = outcome.trailers.get('grpc-status') ?? outcome.headers?.get('grpc-status')
        const expectedStatus = broken ? INVALID_ARGUMENT : OK
        const violations = responsesOf(outcome.body).flatMap((response, index) =>
          checkReflection(response, requests[index]),
        )
        if (outcome.ended === 'timeout')
          violations.push({ oracle: Oracle.Timeout, expected: `the end within ${RESPONSE_TIMEOUT_MS} ms`, got: 'none' })
        else if (status !== String(expectedStatus))
          violations.push({
            oracle: Oracle.Status,
            expected: `grpc-status ${expectedStatus}`,
            got: `${status} ${outcome.trailers.get('grpc-message')}`,
          })
        if (!broken && responsesOf(outcome.body).length !== requests.length)
          violations.push({
            oracle: Oracle.Status,
            expected: `${requests.length} responses`,
            got: `${responsesOf(outcome.body).length}`,
          })
        return [...violations, ...(await checkSession(session))]
      } finally {
        session.destroy()
      }
    },
  }
}

function responsesOf(body: Buffer): Buffer[] {
  return (readFrames(body) ?? []).map(({ payload }) => payload)
}

function checkReflection(bytes: Buffer, request: ReflectionRequest | undefined): Violation[] {
  const violation = (oracle: Oracle, expected: string, got: string): Violation[] => [{ oracle, expected, got }]
  try {
    const { messageResponse: response } = fromBinary(ServerReflectionResponseSchema, bytes)
    const got = response.case === 'errorResponse' ? `error ${response.value.errorCode}` : String(response.case)
    const expected = request?.expected ?? 'services'
    if (response.case === 'fileDescriptorResponse') {
      for (const file of response.value.fileDescriptorProto) fromBinary(FileDescriptorProtoSchema, file)
    }
    const matches =
      (expected === 'files' && response.case === 'fileDescriptorResponse') ||
      (expected === 'services' && response.case === 'listServicesResponse') ||
      (typeof expected !== 'string' && response.case === 'errorResponse' && expected.includes(response.value.errorCode))
    return matches ? [] : violation(Oracle.Status, String(expected), got)
  } catch (error) {
    return violation(Oracle.Format, 'a decodable response', String(error))
  }
}

function headersOf(path: string) {
  return { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' }
}

function generateHealth(context: CaseContext): TestCase {
  const { random, token, target } = context
  const [name, expected] = random.pick<[string | undefined, number]>([
    ['', OK],
    ['leadtriage.intake.v1.IntakeService', OK],
    [token(), NOT_FOUND],
    [`${hostileText(random)}${token()}`, NOT_FOUND],
    [undefined, INVALID_ARGUMENT],
  ])
  const bytes = frame(
    name === undefined ? lengthDelimited(1, notUtf8(random)) : name === '' ? Buffer.alloc(0) : text(1, name),
  )
  return {
    summary: 'health',
    request: () => describeBytes(bytes),
    run: async () => {
      const session = openHttp2(target.services.intake.url)
      try {
        const call = {
          headers: headersOf('/grpc.health.v1.Health/Check'),
          writes: [bytes],
          end: true,
          resetAfterMs: undefined,
        }
        const outcome = await callHttp2(session, { ...call, timeoutMs: RESPONSE_TIMEOUT_MS })
        const status = outcome.trailers.get('grpc-status') ?? outcome.headers?.get('grpc-status')
        if (status !== String(expected))
          return [{ oracle: Oracle.Status, expected: `grpc-status ${expected}`, got: `${status}` }]
        if (expected !== OK) return await checkSession(session)
        const [response = Buffer.alloc(0)] = responsesOf(outcome.body)
        const { status: health } = fromBinary(HealthCheckResponseSchema, response)
        // on a busy machine the service's own check may time out
        const { SERVING, NOT_SERVING } = HealthCheckResponse_ServingStatus
        if (health === SERVING || health === NOT_SERVING) return []
        return [{ oracle: Oracle.Status, expected: 'a status', got: `${health}` }]
      } finally {
        session.destroy()
      }
    },
  }
}
