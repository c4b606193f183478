import { existsSync, readFileSync } from 'node:fs'
import { trackedFiles } from './tracked-files.ts'

/** Where a comment of our languages is: block, line, or the hash of YAML, shell and Docker. */
const COMMENT = /\/\*[\s\S]*?\*\/|(?<![:'"\w])\/\/[^\n]*|(?<=^|\s)#\s[^\n]*/g
/** A file that is named by its path or by its name alone. */
const FILE = /(?<![\w./@*{}$<-])((?:[\w.-]+\/)*[\w.-]*\w\.(?:ts|md|sql|proto|ya?ml|json|sh|py))(?![\w/*({])/g
/** Names in comments that are of other projects, or are made at run time. */
const ELSEWHERE = /^(?:package\.json|google\/protobuf\/\w+\.proto|doc\/PROTOCOL-\w+\.md)$/

/** Finds names of files in comments that the repository does not have. A name may leave out the leading folders. */
export function checkFileReferences(): string[] {
  const tracked = trackedFiles('').filter((file) => existsSync(file))
  return ['.ts', '.yaml', '.yml', '.sh', '.sql', '.proto', '.mjs']
    .flatMap(trackedFiles)
    .filter((file) => !file.startsWith('gen/') && !file.startsWith('check/') && existsSync(file))
    .flatMap((file) =>
      referencesIn(readFileSync(file, 'utf8'))
        .filter((name) => !ELSEWHERE.test(name) && !tracked.some((other) => `/${other}`.endsWith(`/${name}`)))
        .map((name) => `${file} refers to ${name}, which is not in the repository`),
    )
}

/** The names of files in the comments of a text. */
export function referencesIn(text: string): string[] {
  return [...text.matchAll(COMMENT)].flatMap(([comment]) => [...comment.matchAll(FILE)].map(([, name]) => name ?? ''))
}
