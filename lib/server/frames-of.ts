import type { DescMessage, DescMethod, MessageShape } from '@bufbuild/protobuf'
import { toBinary, toJsonString } from '@bufbuild/protobuf'
import { toFrame } from './grpc/frames.ts'

type Message = MessageShape<DescMethod['output']>

/** What a stream sends at once: a message, or an array of them, which other streams may send, too. */
export type StreamedMessages = Message | readonly Message[]

type Frames = WeakMap<readonly Message[], Buffer>
const known: Readonly<Record<'binary' | 'json', Frames>> = { binary: new WeakMap(), json: new WeakMap() }

/** Returns the frames of messages, which are the same in gRPC, gRPC-Web and Connect. Those of an array are made once. */
export function framesOf(schema: DescMessage, messages: StreamedMessages, encoding: 'binary' | 'json'): Uint8Array {
  if (!isArray(messages)) return toFrame(encodeMessage(schema, messages, encoding))
  const found = known[encoding].get(messages)
  if (found !== undefined) return found
  const frames = Buffer.concat(messages.map((message) => toFrame(encodeMessage(schema, message, encoding))))
  known[encoding].set(messages, frames)
  return frames
}

export function encodeMessage(schema: DescMessage, message: Message, encoding: 'binary' | 'json'): Uint8Array {
  return encoding === 'binary' ? toBinary(schema, message) : Buffer.from(toJsonString(schema, message))
}

/** `Array.isArray` does not narrow a readonly array. */
function isArray(messages: StreamedMessages): messages is readonly Message[] {
  return Array.isArray(messages)
}
