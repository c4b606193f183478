import { pino } from 'pino'

/** Maximum time a line stays in the buffer. */
const MAX_WAIT_MS = 100
/** The buffer is flushed at this size. */
const MAX_CHARACTERS = 16 * 1024
const WARN = pino.levels.values.warn ?? 40

/** A pino destination. Pino sets `lastLevel` before it writes a line. */
interface BufferedOutput extends pino.DestinationStream {
  readonly [needsLevel]: true
  lastLevel: number
  /** Writes the buffered lines. */
  flushSync(): void
}
const needsLevel: typeof pino.symbols.needsMetadataGsym = pino.symbols.needsMetadataGsym

/**
 * Batches log lines, since one write per line costs more than formatting it. The first line after a pause is written
 * immediately, and so is a warning or an error together with the lines before it. Others are buffered for up to 100 ms;
 * a process that is killed loses them.
 *
 * @param output writes synchronously
 */
export function bufferLines(output: { write(text: string): void }): BufferedOutput {
  let buffered: string[] = []
  let characters = 0
  let timer: NodeJS.Timeout | undefined

  const flush = () => {
    if (buffered.length === 0) return
    const text = buffered.join('')
    buffered = []
    characters = 0
    output.write(text)
  }
  const onTimer = () => {
    timer = undefined
    if (buffered.length === 0) return
    flush()
    startTimer()
  }
  const startTimer = () => {
    timer = setTimeout(onTimer, MAX_WAIT_MS).unref()
  }

  return {
    [needsLevel]: true,
    lastLevel: 0,
    write(line) {
      buffered.push(line)
      characters += line.length
      if (timer === undefined || this.lastLevel >= WARN || characters >= MAX_CHARACTERS) flush()
      if (timer === undefined) startTimer()
    },
    flushSync: flush,
  }
}
