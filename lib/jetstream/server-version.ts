/** A version of nats-server, such as 2.10.29. A suffix after a hyphen is ignored. */
type Version = readonly [major: number, minor: number, patch: number]

/** The oldest nats-server recommended for production. */
const RECOMMENDED = '2.10.26'

/** Whether a server's version is `wanted` or newer. An unknown format counts as newer. */
export function isAtLeast(version: string | undefined, wanted: string): boolean {
  const [actual, other] = [parseVersion(version), parseVersion(wanted)]
  if (actual === undefined || other === undefined) return true
  for (const [i, part] of actual.entries()) {
    const otherPart = other[i] ?? 0
    if (part !== otherPart) return part > otherPart
  }
  return true
}

/** A log message about the known defects of a version; undefined if it is recent enough. */
export function versionWarning(version: string | undefined): string | undefined {
  if (isAtLeast(version, RECOMMENDED)) return undefined
  return `nats-server ${version} has known defects that delay leads: ${defectOf(version)}; use ${RECOMMENDED} or newer`
}

function defectOf(version: string | undefined): string {
  if (!isAtLeast(version, '2.9.16'))
    return 'before 2.9.16 a new consumer can fail to deliver, and a recreated stream can lose its files'
  if (!isAtLeast(version, '2.10.12')) return 'before 2.10.12 a recreated stream can lose its files'
  if (!isAtLeast(version, '2.10.18')) return `it lacks the work queue fixes of ${RECOMMENDED}`
  return 'from 2.10.18 to 2.10.25 a consumer can skip messages'
}

function parseVersion(version: string | undefined): Version | undefined {
  const found = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version ?? '')
  if (found === null) return undefined
  const [, major, minor, patch] = found.map(Number)
  return [major ?? 0, minor ?? 0, patch ?? 0]
}
