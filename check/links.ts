import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { trackedFiles } from './tracked-files.ts'

/** A Markdown link to a file of ours: no scheme, no anchor alone. */
const LINK = /\]\((?!https?:|mailto:|#)([^)\s#]+)/g
/** A path of ours in code type, for example `lib/mailbox/mailbox.ts`; patterns and placeholders are left out. */
const CODE_PATH = /`((?:[\w.-]+\/)+[\w.-]*)`/g
const OUR_FOLDERS =
  /^(?:bench|check|cli|db|deploy|docs|domain|embedded|eval|gen|lib|proto|services|test|testkit|contract)\//

/** Finds links and paths in the docs that lead nowhere. */
export function checkLinks(): string[] {
  return trackedFiles('.md')
    .filter((file) => existsSync(file))
    .flatMap((file) => {
      const text = readFileSync(file, 'utf8')
      const links = [...text.matchAll(LINK)].map(([, path]) => join(dirname(file), path ?? ''))
      const paths = [...text.matchAll(CODE_PATH)].map(([, path]) => path ?? '').filter((path) => OUR_FOLDERS.test(path))
      return [...links, ...paths]
        .filter((path) => !existsSync(path))
        .map((path) => `${file} names ${path}, which is not there`)
    })
}
