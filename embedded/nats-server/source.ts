/** One place a nats-server may come from. Every `from-*.ts` beside this file is one. */
export interface NatsServerSource {
  /** As the banner and the error name it: "PATH", "the release archive on GitHub". */
  readonly name: string
  /** True when it takes a while: then it says what it does, and its failure is told at once. */
  readonly fetches: boolean
  /** Throws an error that says, in one line, why nothing came of it; a `StartError` ends the whole search. */
  readonly find: (search: Search) => Promise<FoundProgram>
}

export interface FoundProgram {
  readonly bin: string
  /** As in "2.15.0". */
  readonly version: string
}

/** What a source may use. */
export interface Search {
  readonly env: NodeJS.ProcessEnv
  /** The folder where programs stay from one run to the next, made at the first call. */
  readonly cacheDir: () => Promise<string>
  readonly say: (line: string) => void
  readonly signal?: AbortSignal | undefined
}
