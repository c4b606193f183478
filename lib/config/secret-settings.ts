import { readFileSync } from 'node:fs'
import type { z } from 'zod'

/*
 * Secrets may be given as files, as container engines and Kubernetes mount them: `NAME_FILE` has the path of a file with
 * the value of `NAME`. This module loads no package, because `npm start` reads settings before its compile cache is on.
 */

const secretSchemas = new WeakSet<z.core.$ZodType>()

/** Marks a setting as secret: it may be given as `NAME_FILE`, and no error message contains its value. */
export function secretSetting<T extends z.core.$ZodType>(schema: T): T {
  secretSchemas.add(schema)
  return schema
}

export function isSecretSetting(schema: z.core.$ZodType | undefined): boolean {
  return schema !== undefined && secretSchemas.has(schema)
}

/** The name of the variable with the path of a secret's file. */
export function fileVariable(name: string): string {
  return `${name}_FILE`
}

/**
 * Reads the files of secrets. Newlines at the end of a file are removed, since most editors and `echo` add one. A
 * variable that is set but empty counts as not set.
 *
 * @returns `env` with the values of the files, and an error message for each secret that is given wrongly
 */
export function readSecretFiles(
  names: readonly string[],
  env: NodeJS.ProcessEnv,
): { env: NodeJS.ProcessEnv; faults: ReadonlyMap<string, string> } {
  const values: Record<string, string> = {}
  const faults = new Map<string, string>()
  for (const name of names) {
    const variable = fileVariable(name)
    const path = env[variable]
    if (!path) continue
    if (env[name]) {
      faults.set(name, `${name} and ${variable} are both set: set only one of them`)
      continue
    }
    try {
      const value = readFileSync(path, 'utf8').replace(/[\r\n]+$/, '')
      if (value === '') faults.set(name, `${variable}=${path} is wrong: the file is empty`)
      else values[name] = value
    } catch (error) {
      faults.set(name, `${variable}=${path} is wrong: the file cannot be read (${reasonOf(error)})`)
    }
  }
  return { env: { ...env, ...values }, faults }
}

/** The code of a system error, such as ENOENT: its message would repeat the path. */
function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
