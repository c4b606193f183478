import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const ROOT = path.join(import.meta.dirname, '../..')
const run = promisify(execFile)

/** A project outside the repository, with the packed client in its node_modules. */
export interface ScratchProject {
  readonly folder: string
  readonly tarball: string
  write(name: string, content: string): Promise<string>
  /** Runs a program of the repository's node_modules in the project; resolves to what it prints. */
  run(program: string, ...args: string[]): Promise<string>
}

/**
 * Builds and packs the client, and installs the tarball as npm would, without a network: its dependencies are links to
 * those of the repository.
 */
export async function createScratchProject(): Promise<ScratchProject> {
  const folder = await mkdtemp(path.join(tmpdir(), 'leadtriage-client-'))
  const bin = (name: string) => path.join(ROOT, 'node_modules/.bin', name)
  const inFolder = async (program: string, args: readonly string[], cwd = folder) => {
    const { stdout } = await run(program, args, { cwd }).catch((error: { stdout: string; stderr: string }) => {
      throw new Error(`${program} ${args.join(' ')} failed:\n${error.stdout}${error.stderr}`, { cause: error })
    })
    return stdout
  }
  await inFolder(bin('tsc'), ['--project', 'client/tsconfig.build.json'], ROOT)
  await inFolder('npm', ['pack', '--silent', '--pack-destination', folder], path.join(ROOT, 'client'))
  const tarball = path.join(folder, (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? '')
  const target = path.join(folder, 'node_modules/@leadtriage/client')
  await mkdir(target, { recursive: true })
  await inFolder('tar', ['-xzf', tarball, '--strip-components=1', '-C', target])
  for (const name of ['@bufbuild', '@connectrpc']) {
    await symlink(path.join(ROOT, 'node_modules', name), path.join(folder, 'node_modules', name))
  }
  const write = async (name: string, content: string) => {
    await writeFile(path.join(folder, name), content)
    return path.join(folder, name)
  }
  await write('package.json', JSON.stringify({ name: 'scratch', private: true, type: 'module' }))
  return { folder, tarball, write, run: (program, ...args) => inFolder(bin(program), args) }
}
