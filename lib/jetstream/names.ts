/** The names of streams, consumers and subjects, in one place (DESIGN: `leads.received.<lead_id>` and so on). */
export interface JetStreamNames {
  readonly leadsStream: string
  readonly leadsSubjects: string
  readonly insightsStream: string
  readonly insightsSubjects: string
  readonly triageConsumer: string
  leadReceived(leadId: string): string
  insightReady(leadId: string): string
}

/**
 * @param namespace put before every name, so that several installations (or test files) share one server;
 *   none by default
 */
export function jetStreamNames(namespace?: string): JetStreamNames {
  const stream = namespace === undefined ? '' : `${namespace}_`
  const subject = namespace === undefined ? '' : `${namespace}.`
  return {
    leadsStream: `${stream}LEADS`,
    leadsSubjects: `${subject}leads.received.*`,
    insightsStream: `${stream}INSIGHTS`,
    insightsSubjects: `${subject}insights.ready.*`,
    triageConsumer: 'triage',
    leadReceived: (leadId) => `${subject}leads.received.${leadId}`,
    insightReady: (leadId) => `${subject}insights.ready.${leadId}`,
  }
}

/** The lead id that a subject of ours ends with. */
export function leadIdOf(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1)
}
