import { pino } from 'pino'
import { messageOf, stackOf } from '../errors/error-text.ts'
import { bufferLines } from './buffered-output.ts'

export type Log = pino.Logger

/**
 * Creates a logger that writes JSON lines. Never log what people sent (notes, addresses, keys); log ids instead.
 *
 * @param destination buffered standard output by default
 */
export function createLog(service: string, level: string, destination?: pino.DestinationStream): Log {
  const options = {
    level,
    base: { service, pid: process.pid },
    serializers: { err: (error: unknown) => describeError(error) },
  }
  return pino(options, destination ?? bufferedStdout())
}

function bufferedStdout(): pino.DestinationStream {
  const output = bufferLines(pino.destination({ dest: process.stdout.fd, sync: true }))
  process.once('exit', output.flushSync)
  return output
}

const MAX_CAUSES = 5

/**
 * The loggable part of an error. Other properties are left out, since the `detail` of a database error contains the
 * row, and so is the message of a SyntaxError, which quotes the text.
 */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return String(error)
  if (depth > MAX_CAUSES) return '…' // causes can be circular
  const { name, cause } = error
  const code = 'code' in error ? error.code : undefined
  return {
    name,
    message: messageOf(error),
    code,
    stack: stackOf(error),
    cause: cause === undefined ? undefined : describeError(cause, depth + 1),
  }
}
