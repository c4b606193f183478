import type { Random } from '../../../testkit/random.ts'
import type { CaseContext } from '../fuzzer.ts'
import { lengthDelimited, varint } from '../wire/protobuf.ts'
import { notUtf8 } from './hostile-text.ts'

const FIELD_1_IS_TEXT =
  /\/(CreateLead|GetLead|GetInsight|GetDeadLetter|RetriageLeads|RedriveDeadLetters|DeleteLead|EraseSubject|RevokeKey|RotateKey|ListAuditEvents)$/

/** Makes a protobuf message invalid by appending bytes that no valid message has at a field boundary. */
export function breakBinary(message: Buffer, method: string, context: CaseContext, random: Random): Buffer {
  const bad = random.pick<Buffer>([
    // field number 0, and the invalid wire types 6 and 7
    Buffer.from([0x00]),
    Buffer.from([0x0e, 0x01]),
    Buffer.from([0x0f]),
    // a length beyond the end of the message
    Buffer.concat([varint(0x0a), varint(1_000), Buffer.from(context.token())]),
    Buffer.concat([varint(0x0a), Buffer.from('ffffffff0f', 'hex')]),
    Buffer.concat([varint(0x0a), Buffer.from('ffffffffffffffffff01', 'hex')]),
    // a varint of more than ten bytes
    Buffer.from('08ffffffffffffffffffffffff', 'hex'),
    // the end of a group that was not started, and the start of a group that does not end
    Buffer.from([0x0c]),
    Buffer.from([0x7b, 0x08]),
    ...(FIELD_1_IS_TEXT.test(method)
      ? [lengthDelimited(1, Buffer.concat([notUtf8(random), Buffer.from(' end')]))]
      : []),
    Buffer.from(context.token()),
  ])
  return Buffer.concat([message, bad])
}
