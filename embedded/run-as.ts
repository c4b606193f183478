import { constants } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { StartError } from './start-error.ts'

export interface SystemUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** The user that a program runs as, and how to start it. */
export interface RunAs {
  /** `undefined`: the current user. */
  readonly user?: SystemUser
  /** The folder or file that `user` has no access to, for the message if the program fails. */
  readonly deniedPath?: string
  readonly command: (program: string, args: readonly string[]) => { command: string; args: string[] }
  readonly spawn: { readonly uid?: number; readonly gid?: number }
}

export interface RunAsNeeds {
  /** Files and folders that the program reads or executes. */
  readonly paths: readonly string[]
  /** The owner of its existing data. */
  readonly owner?: number | undefined
}

/**
 * PostgreSQL refuses to run as root. Root therefore runs it as an existing unprivileged user: the owner of the data,
 * else `postgres`, else `nobody`. initdb requires the user in /etc/passwd.
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
 * Root's checkout may be in a folder that no other user can access, such as `/root` or the result of `mktemp -d`. The
 * program then gets the capability CAP_DAC_OVERRIDE (file permissions do not apply), to read its binaries and data. That
 * is acceptable for a development server that listens only on 127.0.0.1 with a random password. CAP_DAC_READ_SEARCH would
 * be enough, but containers do not have it. The securebit is for access(2), with which PostgreSQL checks its binaries:
 * without it, access(2) ignores the capabilities of any user but root.
 */
function throughSetpriv(user: SystemUser, deniedPath: string): RunAs {
  const setprivArgs = [
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
    command: (program, args) => ({ command: 'setpriv', args: [...setprivArgs, program, ...args] }),
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

/** Returns the first of the paths or their parent folders that the user cannot read or execute. */
export async function firstDeniedPath(paths: readonly string[], user: SystemUser): Promise<string | undefined> {
  for (const file of paths) {
    const target = await realpath(file)
    for (const part of [...parentFolders(target), target]) {
      const stats = await stat(part)
      const shift = stats.uid === user.uid ? 6 : stats.gid === user.gid ? 3 : 0
      const needed = stats.isDirectory() ? constants.S_IXOTH : constants.S_IROTH | constants.S_IXOTH
      if (((stats.mode >> shift) & needed) !== needed) return part
    }
  }
  return undefined
}

function parentFolders(target: string): string[] {
  const parent = path.dirname(target)
  return parent === target ? [] : [...parentFolders(parent), parent]
}
