/** A real server (PostgreSQL, nats-server) that we started as a child process on 127.0.0.1. */
export interface EmbeddedServer {
  /** Where clients connect, with user and password where the server asks for them. */
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly version: string
  /** Resolves, and never rejects, when the process has ended for whatever reason. */
  readonly exited: Promise<ProcessExit>
  /** Ends the process cleanly, by force after a bound. Safe to call twice, and after the process has died. */
  stop(): Promise<void>
}

export interface ProcessExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** True when `stop()` was called before the process ended. */
  readonly expected: boolean
  /** The end of what the process wrote, for the message about an exit nobody asked for. */
  readonly lastLines: string
}

/** "exit code 1" or "SIGKILL". */
export function describeExit(exit: Pick<ProcessExit, 'code' | 'signal'>): string {
  return exit.signal ?? `exit code ${exit.code}`
}
