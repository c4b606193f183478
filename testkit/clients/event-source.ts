/** A server-sent event as a client receives it. */
export interface ReceivedEvent {
  readonly event: string
  readonly id: string | undefined
  readonly data: unknown
}

/** The events of a response, until it ends or its connection breaks. Comments are left out. */
export async function* readEvents({ body }: Response): AsyncGenerator<ReceivedEvent, void, undefined> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of body ?? []) {
    text += decoder.decode(bytes as Uint8Array, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => [line.split(': ')[0], line.replace(/^\w+: /, '')] as const),
      )
      const data = fields.get('data')
      if (data === undefined) continue
      yield { event: fields.get('event') ?? 'message', id: fields.get('id'), data: JSON.parse(data) as unknown }
    }
  }
}

/** What an EventSource does in a browser: reconnects with the last id, until the signal aborts. */
export async function followEvents(
  url: () => string,
  onEvent: (event: ReceivedEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  let lastId = ''
  while (!signal.aborted) {
    try {
      const headers = lastId === '' ? undefined : { 'last-event-id': lastId }
      const response = await fetch(url(), { signal, ...(headers && { headers }) })
      if (response.status !== 200) throw new Error(`the stream was refused: ${await response.text()}`)
      for await (const event of readEvents(response)) {
        if (event.id !== undefined) lastId = event.id
        onEvent(event)
      }
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('the stream was refused')) throw error
      // the connection broke, or the service is not there yet
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
