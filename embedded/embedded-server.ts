/** A PostgreSQL or nats-server that runs as a child process on 127.0.0.1. */
export interface EmbeddedServer {
  /** The URL for clients, with user and password if the server requires them. */
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly version: string
  /** Resolves when the process has exited for any reason. Never rejects. */
  readonly exited: Promise<ProcessExit>
  /** Stops the process cleanly, or kills it after a timeout. Safe to call twice, and after the process has exited. */
  stop(): Promise<void>
}

export interface ProcessExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Whether `stop()` was called before the process exited. */
  readonly expected: boolean
  /** The end of the output, for the message about an unexpected exit. */
  readonly lastLines: string
}

/** Returns for example "exit code 1" or "SIGKILL". */
export function describeExit(exit: Pick<ProcessExit, 'code' | 'signal'>): string {
  return exit.signal ?? `exit code ${exit.code}`
}
