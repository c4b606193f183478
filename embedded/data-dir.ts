import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { ServiceName } from '../db/service-logins.ts'
import { natsFiles, stopLeftoverNats } from './nats.ts'
import { stopLeftoverPostgres } from './postgres.ts'
import { postgresFiles } from './postgres-cluster.ts'
import { commandLine, readPidFile } from './processes.ts'
import { StartError } from './start-error.ts'

export interface DataDir {
  readonly path: string
  readonly postgres: string
  readonly nats: string
  readonly logs: string
  /** The log of each service and embedded server. */
  readonly logFiles: Readonly<Record<ServiceName | 'postgres' | 'nats', string>>
  /** Releases the lock. Safe to call twice. */
  close(): Promise<void>
}

/**
 * Creates the folder if necessary and locks it: two runs with the same folder would stop each other's servers as left
 * over. Throws a `StartError` if another process holds the lock.
 */
export async function openDataDir(folder: string): Promise<DataDir> {
  const logs = path.join(folder, 'logs')
  try {
    await mkdir(logs, { recursive: true })
  } catch (cause) {
    throw new StartError(`Cannot write to ${folder}: ${(cause as Error).message}. Set DATA_DIR to another folder.`, {
      cause,
    })
  }
  const lock = path.join(folder, 'lock')
  await takeLock(lock, folder)
  const [postgres, nats] = [path.join(folder, 'postgres'), path.join(folder, 'nats')]
  const logOf = (service: ServiceName) => path.join(logs, `${service}.log`)
  return {
    path: folder,
    postgres,
    nats,
    logs,
    logFiles: {
      postgres: postgresFiles(postgres).log,
      nats: natsFiles(nats).log,
      intake: logOf('intake'),
      triage: logOf('triage'),
      insights: logOf('insights'),
    },
    close: async () => {
      if ((await readPidFile(lock)) === process.pid) await rm(lock, { force: true })
    },
  }
}

/** Removes the data of the embedded servers. External servers are not touched. */
export async function removeData(
  data: DataDir,
  which: { readonly postgres: boolean; readonly nats: boolean },
  print: (line: string) => void,
): Promise<void> {
  if (which.nats) {
    await stopLeftoverNats(data.nats, print)
    await rm(data.nats, { recursive: true, force: true })
  }
  if (which.postgres) {
    await stopLeftoverPostgres(data.postgres, print)
    await rm(data.postgres, { recursive: true, force: true })
  }
  const removed = [which.postgres && data.postgres, which.nats && data.nats].filter(Boolean)
  print(removed.length > 0 ? `removed ${removed.join(' and ')}` : 'nothing to remove: both servers are external')
}

async function takeLock(lock: string, folder: string): Promise<void> {
  for (let attempt = 1; attempt <= 3; attempt++) {
    const isLocked = await writeFile(lock, `${process.pid}\n`, { flag: 'wx' }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false
        throw new StartError(`Cannot write to ${folder}: ${error.message}. Set DATA_DIR to another folder.`)
      },
    )
    if (isLocked) return
    const pid = await readPidFile(lock)
    if (pid && pid !== process.pid && (await commandLine(pid))?.includes('start.ts')) {
      throw new StartError(
        `leadtriage is already running with the data in ${folder} (process ${pid}). ` +
          `Stop it first (Ctrl-C there, or kill ${pid}), or set DATA_DIR to another folder.`,
      )
    }
    await rm(lock, { force: true }) // left by a process that was killed
  }
  throw new StartError(`Cannot lock ${folder}: ${lock} contains "${await readFile(lock, 'utf8').catch(() => '')}"`)
}
