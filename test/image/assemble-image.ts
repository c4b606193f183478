import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.join(import.meta.dirname, '../..')
const MODULES = 'node_modules'

/** What the Dockerfile does, as far as it decides which files are in the image and which programs run there. */
export interface ImageDescription {
  /** Files and folders of the repository that it copies. */
  readonly copied: readonly string[]
  /** Paths of installed packages that it deletes. */
  readonly deleted: readonly string[]
  /** Ends of the names of files of packages that it deletes, such as `.map`. */
  readonly deletedEndings: readonly string[]
  /** The arguments of `node` in the build step that loads the services. */
  readonly buildArgs: readonly string[]
  /** The program of the health check. */
  readonly healthCheck: string
}

export function readDockerfile(): ImageDescription {
  const text = readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ')
  const [, image = ''] = text.split(/^FROM .*$/m).slice(1)
  const copies = [...image.matchAll(/^COPY (?!--from)(\S+) \S+$/gm)].map(([, from]) => from ?? '')
  const [, deleted = ''] = /&& rm -r (.*?) &&/.exec(text) ?? []
  const [, build = '[]'] = /^RUN (\["node".*\])$/m.exec(image) ?? []
  const [, check = '[]'] = /^HEALTHCHECK .*CMD (\[.*\])$/m.exec(image) ?? []
  return {
    copied: copies,
    deleted: deleted.trim().split(/\s+/),
    deletedEndings: [...text.matchAll(/-name '\*(\.\w+)'/g)].map(([, ending]) => ending ?? ''),
    buildArgs: (JSON.parse(build) as string[]).slice(1),
    healthCheck: (JSON.parse(check) as string[])[1] ?? '',
  }
}

interface LockedPackage {
  readonly dev?: boolean
  readonly optional?: boolean
  readonly devOptional?: boolean
}

/** The folders of the packages that `npm ci --omit=dev --omit=optional` installs. */
export function productionPackages(): string[] {
  const lock = readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')
  const { packages } = JSON.parse(lock) as { packages: Record<string, LockedPackage> }
  return Object.entries(packages)
    .filter(([folder, { dev, optional, devOptional }]) => isPackage(folder) && !dev && !optional && !devOptional)
    .map(([folder]) => folder)
}

/** The lock file lists the repository and its workspaces too. */
function isPackage(folder: string): boolean {
  return folder.startsWith(`${MODULES}/`)
}

/** Copies into an empty folder what the image has in `/app`. */
export function assembleImage(target: string, { copied, deleted, deletedEndings }: ImageDescription): void {
  for (const file of contextFiles(copied)) copyFile(file, target)
  for (const folder of productionPackages()) {
    cpSync(path.join(ROOT, folder), path.join(target, folder), {
      recursive: true,
      // packages that are nested in this one are listed themselves
      filter: (source) => {
        const name = path.basename(source)
        if (name === MODULES && source !== path.join(ROOT, folder)) return false
        return /^licen[cs]e/i.test(name) || !deletedEndings.some((ending) => name.endsWith(ending)) || !isFile(source)
      },
    })
  }
  for (const folder of deleted) rmSync(path.join(target, folder), { recursive: true, force: true })
}

/** The files of the repository that the build copies; .dockerignore keeps back the tests. */
function contextFiles(copied: readonly string[]): string[] {
  const ignored = readFileSync(path.join(ROOT, '.dockerignore'), 'utf8')
  if (!ignored.includes('\n**/*.test.ts')) throw new Error('.dockerignore must keep back the tests')
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...copied], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return listed.split('\n').filter((file) => file !== '' && !file.endsWith('.test.ts') && isFile(path.join(ROOT, file)))
}

function copyFile(file: string, target: string): void {
  const to = path.join(target, file)
  mkdirSync(path.dirname(to), { recursive: true })
  cpSync(path.join(ROOT, file), to)
}

function isFile(source: string): boolean {
  return statSync(source, { throwIfNoEntry: false })?.isFile() ?? false
}
