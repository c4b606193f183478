import { pino } from 'pino'
import { messageOf, stackOf } from '../errors/error-text.ts'
import { bufferLines } from './buffered-output.ts'

export type Log = pino.Logger

/**
 * A logger that writes JSON lines. What people sent (notes, addresses, keys) is never passed to it; ids are.
 *
 * @param destination standard output by default, to which lines go together while there are many
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
 * What the log says of an error. Not its other properties: a database error carries the row at fault in its
 * `detail`, and that row is what somebody sent. Nor the text that a SyntaxError quotes.
 */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return String(error)
  if (depth > MAX_CAUSES) return '…' // a cause may lead back to itself
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
