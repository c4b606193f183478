#!/usr/bin/env node
import { runEval } from '../eval/run.ts'
import { runImport } from './import.ts'

/** Each command takes the arguments after its name and returns the exit code. */
const COMMANDS: Readonly<Record<string, (args: string[]) => Promise<number>>> = {
  eval: runEval,
  import: runImport,
}

const [name = '', ...args] = process.argv.slice(2)
const command = COMMANDS[name]
if (command === undefined) {
  const commands = Object.keys(COMMANDS).join(', ')
  process.stderr.write(
    `usage: leadtriage COMMAND [OPTION]...\ncommands: ${commands}\n"leadtriage COMMAND --help" describes a command.\n`,
  )
  process.exitCode = 2
} else {
  process.exitCode = await command(args)
}
