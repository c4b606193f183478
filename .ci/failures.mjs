// Prints the failed tests of a vitest JSON report, each with the first lines of its error: node failures.mjs REPORT
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

const LINES = 12

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
for (const { name, status, message, assertionResults } of testResults) {
  const file = relative('.', name)
  const failed = assertionResults.filter((test) => test.status === 'failed')
  for (const { fullName, failureMessages } of failed) print(`${file} > ${fullName}`, failureMessages.join('\n'))
  if (status === 'failed' && failed.length === 0) print(file, message) // the file failed to load
}

function print(title, error) {
  const lines = stripVTControlCharacters(error).split('\n').slice(0, LINES)
  console.log([title, ...lines.map((line) => `    ${line}`)].join('\n'))
}
