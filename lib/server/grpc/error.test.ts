import { fromBinary } from '@bufbuild/protobuf'
import { anyUnpack } from '@bufbuild/protobuf/wkt'
import { expect, test } from 'vitest'
import { BadRequestSchema, ErrorInfoSchema } from '../../../gen/google/rpc/error_details_pb.ts'
import { StatusSchema } from '../../../gen/google/rpc/status_pb.ts'
import { AppError } from '../../errors/app-error.ts'
import { errorTrailers } from './error.ts'

/** The default limit of grpc-java and the C core for all headers together. */
const CLIENT_LIMIT_BYTES = 8 * 1024

function statusOf(trailers: ReturnType<typeof errorTrailers>) {
  const text = String(trailers['grpc-status-details-bin'])
  expect(text).not.toContain('=')
  const status = fromBinary(StatusSchema, Buffer.from(text, 'base64'))
  const details = status.details.flatMap((detail) => anyUnpack(detail, BadRequestSchema) ?? [])
  return { status, violations: details.flatMap(({ fieldViolations }) => fieldViolations) }
}

test('the trailers contain the code, the message and the details of an error', () => {
  const violations = [{ path: 'lead.note', message: 'must not be empty' }]
  const trailers = errorTrailers(new AppError('invalid_request', '100% naïve', { violations }), 'r-1')
  expect(trailers).toMatchObject({ 'grpc-status': 3, 'grpc-message': '100%25 na%C3%AFve' })
  const { status, violations: read } = statusOf(trailers)
  expect(status).toMatchObject({ code: 3, message: '100% naïve' })
  expect(read).toMatchObject([{ field: 'lead.note', description: 'must not be empty' }])
  const [info] = status.details.flatMap((detail) => anyUnpack(detail, ErrorInfoSchema) ?? [])
  expect(info).toMatchObject({ reason: 'INVALID_REQUEST', domain: 'leadtriage' })
})

test.each([
  ['ASCII', 'must be a UUID such as 0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a11'],
  ['wide characters', '必须是有效的标识符'.repeat(8)],
])(
  'an error with too many violations, in %s, is truncated to the header limit of clients and says so',
  (_what, message) => {
    const violations = Array.from({ length: 1_000 }, (_, index) => ({ path: `lead_ids[${index}]`, message }))
    const text = violations.map(({ path }) => `${path} ${message}`).join('; ')
    const trailers = errorTrailers(new AppError('invalid_request', text, { violations }), 'x'.repeat(128))
    const bytes = Object.entries(trailers).reduce((sum, [name, value]) => sum + name.length + String(value).length, 0)
    expect(bytes).toBeLessThan(CLIENT_LIMIT_BYTES - 1024) // the rest is for other headers
    const { status, violations: read } = statusOf(trailers)
    expect(decodeURIComponent(String(trailers['grpc-message']))).toBe(status.message)
    expect(status.message).toMatch(/^lead_ids\[0\] .*…$/)
    expect(status.message).not.toContain('\ufffd')
    expect(read[0]).toMatchObject({ field: 'lead_ids[0]', description: message })
    expect(read.at(-1)?.description).toBe(`there are ${1_000 - (read.length - 1)} more errors`)
  },
)
