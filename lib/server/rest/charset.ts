import { AppError, ErrorCode } from '../../errors/app-error.ts'

const CHARSET = /;\s*charset\s*=\s*(?:"([^"]*)"|([^;\s]*))/i
const UTF8 = new Set(['utf-8', 'utf8', 'us-ascii'])

/**
 * Bodies are read as UTF-8, which has US-ASCII in it.
 * @throws AppError `unsupported_media_type` when the content type names another charset
 */
export function assertUtf8Charset(contentType: string | undefined): void {
  const [, quoted, token] = CHARSET.exec(contentType ?? '') ?? []
  const charset = quoted ?? token
  if (charset === undefined || UTF8.has(charset.toLowerCase())) return
  throw new AppError(
    ErrorCode.UnsupportedMediaType,
    'The only charset that is supported is utf-8; send the body in it.',
  )
}
