/** A key in responses of intake. */
export interface Key {
  readonly id: string
  readonly hint: string
  readonly kind: string
  readonly name: string
  readonly client_id: string
  readonly scopes: readonly string[]
  readonly origins: readonly string[]
  readonly state: string
  readonly expires_at: string | null
  readonly last_used_at: string | null
}

export interface CreatedKey {
  readonly key: Key
  readonly text: string
}

export interface RotatedKey extends CreatedKey {
  readonly old_key: Key
}

/** Prints the text of a key alone on standard output, so that it can be captured, and the rest on standard error. */
export function printNewKey(created: CreatedKey | RotatedKey, asJson: boolean): void {
  if (asJson) {
    printJson(created)
    return
  }
  const keys = 'old_key' in created ? [created.key, created.old_key] : [created.key]
  process.stderr.write(`${tableOf(keys)}Keep the key in a safe place: it is not shown again.\n`)
  process.stdout.write(`${created.text}\n`)
}

export function printKeys(keys: readonly Key[], asJson: boolean): void {
  if (asJson) printJson({ keys })
  else process.stdout.write(tableOf(keys))
}

function printJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`)
}

const COLUMNS: Readonly<Record<string, (key: Key) => string>> = {
  ID: ({ id }) => id,
  KEY: ({ hint }) => hint,
  STATE: ({ state }) => state,
  CLIENT: ({ client_id }) => client_id,
  NAME: ({ name }) => name,
  EXPIRES: ({ expires_at }) => expires_at ?? 'never',
  'LAST USED': ({ last_used_at }) => last_used_at ?? 'never',
  'SCOPES OR ORIGINS': ({ kind, scopes, origins }) => (kind === 'publishable' ? origins : scopes).join(' '),
}

function tableOf(keys: readonly Key[]): string {
  const rows = [Object.keys(COLUMNS), ...keys.map((key) => Object.values(COLUMNS).map((cellOf) => cellOf(key)))]
  const widths = Object.keys(COLUMNS).map((_title, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
