import type { ErrorCode } from '../../../errors/app-error.ts'
import type { ProblemResponse } from './problem-responses.ts'
import {
  ANY_ROUTE,
  problemResponses,
  ROUTE_WITH_BODY,
  ROUTE_WITH_BOUNDED_BODY,
  ROUTE_WITH_INPUT,
} from './problem-responses.ts'
import { COMMON_HEADERS, headerReferences, RESPONSE_HEADERS } from './response-headers.ts'
import type { RouteDetails } from './route-details.ts'
import { DETAILS } from './route-details.ts'

interface Media {
  schema?: object
  example?: unknown
}
interface Response {
  description?: string
  headers?: object
  content?: Record<string, Media>
}
interface Operation {
  parameters?: { name: string; in: string }[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, Response>
  [DETAILS]?: RouteDetails
}
/** The document that @fastify/swagger and fastify-type-provider-zod generate. */
export interface DraftDocument {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object>; responses?: Record<string, object>; headers?: object }
}

/**
 * Adds what the libraries do not generate: problems, response headers and text examples. Merges duplicate components.
 */
export function completeDocument(draft: DraftDocument): DraftDocument {
  const problems = new Map<string, ProblemResponse>()
  const describeProblem = (problem: ProblemResponse) => {
    problems.set(problem.name, problem)
    return { $ref: `#/components/responses/${problem.name}` }
  }
  const paths = mapValues(draft.paths, (operations) =>
    mapValues(operations, (operation) => completeOperation(operation, describeProblem)),
  )
  const responses = mapValues(Object.fromEntries([...problems].sort()), ({ response }) => response)
  return withUsedComponents({
    ...draft,
    paths,
    components: { ...draft.components, responses, headers: RESPONSE_HEADERS },
  })
}

/** @param describeProblem adds a response to the components and returns a reference to it */
function completeOperation(
  { [DETAILS]: details = {}, ...operation }: Operation,
  describeProblem: (problem: ProblemResponse) => object,
): Operation {
  const { parameters, requestBody, responses } = operation
  const problems: ErrorCode[] = [
    ...(details.problems ?? []),
    ...(parameters || requestBody ? ROUTE_WITH_INPUT : []),
    ...(requestBody ? ROUTE_WITH_BODY : []),
    ...(requestBody && !details.streamsBody ? ROUTE_WITH_BOUNDED_BODY : []),
    ...ANY_ROUTE,
  ]
  const successes = Object.entries(responses).map(([status, response]) => {
    const headers = headerReferences([...COMMON_HEADERS, ...(details.headers?.[Number(status)] ?? [])])
    const content = withExamples(response.content ?? {}, details.responseExamples)
    return [status, { ...response, headers, content }] as const
  })
  return {
    ...operation,
    ...(parameters && { parameters: parameters.map(canonicalHeader) }),
    ...(requestBody && {
      requestBody: { ...requestBody, content: withExamples(requestBody.content, details.requestExamples) },
    }),
    responses: { ...Object.fromEntries(successes), ...mapValues(problemResponses(problems), describeProblem) },
  }
}

function withExamples(content: Record<string, Media>, examples: Readonly<Record<string, string>> = {}) {
  return mapValues(content, (media, type) =>
    examples[type] === undefined ? media : { ...media, example: examples[type] },
  )
}

/** Restores the usual spelling of header names, such as `Idempotency-Key`: Fastify has them in lower case. */
function canonicalHeader<P extends { name: string; in: string }>(parameter: P): P {
  if (parameter.in !== 'header') return parameter
  return { ...parameter, name: parameter.name.replaceAll(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase()) }
}

const REFERENCE = /"#\/components\/schemas\/([^"]+)"/g

/**
 * The library generates two components for each named schema: `Name` for responses and `NameInput` for requests.
 * Removes unused components, and the suffix if only one of the two is used or both are equal.
 */
function withUsedComponents(document: DraftDocument): DraftDocument {
  const { schemas } = document.components
  const used = new Set<string>()
  const visit = (part: unknown) => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(REFERENCE)) {
      if (used.has(name)) continue
      used.add(name)
      visit(schemas[name])
    }
  }
  visit([document.paths, document.components.responses])

  const finalName = (name: string) => {
    const base = name.replace(/Input$/, '')
    const differs = used.has(base) && JSON.stringify(schemas[base]) !== JSON.stringify(schemas[name])
    return differs ? name : base
  }
  const kept = [...used].sort().map((name) => [finalName(name), schemas[name]])
  const renamed = JSON.stringify({
    ...document,
    components: { ...document.components, schemas: Object.fromEntries(kept) },
  }).replaceAll(REFERENCE, (_reference, name: string) => `"#/components/schemas/${finalName(name)}"`)
  return JSON.parse(renamed) as DraftDocument
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]))
}
