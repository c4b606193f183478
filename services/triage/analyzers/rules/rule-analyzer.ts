import type { Analysis } from '../../../../domain/analysis.ts'
import { Intent, Priority } from '../../../../domain/vocabulary.ts'
import type { Analyzer } from '../analyzer.ts'
import { confidenceOf } from './confidence.ts'
import { type CustomRules, NO_HOUSE_RULES } from './custom-rules/custom-rules.ts'
import { detectLanguage } from './language.ts'
import { createExplain } from './learned/explain.ts'
import { createFeatureGroups, createFeatureReader } from './learned/features.ts'
import { loadModel, type Model, scoresOf, softmax } from './learned/model.ts'
import { createVectorizer } from './learned/vector.ts'
import { mostProbable, VERDICTS } from './learned/verdict.ts'
import { readNote } from './read-note.ts'
import { tagsOf } from './tags.ts'

const MODEL_FILE = new URL('learned/model.br', import.meta.url)

export interface RuleAnalyzerOptions {
  /** Default: what `npm run learn` has made. */
  readonly model?: Model
  /** Evidence of one's own trade; default: none. */
  readonly customRules?: CustomRules
}

/**
 * Judges notes by evidence: no network, no state, the same answer every time.
 *
 * A vocabulary finds what a note says (a wish, a deadline, a fault, a denial), and a linear model weighs it together
 * with the note's words and letter groups. What the weights are was learned from labelled notes (`eval/learn/`); every
 * verdict can be taken apart again into the words it rests on.
 */
export function createRuleAnalyzer(options: RuleAnalyzerOptions = {}): Analyzer {
  const { model = loadModel(MODEL_FILE), customRules = NO_HOUSE_RULES } = options

  const features = createFeatureReader(model.rowOf)
  const toVector = createVectorizer(model.idf)
  const explain = createExplain(model, features.evidenceRow)
  // filled anew for each note, else they were most of the memory that a note takes
  const groups = createFeatureGroups()
  const scores = new Float64Array(VERDICTS.length)

  function judge(note: string): Analysis {
    const { words, findings } = readNote(note)
    const language = detectLanguage(words)
    const vector = toVector(features.read(note, words, findings, groups))
    scoresOf(model, vector, scores)
    const house = customRules.apply(words, scores)
    const probabilities = softmax(scores)
    const verdict = mostProbable(probabilities)
    const { intent, priority } = VERDICTS[verdict] ?? { intent: Intent.Other, priority: Priority.P2 }
    const facts = new Set(findings.flatMap((finding) => finding.facts))
    const reasons = explain({ words, findings, groups, vector, probabilities, verdict })
    return {
      intent,
      priority,
      confidence: confidenceOf(probabilities[verdict] ?? 0, language, model.calibration),
      tags: [...new Set([...tagsOf(intent, priority, facts), ...house.tags])].sort(),
      reasons: [...house.reasons, ...reasons].sort((a, b) => b.weight - a.weight),
      language,
    }
  }

  return {
    id: `rules@2${customRules.version}`,
    async analyze(note, signal) {
      signal.throwIfAborted()
      return judge(note)
    },
  }
}
