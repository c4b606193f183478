import { readFile } from 'node:fs/promises'

/** Resources of a process after a full garbage collection. */
export interface Usage {
  readonly heapBytes: number
  /** Buffers outside the heap. */
  readonly externalBytes: number
  readonly rssBytes: number
  /** Active resources, such as sockets and timers, that keep the process alive. */
  readonly resources: number
}

/** Measures a process through Node's inspector, whose address is in the log of the process. */
export async function measureUsage(logFile: string): Promise<Usage> {
  const url = /ws:\/\/127\.0\.0\.1:\d+\/[0-9a-f-]+/.exec(await readFile(logFile, 'utf8'))?.[0]
  if (url === undefined) throw new Error(`no inspector address in ${logFile}`)
  const socket = new WebSocket(url)
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = () => reject(new Error(`cannot connect to the inspector at ${url}`))
  })
  let lastId = 0
  const call = (method: string, params: object = {}) =>
    new Promise<unknown>((resolve) => {
      const id = ++lastId
      socket.addEventListener('message', function onMessage({ data }) {
        const message = JSON.parse(String(data)) as { id?: number; result?: unknown }
        if (message.id !== id) return
        socket.removeEventListener('message', onMessage)
        resolve(message.result)
      })
      socket.send(JSON.stringify({ id, method, params }))
    })
  try {
    await call('HeapProfiler.collectGarbage')
    const expression = `JSON.stringify({ ...process.memoryUsage(), resources: process.getActiveResourcesInfo().length })`
    const { result } = (await call('Runtime.evaluate', { expression })) as { result: { value: string } }
    const usage = JSON.parse(result.value) as { heapUsed: number; external: number; rss: number; resources: number }
    return {
      heapBytes: usage.heapUsed,
      externalBytes: usage.external,
      rssBytes: usage.rss,
      resources: usage.resources,
    }
  } finally {
    socket.close()
  }
}
