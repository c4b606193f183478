import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { trackedFiles } from './tracked-files.ts'

/** A Markdown link to a file in this repository: no scheme, not only an anchor. */
const LINK = /\]\((?!https?:|mailto:|#)([^)\s#]+)/g
/** A path in backquotes, for example `lib/mailbox/mailbox.ts`, without patterns and placeholders. */
const CODE_PATH = /`((?:[\w.-]+\/)+[\w.-]*)`/g
const FOLDERS =
  /^(?:bench|check|cli|db|deploy|docs|domain|embedded|eval|gen|lib|proto|services|test|testkit|contract)\//

/** Finds links and paths in the docs to files that do not exist. */
export function checkLinks(): string[] {
  return trackedFiles('.md')
    .filter((file) => existsSync(file))
    .flatMap((file) => {
      const text = readFileSync(file, 'utf8')
      const links = [...text.matchAll(LINK)].map(([, path]) => join(dirname(file), path ?? ''))
      const paths = [...text.matchAll(CODE_PATH)].map(([, path]) => path ?? '').filter((path) => FOLDERS.test(path))
      return [...links, ...paths]
        .filter((path) => !existsSync(path))
        .map((path) => `${file} refers to ${path}, which does not exist`)
    })
}
