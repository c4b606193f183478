import type { Analysis, ModelUsage } from '../domain/analysis.ts'
import { loadConfig } from '../lib/config/load-config.ts'
import type { Analyzer } from '../services/triage/analyzers/analyzer.ts'
import { type AnalyzerPipeline, createAnalyzerPipeline } from '../services/triage/analyzers/analyzer-pipeline.ts'
import { analyzerSettings } from '../services/triage/config.ts'
import { createKeywordAnalyzer } from './baseline/keyword-analyzer.ts'

/** What `--analyzer` may name. The first three take the triage worker's own settings, so that these can be tried here. */
export const ANALYZERS: Readonly<Record<string, () => Analyzer>> = {
  rules: () => lastWord(judges('rules')),
  llm: () => lastWord(judges('llm')),
  cascade: () => lastWord(judges('cascade')),
  keywords: () => createKeywordAnalyzer(),
}

/** @throws Error that lists the names there are; ConfigError when a setting is wrong or missing */
export function analyzerNamed(name: string): Analyzer {
  const create = ANALYZERS[name]
  if (create === undefined) throw new Error(`no analyzer "${name}"; there are ${Object.keys(ANALYZERS).join(', ')}`)
  return create()
}

/** Here every note is bought: an answer that was bought before would tell nothing of time and cost. */
function judges(analyzer: 'rules' | 'llm' | 'cascade'): AnalyzerPipeline {
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

/** What a lead's insight says in the end. */
function lastWord({ quick, final }: AnalyzerPipeline): Analyzer {
  if (quick === undefined) return final
  return {
    id: `${quick.analyzer.id}, ${final.id}`,
    analyze: async (note, signal): Promise<Analysis> => {
      const analysis = await quick.analyzer.analyze(note, signal)
      return analysis.confidence >= quick.confidenceThreshold ? analysis : final.analyze(note, signal)
    },
  }
}
