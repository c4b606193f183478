/** A place to get nats-server from. Each `from-*.ts` in this folder is one. */
export interface NatsServerSource {
  /** As shown in the banner and in errors: "PATH", "the release archive on GitHub". */
  readonly name: string
  /** Whether it may take a long time. If so, it prints its progress, and a failure is printed immediately. */
  readonly fetches: boolean
  /** Throws an error with a one-line reason. A `StartError` ends the search. */
  readonly find: (search: Search) => Promise<FoundProgram>
}

export interface FoundProgram {
  readonly bin: string
  /** For example "2.15.0". */
  readonly version: string
}

/** The context of a search. */
export interface Search {
  readonly env: NodeJS.ProcessEnv
  /** Returns the folder that keeps programs between runs. Creates it at the first call. */
  readonly cacheDir: () => Promise<string>
  readonly print: (line: string) => void
  readonly signal?: AbortSignal | undefined
}
