import { bothAreRight, type Prediction } from './predict.ts'

export interface Calibration {
  /** Expected calibration error: the mean gap between confidence and accuracy of the bins, weighted by their notes. */
  readonly error: number
  readonly bins: readonly ReliabilityBin[]
}

interface ReliabilityBin {
  /** Confidences in [`from`, `to`); the last bin includes 1. */
  readonly from: number
  readonly to: number
  readonly n: number
  readonly mean_confidence: number
  /** Share of the notes with both intent and priority correct. */
  readonly right: number
}

const BINS = 10

/** Compares confidence with accuracy in ten bins of equal width. Omits empty bins. */
export function calibrationOf(predictions: readonly Prediction[]): Calibration {
  const bins = Array.from({ length: BINS }, (_, i) => {
    const own = predictions.filter(({ analysis }) => Math.min(BINS - 1, Math.floor(analysis.confidence * BINS)) === i)
    const mean = (value: (prediction: Prediction) => number) => own.reduce((sum, it) => sum + value(it), 0) / own.length
    return {
      from: i / BINS,
      to: (i + 1) / BINS,
      n: own.length,
      mean_confidence: mean(({ analysis }) => analysis.confidence),
      right: mean((it) => (bothAreRight(it) ? 1 : 0)),
    }
  }).filter(({ n }) => n > 0)
  const error = bins.reduce(
    (sum, bin) => sum + (bin.n / predictions.length) * Math.abs(bin.mean_confidence - bin.right),
    0,
  )
  return { error, bins }
}
