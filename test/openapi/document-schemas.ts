import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { OpenApiDocument } from './document.ts'

/** Validates data against the schemas of a document. */
export interface DocumentSchemas {
  /** @param pointer for example `#/components/schemas/Lead` */
  faults(pointer: string, data: unknown): unknown[]
}

/** @throws Error when a schema is not valid JSON Schema 2020-12, or has a keyword or format that does not exist */
export function documentSchemas(document: OpenApiDocument): DocumentSchemas {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addFormat('idn-email', /^\S+@\S+$/)
  for (const field of Object.keys(document)) ajv.addKeyword(field) // the document is no schema, but holds some
  ajv.addSchema(document, 'document')
  const validatorOf = (pointer: string) => {
    const validate = ajv.getSchema(`document${pointer}`)
    if (validate === undefined) throw new Error(`the document has no ${pointer}`)
    return validate
  }
  for (const name of Object.keys(document.components.schemas)) validatorOf(`#/components/schemas/${name}`)
  return {
    faults: (pointer, data) => {
      const validate = validatorOf(pointer)
      return validate(data) ? [] : (validate.errors ?? [])
    },
  }
}
