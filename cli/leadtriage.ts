#!/usr/bin/env node

/** Takes the arguments after the name of the command and returns the exit code. */
type Command = (args: string[]) => Promise<number>

/** Each command is loaded when it is called: `eval` takes a second to load its model. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  corrections: async () => (await import('./corrections.ts')).runCorrections,
  eval: async () => (await import('../eval/run.ts')).runEval,
  import: async () => (await import('./import.ts')).runImport,
  keys: async () => (await import('./keys.ts')).runKeys,
}

const [name = '', ...args] = process.argv.slice(2)
const load = COMMANDS[name]
if (load === undefined) {
  const commands = Object.keys(COMMANDS).join(', ')
  process.stderr.write(
    `usage: leadtriage COMMAND [OPTION]...\ncommands: ${commands}\n"leadtriage COMMAND --help" describes a command.\n`,
  )
  process.exitCode = 2
} else {
  const command = await load()
  process.exitCode = await command(args)
}
