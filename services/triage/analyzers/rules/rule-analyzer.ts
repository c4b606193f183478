import type { Analysis } from '../../../../domain/analysis.ts'
import { Intent, Priority } from '../../../../domain/vocabulary.ts'
import type { Analyzer, ReceivedNote } from '../analyzer.ts'
import { type CustomRules, NO_CUSTOM_RULES } from './custom-rules/custom-rules.ts'
import type { Fact, Finding } from './findings/finding.ts'
import { detectLanguage } from './language/language.ts'
import { confidenceOf, unknownShareOf } from './learned/confidence.ts'
import { createExplain } from './learned/explain.ts'
import { loadModel, type Model, OUTPUTS } from './learned/model.ts'
import { createScorer, softmax } from './learned/scores.ts'
import { decide, VERDICTS } from './learned/verdict.ts'
import { readNote } from './reading/read-note.ts'
import { tagsOf } from './tags.ts'
import { warmUpNotes } from './warm-up.ts'

const MODEL_FILE = new URL('learned/model.br', import.meta.url)

const WARM_UP_TIME = new Date('2026-03-11T10:00:00Z')

export interface RuleAnalyzerOptions {
  /** Default: the model that `npm run learn` produced. */
  readonly model?: Model
  /** Default: none. */
  readonly customRules?: CustomRules
  /** Whether to read {@link warmUpNotes} first, which takes about 0.3 s. Default: true. */
  readonly warmUp?: boolean
}

/**
 * Classifies notes by evidence: no network, no state, deterministic.
 *
 * A vocabulary finds what a note says (a wish, a deadline, a fault, a denial), and a linear model weighs this together
 * with the note's words and character n-grams. The weights are learned from labelled notes (`eval/learn/`). Every
 * result can be attributed to words of the note.
 */
export function createRuleAnalyzer(options: RuleAnalyzerOptions = {}): Analyzer {
  const { model = loadModel(MODEL_FILE), customRules = NO_CUSTOM_RULES, warmUp = true } = options

  const scorer = createScorer(model)
  const explain = createExplain(model, scorer)
  const scores = new Float64Array(OUTPUTS) // reused for every note

  function classify({ note, receivedAt }: ReceivedNote): Analysis {
    const { words, findings } = readNote(note, receivedAt)
    const language = detectLanguage(words)
    const features = scorer.reader.read(note, words, findings)
    scorer.score(features, scores)
    const custom = customRules.apply(words, scores)
    const probabilities = softmax(scores, VERDICTS.length)
    const verdict = decide(probabilities)
    const { intent, priority } = VERDICTS[verdict] ?? { intent: Intent.Other, priority: Priority.P2 }
    const reasons = explain({ words, findings, features, probabilities, verdict })
    const unknownShare = unknownShareOf(features)
    const confidence = confidenceOf({ probability: probabilities[verdict] ?? 0, unknownShare }, model.calibration)
    const tags = tagsOf(intent, priority, { has: (fact) => isStated(fact, findings) }, scores)
    return {
      intent,
      priority,
      confidence: roundedToHundredths(Math.min(confidence, maxConfidence(language, unknownShare))),
      tags: custom.tags.length === 0 ? tags : [...new Set([...tags, ...custom.tags])].sort(),
      reasons: [...custom.reasons, ...reasons],
      language,
    }
  }

  if (warmUp) for (const note of warmUpNotes()) classify({ note, receivedAt: WARM_UP_TIME })

  return {
    id: `rules@3${customRules.version}`,
    async analyze(lead, signal) {
      signal.throwIfAborted()
      return classify(lead)
    },
  }
}

function isStated(fact: Fact, findings: readonly Finding[]): boolean {
  for (let i = 0; i < findings.length; i++) if ((findings[i] as Finding).facts.includes(fact)) return true
  return false
}

/** The languages of the training notes. In others a verdict depends on names, numbers and loan words. */
const LEARNED_LANGUAGES = new Set(['en', 'ru', 'de', 'es', 'fr', 'pt'])
const MAX_CONFIDENCE_OTHER_LANGUAGES = 0.3
/** No result is certain; in particular the model is overconfident about notes of one word. */
const MAX_CONFIDENCE = 0.99

/** Maximum share of unknown words in a note whose language is undetermined, usually because it has one or two words. */
const MAX_UNKNOWN_SHARE = 0.1

/** The confidence that a note in this language can have. */
function maxConfidence(language: string, unknownShare: number): number {
  const isLearned = LEARNED_LANGUAGES.has(language) || (language === 'und' && unknownShare <= MAX_UNKNOWN_SHARE)
  return isLearned ? MAX_CONFIDENCE : MAX_CONFIDENCE_OTHER_LANGUAGES
}

function roundedToHundredths(share: number): number {
  return Math.round(share * 100) / 100
}
