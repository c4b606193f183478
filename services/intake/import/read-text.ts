import { invalidRequest } from '../../../lib/errors/parse.ts'

/**
 * Decodes UTF-8 whose characters may be cut anywhere; a byte order mark at the begin is dropped.
 * @throws AppError `invalid_request` at what is no UTF-8: stored as it would be read, it could never be mended
 */
export async function* readText(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const bytes of body) yield decode(() => decoder.decode(bytes, { stream: true }))
  yield decode(() => decoder.decode())
}

function decode(decoding: () => string): string {
  try {
    return decoding()
  } catch {
    throw invalidRequest([
      { path: '', message: 'the body must be UTF-8; it is not, in one of the rows that come next' },
    ])
  }
}
