import { z } from 'zod'

/**
 * Rejects text that PostgreSQL cannot store: U+0000, and lone surrogates, which have no UTF-8 encoding. In the database
 * one such row would fail the whole group commit.
 *
 * @param maxLength in Unicode code points
 */
export function storableText(maxLength: number) {
  return z
    .string({ error: 'must be a string' })
    .max(maxLength, { error: `must be at most ${maxLength} characters` })
    .refine((text) => !text.includes('\u0000'), { error: 'must not contain the null character U+0000' })
    .refine((text) => text.isWellFormed(), { error: 'must be valid Unicode, without a lone surrogate' })
}
