import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { trackedFiles } from './tracked-files.ts'

/** A Markdown link with an anchor, to a file in this repository or to its own page. */
const LINK = /\]\((?!https?:|mailto:)([^)\s#]*)#([^)\s]+)\)/g
const HEADING = /^#+ (.*)$/gm
const CODE_BLOCK = /^ *```.*?^ *```/gms

/** Finds links in the docs to headings that do not exist; `checkLinks` reports missing files. */
export function checkAnchors(): string[] {
  const pages = trackedFiles('.md').filter((file) => existsSync(file))
  const anchors = new Map(pages.map((page) => [page, anchorsOf(textOf(page))]))
  return pages.flatMap((page) =>
    [...textOf(page).matchAll(LINK)].flatMap(([, path = '', anchor = '']) => {
      const target = path === '' ? page : join(dirname(page), path)
      const isMissing = anchors.get(target)?.has(anchor) === false
      return isMissing ? `${page} links to ${target}#${anchor}, and there is no such heading` : []
    }),
  )
}

function textOf(page: string): string {
  return readFileSync(page, 'utf8').replaceAll(CODE_BLOCK, '')
}

/** As GitHub generates them, without the numbers that it adds to repeated headings. */
function anchorsOf(text: string): Set<string> {
  return new Set(
    [...text.matchAll(HEADING)].map(([, title = '']) =>
      title
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}
