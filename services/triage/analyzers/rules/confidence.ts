import type { Model } from './learned/model.ts'

/** The languages that the model has learned from; in any other a verdict rests on names, numbers and loan words. */
const KNOWN_LANGUAGES = new Set(['en', 'ru', 'de', 'es', 'fr', 'pt'])
const UNKNOWN_LANGUAGE_CEILING = 0.3
/** Nothing is certain, and a note of one word is less so than it looks. */
const CEILING = 0.99

/**
 * The probability that intent and priority are both right: the model's own, corrected by what held on notes that it had
 * not learned from (Platt scaling of the log-odds).
 */
export function confidenceOf(probability: number, language: string, { slope, offset }: Model['calibration']): number {
  const logOdds = Math.log(probability / Math.max(1e-9, 1 - probability))
  const calibrated = 1 / (1 + Math.exp(-(slope * logOdds + offset)))
  const ceiling = KNOWN_LANGUAGES.has(language) ? CEILING : UNKNOWN_LANGUAGE_CEILING
  return Math.round(Math.min(calibrated, ceiling) * 100) / 100
}
