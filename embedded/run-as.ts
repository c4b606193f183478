import { constants } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { StartError } from './start-error.ts'

export interface SystemUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** The user a program runs as, and how it is started so that it does. */
export interface RunAs {
  /** `undefined`: as ourselves. */
  readonly user?: SystemUser
  /** The folder or file `user` may not pass, for the message if the program fails. */
  readonly deniedPath?: string
  readonly command: (program: string, args: readonly string[]) => { command: string; args: string[] }
  readonly spawn: { readonly uid?: number; readonly gid?: number }
}

export interface RunAsNeeds {
  /** Files and folders the program reads or executes. */
  readonly paths: readonly string[]
  /** The owner of its data, if there is data already. */
  readonly owner?: number | undefined
}

/**
 * PostgreSQL refuses to run as root. An ordinary user runs it as it is; root runs it as an unprivileged user that
 * exists already: the owner of the data, else `postgres`, else `nobody`. (initdb wants its user in /etc/passwd.)
 */
export async function chooseRunAs(needs: RunAsNeeds): Promise<RunAs> {
  if (process.geteuid?.() !== 0) {
    return { command: (command, args) => ({ command, args: [...args] }), spawn: {} }
  }
  const user = await chooseUser(needs.owner)
  const deniedPath = await firstDeniedPath(needs.paths, user)
  return deniedPath === undefined ? throughSpawn(user) : throughSetpriv(user, deniedPath)
}

function throughSpawn(user: SystemUser): RunAs {
  return {
    user,
    command: (command, args) => ({ command, args: [...args] }),
    spawn: { uid: user.uid, gid: user.gid },
  }
}

/**
 * Root's checkout may lie where no other user can go: `/root`, or a folder made by `mktemp -d`. There the program gets
 * one of root's capabilities, CAP_DAC_OVERRIDE (not bound by file permissions), so that it can read its own binaries
 * and reach its data. That is acceptable for a development server, which listens on 127.0.0.1 only and has a random
 * password; and it is less than what root started anyway. CAP_DAC_READ_SEARCH would do as well, but containers
 * are not given it. The securebit is for access(2), by which PostgreSQL looks whether its own binaries are there: it
 * would leave out the capabilities of anybody but root otherwise.
 */
function throughSetpriv(user: SystemUser, deniedPath: string): RunAs {
  const words = [
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    '--securebits=+no_setuid_fixup',
    '--',
  ]
  return {
    user,
    deniedPath,
    command: (program, args) => ({ command: 'setpriv', args: [...words, program, ...args] }),
    spawn: {},
  }
}

async function chooseUser(owner: number | undefined): Promise<SystemUser> {
  const users = await systemUsers()
  const chosen =
    users.find((user) => user.uid === owner && user.uid !== 0) ??
    users.find((user) => user.name === 'postgres') ??
    users.find((user) => user.name === 'nobody')
  if (chosen) return chosen
  throw new StartError(
    'PostgreSQL does not run as root, and /etc/passwd has neither a user `postgres` nor `nobody` to run it as. ' +
      'Start as an ordinary user, or set DATABASE_URL.',
  )
}

async function systemUsers(): Promise<SystemUser[]> {
  const passwd = await readFile('/etc/passwd', 'utf8')
  return passwd.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':')
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : []
  })
}

/** The first of the paths, or of the folders above them, that the user may not pass or execute. */
export async function firstDeniedPath(paths: readonly string[], user: SystemUser): Promise<string | undefined> {
  for (const wanted of paths) {
    const target = await realpath(wanted)
    for (const part of [...foldersAbove(target), target]) {
      const facts = await stat(part)
      const shift = facts.uid === user.uid ? 6 : facts.gid === user.gid ? 3 : 0
      const needed = facts.isDirectory() ? constants.S_IXOTH : constants.S_IROTH | constants.S_IXOTH
      if (((facts.mode >> shift) & needed) !== needed) return part
    }
  }
  return undefined
}

function foldersAbove(target: string): string[] {
  const parent = path.dirname(target)
  return parent === target ? [] : [...foldersAbove(parent), parent]
}
