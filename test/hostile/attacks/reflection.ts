import { fromBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { ServerReflectionResponseSchema } from '../../../gen/grpc/reflection/v1/reflection_pb.ts'
import { HealthCheckResponse_ServingStatus, HealthCheckResponseSchema } from '../../../gen/health/v1/health_pb.ts'
import type { Attack, Attacker, Fault, Making } from '../attack.ts'
import { Oracle } from '../attack.ts'
import { frame, readFrames } from '../wire/grpc-frames.ts'
import { ANSWER_TIMEOUT_MS, describeBytes } from '../wire/http-call.ts'
import { callHttp2, openHttp2 } from '../wire/http2-call.ts'
import { lengthDelimited, varint } from '../wire/protobuf.ts'
import { faultsOfSession } from './grpc.ts'
import { hostileText, notUtf8 } from './hostile-text.ts'
import { INVALID_ARGUMENT, NOT_FOUND, OK } from './rpc-calls.ts'

/** Asks for descriptors and for health, rightly and wrongly. */
export const reflectionAttacker: Attacker = {
  protocol: 'reflection',
  share: 3,
  make: (making) => (making.random.chance(0.7) ? makeReflection(making) : makeHealth(making)),
}

interface Question {
  readonly bytes: Buffer
  /** What the answer must be: descriptors, a list of services, or an error with one of these codes. */
  readonly answer: 'files' | 'services' | 'numbers' | readonly number[]
}

const text = (no: number, value: string): Buffer => lengthDelimited(no, Buffer.from(value))

function questionsOf({ random, token }: Making): Question[] {
  const services = ['leadtriage.intake.v1.IntakeService', 'leadtriage.triage.v1.TriageService', 'grpc.health.v1.Health']
  return Array.from({ length: random.integer(1, 6) }, () =>
    random.pick<Question>([
      { bytes: text(7, '*'), answer: 'services' },
      { bytes: text(7, token()), answer: 'services' },
      { bytes: text(4, 'grpc.health.v1.Health'), answer: 'files' },
      { bytes: text(3, 'google/protobuf/timestamp.proto'), answer: 'files' },
      { bytes: text(4, token()), answer: [NOT_FOUND] },
      { bytes: text(4, `${hostileText(random)}${token()}`), answer: [NOT_FOUND, INVALID_ARGUMENT] },
      { bytes: text(4, `.${random.pick(services)}`), answer: [NOT_FOUND] },
      { bytes: text(4, 's.'.repeat(20_000)), answer: [NOT_FOUND] },
      { bytes: text(3, `../../${token()}.proto`), answer: [NOT_FOUND] },
      { bytes: text(3, ''), answer: [NOT_FOUND, INVALID_ARGUMENT] },
      {
        bytes: lengthDelimited(5, Buffer.concat([text(1, token()), varint(16), varint(-1)])),
        answer: [NOT_FOUND, INVALID_ARGUMENT],
      },
      { bytes: text(6, token()), answer: [NOT_FOUND] },
      { bytes: Buffer.alloc(0), answer: [INVALID_ARGUMENT] },
      { bytes: text(1, token()), answer: [INVALID_ARGUMENT] },
    ]),
  )
}

function makeReflection(making: Making): Attack {
  const { random, target } = making
  const version = random.pick(['v1', 'v1alpha'])
  const questions = questionsOf(making)
  const broken = random.chance(0.2) ? lengthDelimited(4, notUtf8(random)) : undefined
  if (broken) making.applied.push('invalid UTF-8 at the end')
  const bytes = Buffer.concat([
    ...questions.map((question) => frame(question.bytes)),
    ...(broken ? [frame(broken)] : []),
  ])
  const headers = headersOf(`/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`)
  const service = random.pick(['intake', 'triage', 'insights'] as const)
  const cut = random.chance(0.1)
  if (cut) making.applied.push('cancelled')
  return {
    what: `reflection ${version}`,
    request: () => describeBytes(bytes),
    run: async () => {
      const session = openHttp2(target.services[service].url)
      try {
        const call = { headers, writes: [bytes], end: !cut, resetAfterMs: cut ? random.integer(0, 10) : undefined }
        const outcome = await callHttp2(session, { ...call, timeoutMs: ANSWER_TIMEOUT_MS })
        if (cut) return await faultsOfSession(session)
        const status = outcome.trailers.get('grpc-status') ?? outcome.headers?.get('grpc-status')
        const wanted = broken ? INVALID_ARGUMENT : OK
        const faults = answersOf(outcome.body).flatMap((answer, index) => faultsOfReflection(answer, questions[index]))
        if (outcome.ended === 'timeout')
          faults.push({ oracle: Oracle.Time, expected: `the end within ${ANSWER_TIMEOUT_MS} ms`, got: 'none' })
        else if (status !== String(wanted))
          faults.push({
            oracle: Oracle.Answer,
            expected: `grpc-status ${wanted}`,
            got: `${status} ${outcome.trailers.get('grpc-message')}`,
          })
        if (!broken && answersOf(outcome.body).length !== questions.length)
          faults.push({
            oracle: Oracle.Answer,
            expected: `${questions.length} answers`,
            got: `${answersOf(outcome.body).length}`,
          })
        return [...faults, ...(await faultsOfSession(session))]
      } finally {
        session.destroy()
      }
    },
  }
}

function answersOf(body: Buffer): Buffer[] {
  return (readFrames(body) ?? []).map(({ payload }) => payload)
}

function faultsOfReflection(bytes: Buffer, question: Question | undefined): Fault[] {
  const fault = (oracle: Oracle, expected: string, got: string): Fault[] => [{ oracle, expected, got }]
  try {
    const { messageResponse: response } = fromBinary(ServerReflectionResponseSchema, bytes)
    const got = response.case === 'errorResponse' ? `error ${response.value.errorCode}` : String(response.case)
    const { answer = 'services' } = question ?? {}
    if (response.case === 'fileDescriptorResponse') {
      for (const file of response.value.fileDescriptorProto) fromBinary(FileDescriptorProtoSchema, file)
    }
    const isRight =
      (answer === 'files' && response.case === 'fileDescriptorResponse') ||
      (answer === 'services' && response.case === 'listServicesResponse') ||
      (typeof answer !== 'string' && response.case === 'errorResponse' && answer.includes(response.value.errorCode))
    return isRight ? [] : fault(Oracle.Answer, String(answer), got)
  } catch (error) {
    return fault(Oracle.Form, 'an answer that can be decoded', String(error))
  }
}

function headersOf(path: string) {
  return { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' }
}

function makeHealth(making: Making): Attack {
  const { random, token, target } = making
  const [name, wanted] = random.pick<[string | undefined, number]>([
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
    what: 'health',
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
        const outcome = await callHttp2(session, { ...call, timeoutMs: ANSWER_TIMEOUT_MS })
        const status = outcome.trailers.get('grpc-status') ?? outcome.headers?.get('grpc-status')
        if (status !== String(wanted))
          return [{ oracle: Oracle.Answer, expected: `grpc-status ${wanted}`, got: `${status}` }]
        if (wanted !== OK) return await faultsOfSession(session)
        const [answer = Buffer.alloc(0)] = answersOf(outcome.body)
        const { status: health } = fromBinary(HealthCheckResponseSchema, answer)
        // a busy machine may be too late for a check
        const { SERVING, NOT_SERVING } = HealthCheckResponse_ServingStatus
        if (health === SERVING || health === NOT_SERVING) return []
        return [{ oracle: Oracle.Answer, expected: 'a status', got: `${health}` }]
      } finally {
        session.destroy()
      }
    },
  }
}
