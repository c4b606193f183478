import type { NoteFeatures } from './features.ts'
import type { Model } from './model.ts'

/** How much the log-odds of a confidence fall with the share of words that the model does not know. */
const UNKNOWN_WORDS_PENALTY = 2
/**
 * How much the log-odds are lowered after calibration: verdicts on texts of strangers are right less often than those on
 * our own notes. With it, of verdicts with a confidence of 0.9 or more 0.954 of the intents are right on such texts.
 */
const MARGIN = 0.2

/** The share of a note's words that the model does not know; 1 for a note without words. */
export function unknownShareOf({ ofWords, records, size }: Pick<NoteFeatures, 'ofWords' | 'records' | 'size'>): number {
  let unknown = 0
  for (let i = 0; i < size; i++) if (!ofWords.isKnown(records[i] as number)) unknown++
  return size === 0 ? 1 : unknown / size
}

/** What a confidence is computed from: the probability of the verdict by the model, from 0 to 1, and the words. */
export interface Certainty {
  readonly probability: number
  readonly unknownShare: number
}

/** The parts of the log-odds of a confidence: `slope` applies to `scaled`, and `fixed` is added with the offset. */
export function logOddsOf({ probability, unknownShare }: Certainty): { scaled: number; fixed: number } {
  return {
    scaled: Math.log(Math.max(1e-9, probability) / Math.max(1e-9, 1 - probability)),
    fixed: -UNKNOWN_WORDS_PENALTY * unknownShare,
  }
}

/**
 * The probability that intent and priority are both correct, calibrated on notes the model was not trained on (Platt
 * scaling of the log-odds), less a margin.
 */
export function confidenceOf(certainty: Certainty, { slope, offset }: Model['calibration']): number {
  const { scaled, fixed } = logOddsOf(certainty)
  return 1 / (1 + Math.exp(-(slope * scaled + offset + fixed - MARGIN)))
}
