import { describe, expect, it } from 'vitest'
import { findingsOf } from '../../../../../../testkit/analyzers/findings-of.ts'
import type { Fact } from '../../findings/finding.ts'

describe('facts that are tags, in English', () => {
  it.each<[note: string, fact: Fact]>([
    ['Please cancel my subscription', 'churn-risk'],
    ['Fix it or we will switch to another provider', 'churn-risk'],
    ['We will not be renewing', 'churn-risk'],
    ['All our tills are dead', 'outage'],
    ['The whole building is without power', 'many-affected'],
    ["I can see another customer's invoices", 'security'],
    ['Someone got into our account', 'security'],
    ['Your customer list is on a public folder', 'security'],
    ['You took the money twice', 'billing'],
    ['Please send me a copy of the March invoice', 'billing'],
    ['Please delete my CV', 'legal'],
    ['Under the Freedom of Information rules I ask for the figures', 'legal'],
    ['We represent the landlord', 'legal'],
    ['Who handles media requests?', 'press'],
    ['I am writing an article about your bakery', 'press'],
    ['Shall we work together on a joint offer?', 'partner'],
    ['Could you show us the till software?', 'demo'],
    ['May we try it for a month before we pay?', 'trial'],
    ['Our insurance is due, same again please', 'renewal'],
    ['Testing the new website form, nothing to see here', 'test'],
  ])('reads "%s"', (note, fact) => {
    expect(findingsOf(note).facts).toContain(fact)
  })

  it.each<[note: string, fact: Fact]>([
    ['You promised to call and nobody answered', 'churn-risk'],
    ['I need an interpreter for a court hearing in May', 'legal'],
    ['The till is in the food court', 'legal'],
    ['Please unsubscribe me', 'legal'],
    ['I read the article about you', 'press'],
    ['The TV will be delivered by noon', 'press'],
    ['Can somebody come and look at my roof?', 'demo'],
    ['It is a cake for 60 people', 'enterprise'],
    ['The seller has tickets on sale', 'security'],
  ])('does not read too much into "%s"', (note, fact) => {
    expect(findingsOf(note).facts).not.toContain(fact)
  })
})
