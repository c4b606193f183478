import { execFileSync } from 'node:child_process'

/** The files that git tracks or would track, by the ending of their names; paths from the repository's root. */
export function trackedFiles(ending: string): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'], {
    encoding: 'utf8',
  })
  return listed.split('\n').filter((path) => path.endsWith(ending))
}
