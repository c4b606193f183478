import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** The rendered overlays are committed, so that a review shows the effect of a change on a cluster. */
const FOLDER = path.join(import.meta.dirname, '../k8s/rendered')

export function readSnapshots(): Record<string, string> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'))
  return Object.fromEntries(files.map((file) => [path.parse(file).name, readFileSync(path.join(FOLDER, file), 'utf8')]))
}

export function writeSnapshots(rendered: Readonly<Record<string, string>>): void {
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER)
  for (const [name, text] of Object.entries(rendered)) writeFileSync(path.join(FOLDER, `${name}.yaml`), text)
}

/** Returns the differences between the rendered and the committed overlays. */
export function driftOf(
  rendered: Readonly<Record<string, string>>,
  committed: Readonly<Record<string, string>>,
): string[] {
  const names = new Set([...Object.keys(rendered), ...Object.keys(committed)])
  return [...names].flatMap((name) => {
    const now = rendered[name]?.split('\n')
    const then = committed[name]?.split('\n')
    if (now === undefined) return `rendered/${name}.yaml has no overlay`
    if (then === undefined) return `rendered/${name}.yaml is missing`
    const line = now.findIndex((text, index) => text !== then[index])
    if (line === -1 && now.length === then.length) return []
    const at = line === -1 ? now.length : line
    return `rendered/${name}.yaml, line ${at + 1}: committed "${then[at] ?? ''}", rendered "${now[at] ?? ''}"`
  })
}
