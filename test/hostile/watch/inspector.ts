import { readFile } from 'node:fs/promises'

/** What a process has in use after a full garbage collection. */
export interface Usage {
  readonly heapBytes: number
  /** Buffers, outside of the heap. */
  readonly externalBytes: number
  readonly rssBytes: number
  /** Sockets, timers and the like that keep the process alive. */
  readonly resources: number
}

/** Asks a process over Node's inspector, whose address it wrote to its log. */
export async function measureUsage(logFile: string): Promise<Usage> {
  const url = /ws:\/\/127\.0\.0\.1:\d+\/[0-9a-f-]+/.exec(await readFile(logFile, 'utf8'))?.[0]
  if (url === undefined) throw new Error('the process has no inspector')
  const socket = new WebSocket(url)
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = () => reject(new Error('the inspector did not answer'))
  })
  let lastId = 0
  const ask = (method: string, params: object = {}) =>
    new Promise<unknown>((resolve) => {
      const id = ++lastId
      socket.addEventListener('message', function answered({ data }) {
        const message = JSON.parse(String(data)) as { id?: number; result?: unknown }
        if (message.id !== id) return
        socket.removeEventListener('message', answered)
        resolve(message.result)
      })
      socket.send(JSON.stringify({ id, method, params }))
    })
  try {
    await ask('HeapProfiler.collectGarbage')
    const expression = `JSON.stringify({ ...process.memoryUsage(), resources: process.getActiveResourcesInfo().length })`
    const { result } = (await ask('Runtime.evaluate', { expression })) as { result: { value: string } }
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
