import type { Analysis, ModelUsage } from '../domain/analysis.ts'
import { loadConfig } from '../lib/config/load-config.ts'
import type { Analyzer } from '../services/triage/analyzers/analyzer.ts'
import { type AnalyzerPipeline, createAnalyzerPipeline } from '../services/triage/analyzers/analyzer-pipeline.ts'
import { analyzerSettings } from '../services/triage/config.ts'
import { createKeywordAnalyzer } from './baseline/keyword-analyzer.ts'

/** Names accepted by `--analyzer`. The first three read the settings of the triage worker. */
export const ANALYZERS: Readonly<Record<string, () => Analyzer>> = {
  rules: () => finalAnalysisOf(createPipeline('rules')),
  llm: () => finalAnalysisOf(createPipeline('llm')),
  cascade: () => finalAnalysisOf(createPipeline('cascade')),
  keywords: () => createKeywordAnalyzer(),
}

/** @throws Error that lists the valid names; ConfigError when a setting is invalid or missing */
export function analyzerNamed(name: string): Analyzer {
  const create = ANALYZERS[name]
  if (create === undefined)
    throw new Error(`unknown analyzer "${name}"; use one of ${Object.keys(ANALYZERS).join(', ')}`)
  return create()
}

/** The cache of model answers is disabled: a cached answer has no latency and no cost to measure. */
function createPipeline(analyzer: 'rules' | 'llm' | 'cascade'): AnalyzerPipeline {
  const spent: ModelUsage[] = []
  return createAnalyzerPipeline(
    { ...loadConfig(analyzerSettings, process.env), ANALYZER: analyzer },
    {
      answers: { find: async () => undefined },
      spending: {
        today: async () => spent.reduce((sum, { cost }) => sum + cost, 0),
        add: async (usage) => {
          spent.push(usage)
        },
      },
    },
  )
}

/** Returns the analysis of the final insight: the quick analyzer's above the confidence threshold, else the final one's. */
function finalAnalysisOf({ quick, final }: AnalyzerPipeline): Analyzer {
  if (quick === undefined) return final
  return {
    id: `${quick.analyzer.id}, ${final.id}`,
    analyze: async (lead, signal): Promise<Analysis> => {
      const analysis = await quick.analyzer.analyze(lead, signal)
      return analysis.confidence >= quick.confidenceThreshold ? analysis : final.analyze(lead, signal)
    },
  }
}
