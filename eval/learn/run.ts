import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { brotliCompressSync, constants } from 'node:zlib'
import { DEVELOPMENT_FILES, readDevelopmentNotes, readTrainingNotes, readWrittenNotes } from '../labelled-notes.ts'
import { measure } from '../measures.ts'
import { calibrate } from './calibrate.ts'
import { crossValidate, qualityOf } from './cross-validate.ts'
import { encode, isLearned, knownWords, learnWeights, toExample, toModel } from './learn.ts'

/*
 * The command `npm run learn`. Learns the weights of the rule analyzer from all notes, with `--corrections FILE` also from
 * those of `leadtriage corrections export`, and writes them together with the
 * words that they know and the figures of the cross-validation over the development files. The same notes give the same files.
 */

const MODEL_FILE = new URL('../../services/triage/analyzers/rules/learned/model.br', import.meta.url)
const WORDS_FILE = new URL('../../services/triage/analyzers/rules/learned/words.txt', import.meta.url)
const QUALITY_FILE = new URL('../quality.json', import.meta.url)

const files = readDevelopmentNotes()
const { values } = parseArgs({ options: { corrections: { type: 'string', multiple: true, default: [] } } })
// a person may choose a verdict that the rules do not have, such as an urgent application
const corrected = values.corrections.flatMap((file) => readTrainingNotes(file)).filter(isLearned)
const written = [...readWrittenNotes(), ...corrected]
process.stdout.write(
  `${files.flat().length} development notes, ${written.length} training-only notes, of these ${corrected.length} corrections\n`,
)

const { folds, outcomes } = await crossValidate(files, written)
for (const [fold, predictions] of folds.entries()) {
  const { intent_accuracy, priority_accuracy, both_accuracy, ece } = measure(predictions)
  const figures = [intent_accuracy, priority_accuracy, both_accuracy, ece].map((figure) => figure?.toFixed(3))
  process.stdout.write(
    `tested on ${DEVELOPMENT_FILES[fold]}: intent ${figures[0]}, priority ${figures[1]}, both ${figures[2]}, calibration error ${figures[3]}\n`,
  )
}
const quality = qualityOf(folds)
process.stdout.write(`mean: ${JSON.stringify(quality)}\n`)
writeFileSync(QUALITY_FILE, `${JSON.stringify(quality, null, 2)}\n`)

const examples = [...files.flat(), ...written].map(toExample)
const weights = learnWeights(examples)
const calibration = calibrate(outcomes)
const bytes = encode(weights, calibration)
const packed = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_LGWIN]: 24 } })
writeFileSync(MODEL_FILE, packed)
const words = knownWords(toModel(weights, calibration), examples)
writeFileSync(WORDS_FILE, `${words.join('\n')}\n`)
process.stdout.write(`wrote ${packed.length} bytes of weights and ${words.length} words\n`)
