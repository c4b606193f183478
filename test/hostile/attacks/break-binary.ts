import type { Random } from '../../../testkit/random.ts'
import type { Making } from '../attack.ts'
import { lengthDelimited, varint } from '../wire/protobuf.ts'
import { notUtf8 } from './hostile-text.ts'

const FIELD_1_IS_TEXT = /\/(CreateLead|GetLead|GetInsight|GetDeadLetter|RetriageLeads|RedriveDeadLetters)$/

/** Makes a protobuf message invalid: whatever stands before, what is added here is wrong. */
export function breakBinary(message: Buffer, method: string, making: Making, random: Random): Buffer {
  const bad = random.pick<Buffer>([
    // field number 0, and the wire types that are none
    Buffer.from([0x00]),
    Buffer.from([0x0e, 0x01]),
    Buffer.from([0x0f]),
    // longer than what is there
    Buffer.concat([varint(0x0a), varint(1_000), Buffer.from(making.token())]),
    Buffer.concat([varint(0x0a), Buffer.from('ffffffff0f', 'hex')]),
    Buffer.concat([varint(0x0a), Buffer.from('ffffffffffffffffff01', 'hex')]),
    // a number that does not end
    Buffer.from('08ffffffffffffffffffffffff', 'hex'),
    // an end of a group that did not begin, and a begin without an end
    Buffer.from([0x0c]),
    Buffer.from([0x7b, 0x08]),
    ...(FIELD_1_IS_TEXT.test(method)
      ? [lengthDelimited(1, Buffer.concat([notUtf8(random), Buffer.from(' end')]))]
      : []),
    Buffer.from(making.token()),
  ])
  return Buffer.concat([message, bad])
}
