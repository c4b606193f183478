import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { OpenApiDocument } from './document.ts'

/** Validates data against the schemas of a document. */
export interface DocumentSchemas {
  /**
   * @param pointer for example `#/components/schemas/Lead`
   * @returns the errors; empty if the data is valid
   */
  validate(pointer: string, data: unknown): unknown[]
}

/** @throws Error if a schema is not valid JSON Schema 2020-12, or has an unknown keyword or format */
export function documentSchemas(document: OpenApiDocument): DocumentSchemas {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addFormat('idn-email', /^\S+@\S+$/)
  for (const field of Object.keys(document)) ajv.addKeyword(field) // the document itself is not a schema
  ajv.addSchema(document, 'document')
  const validatorOf = (pointer: string) => {
    const validate = ajv.getSchema(`document${pointer}`)
    if (validate === undefined) throw new Error(`the document has no ${pointer}`)
    return validate
  }
  for (const name of Object.keys(document.components.schemas)) validatorOf(`#/components/schemas/${name}`)
  return {
    validate: (pointer, data) => {
      const isValid = validatorOf(pointer)
      return isValid(data) ? [] : (isValid.errors ?? [])
    },
  }
}
