import { randomBytes } from 'node:crypto'
import { chmod, chown, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { PostgresBinaries } from './postgres-binaries.ts'
import type { RunAs } from './run-as.ts'
import { runProgram } from './run-program.ts'
import { StartError } from './start-error.ts'

/** The files in the folder of an embedded PostgreSQL. */
export function postgresFiles(dataDir: string) {
  const home = path.resolve(dataDir)
  const cluster = path.join(home, 'cluster')
  return {
    home,
    cluster,
    pid: path.join(cluster, 'postmaster.pid'),
    password: path.join(home, 'password'),
    log: path.join(home, 'postgres.log'),
  } as const
}

export type PostgresFiles = ReturnType<typeof postgresFiles>

export interface ClusterOptions {
  readonly files: PostgresFiles
  readonly binaries: PostgresBinaries
  readonly runAs: RunAs
  readonly durable: boolean
  /** The version of the binaries, for example "18.4". */
  readonly version: string
  readonly print: (line: string) => void
}

/** Creates the database cluster if it does not exist. Returns the password of its superuser. */
export async function ensureCluster(options: ClusterOptions): Promise<{ password: string }> {
  const { files } = options
  const found = await readFile(path.join(files.cluster, 'PG_VERSION'), 'utf8').catch(() => undefined)
  if (found === undefined) return createCluster(options)

  const needed = options.version.split('.')[0]
  if (found.trim() !== needed) {
    throw new StartError(
      `The data in ${files.cluster} is from PostgreSQL ${found.trim()}, but this is PostgreSQL ${needed}. ` +
        'Use the version that created it, or remove the data: npm start -- --fresh',
    )
  }
  const password = await readFile(files.password, 'utf8').catch((cause: unknown) => {
    throw new StartError(
      `The file with the database password is missing: ${files.password}. Remove the data: npm start -- --fresh`,
      {
        cause,
      },
    )
  })
  return { password: password.trim() }
}

/** The owner of the data, so that root uses the same user at every start. */
export async function clusterOwner(files: PostgresFiles): Promise<number | undefined> {
  return (await stat(files.cluster).catch(() => undefined))?.uid
}

/** The environment for PostgreSQL's programs: that of this process without PG variables, which would redirect them. */
export function postgresEnv(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'))
  return { ...Object.fromEntries(entries), LC_ALL: 'C' }
}

async function createCluster({
  files,
  binaries,
  runAs,
  durable,
  print,
}: ClusterOptions): Promise<{ password: string }> {
  print('PostgreSQL: creating a database cluster')
  const password = randomBytes(24).toString('base64url')
  const unfinished = `${files.cluster}.unfinished` // renamed when complete, so that a killed initdb leaves no partial cluster
  await rm(unfinished, { recursive: true, force: true })
  await rm(files.password, { force: true })
  await writeFile(files.password, `${password}\n`, { mode: 0o600 })
  if (runAs.user) await chown(files.password, runAs.user.uid, runAs.user.gid)

  const { command, args } = runAs.command(binaries.initdb, [
    `--pgdata=${unfinished}`,
    '--username=postgres',
    `--pwfile=${files.password}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // PostgreSQL's builtin C.UTF-8 is the same on every system
    ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']), // 0.4 s instead of 0.8 s
  ])
  await runProgram(command, args, {
    ...runAs.spawn,
    env: postgresEnv(),
    cwd: path.parse(files.home).root,
    detached: true, // own process group: Ctrl-C must not interrupt it, and it takes a second
    timeoutMs: 120_000,
  }).catch((cause: Error) => {
    throw new StartError(`The database cannot be created: ${cause.message}`, { cause })
  })
  await rename(unfinished, files.cluster)
  return { password }
}

/** Makes the server's folder accessible only to the user that it runs as. Throws if it belongs to another user. */
export async function ensureHome(files: PostgresFiles, runAs: RunAs): Promise<void> {
  try {
    await chmod(files.home, 0o700)
    if (runAs.user) await chown(files.home, runAs.user.uid, runAs.user.gid)
  } catch (cause) {
    throw new StartError(
      `The folder ${files.home} belongs to another user. Remove it, or set DATA_DIR to another folder.`,
      {
        cause,
      },
    )
  }
}
