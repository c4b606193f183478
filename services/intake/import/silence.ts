import type { ServerResponse } from 'node:http'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'

/**
 * A signal that aborts when neither side has sent anything for so long. When it is the client that does not read, there is
 * nobody to tell: the connection is closed.
 */
export function abortWhenSilent(response: ServerResponse, silenceMs: number): AbortSignal {
  const controller = new AbortController()
  response.setTimeout(silenceMs, () => {
    if (response.writableNeedDrain) response.destroy()
    else controller.abort(new AppError(ErrorCode.Cancelled, `No row has arrived for ${silenceMs / 1_000} seconds.`))
  })
  return controller.signal
}
