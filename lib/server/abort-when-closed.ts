import type { ServerResponse } from 'node:http'

/**
 * A signal that aborts when the client goes away before its answer was sent; `release` removes the listener. (Fastify's
 * own `request.signal` aborts as soon as the body has been read.)
 */
export function abortWhenClosed(response: ServerResponse): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController()
  const onClose = () => controller.abort()
  response.once('close', onClose)
  return { signal: controller.signal, release: () => response.off('close', onClose) }
}
