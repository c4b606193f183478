import { pino } from 'pino'

/** How long a line may wait to be written. */
const MAX_WAIT_MS = 100
/** So many characters are written at once at the latest. */
const MAX_CHARACTERS = 16 * 1024
const WARN = pino.levels.values.warn ?? 40

/** Where pino writes: it sets the level of a line before it writes it. */
interface BufferedOutput extends pino.DestinationStream {
  readonly [needsLevel]: true
  lastLevel: number
  /** Writes what waits. */
  flushSync(): void
}
const needsLevel: typeof pino.symbols.needsMetadataGsym = pino.symbols.needsMetadataGsym

/**
 * Writes lines of the log together while there are many: one write for each costs more than making them. The first after
 * a pause is written at once, as is a warning or an error with all before it; others wait for up to 100 ms. A process that
 * is killed may lose those.
 *
 * @param output writes text before it returns
 */
export function bufferLines(output: { write(text: string): void }): BufferedOutput {
  let waiting: string[] = []
  let characters = 0
  let pause: NodeJS.Timeout | undefined

  const flush = () => {
    if (waiting.length === 0) return
    const text = waiting.join('')
    waiting = []
    characters = 0
    output.write(text)
  }
  const onPause = () => {
    pause = undefined
    if (waiting.length === 0) return
    flush()
    startPause()
  }
  const startPause = () => {
    pause = setTimeout(onPause, MAX_WAIT_MS).unref()
  }

  return {
    [needsLevel]: true,
    lastLevel: 0,
    write(line) {
      waiting.push(line)
      characters += line.length
      if (pause === undefined || this.lastLevel >= WARN || characters >= MAX_CHARACTERS) flush()
      if (pause === undefined) startPause()
    },
    flushSync: flush,
  }
}
