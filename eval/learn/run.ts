import { writeFileSync } from 'node:fs'
import { brotliCompressSync, constants } from 'node:zlib'
import { measure } from '../measures.ts'
import { calibrate } from './calibrate.ts'
import { crossValidate } from './cross-validate.ts'
import { DEVELOPMENT_FILES, readDevelopmentNotes, readWrittenNotes } from './data-files.ts'
import { encode, learnWeights, toExample } from './learn.ts'
import { qualityOf } from './quality.ts'

/*
 * The command `npm run learn`: learns the weights of the rule analyzer from every note there is and writes them, with
 * the figures of testing on each development file in turn. The same notes give the same files.
 */

const MODEL_FILE = new URL('../../services/triage/analyzers/rules/learned/model.br', import.meta.url)
const QUALITY_FILE = new URL('../quality.json', import.meta.url)

const files = readDevelopmentNotes()
const written = readWrittenNotes()
process.stdout.write(`${files.flat().length} development notes, ${written.length} written for learning\n`)

const { turns, outcomes } = await crossValidate(files, written)
for (const [turn, predictions] of turns.entries()) {
  const { intent_accuracy, priority_accuracy, both_accuracy, ece } = measure(predictions)
  const figures = [intent_accuracy, priority_accuracy, both_accuracy, ece].map((figure) => figure.toFixed(3))
  process.stdout.write(
    `tested on ${DEVELOPMENT_FILES[turn]}: intent ${figures[0]}, priority ${figures[1]}, both ${figures[2]}, calibration error ${figures[3]}\n`,
  )
}
const quality = qualityOf(turns)
process.stdout.write(`mean: ${JSON.stringify(quality)}\n`)
writeFileSync(QUALITY_FILE, `${JSON.stringify(quality, null, 2)}\n`)

const bytes = encode(learnWeights([...files.flat(), ...written].map(toExample)), calibrate(outcomes))
const packed = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_LGWIN]: 24 } })
writeFileSync(MODEL_FILE, packed)
process.stdout.write(`wrote ${packed.length} bytes of weights\n`)
