import { execFileSync } from 'node:child_process'

/** Returns the tracked and the untracked, not ignored files with this suffix, relative to the repository root. */
export function trackedFiles(ending: string): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'], {
    encoding: 'utf8',
  })
  return listed.split('\n').filter((path) => path !== '' && path.endsWith(ending))
}
