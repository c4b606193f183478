/**
 * Whether a client prefers JSON to HTML by its `Accept` header (RFC 9110, section 12.5.1). Browsers that submit a form
 * prefer HTML, and so does a client that accepts anything.
 */
export function prefersJson(accept: string | undefined): boolean {
  if (accept === undefined) return false
  const ranges = accept.split(',').map(parseRange)
  const quality = (...types: readonly string[]) => {
    // the most specific range that matches decides
    for (const type of types) {
      const found = ranges.filter((range) => range.type === type)
      if (found.length > 0) return Math.max(...found.map((range) => range.quality))
    }
    return 0
  }
  const json = Math.max(
    quality('application/json', 'application/*', '*/*'),
    quality('application/problem+json', 'application/*', '*/*'),
  )
  return json > quality('text/html', 'text/*', '*/*')
}

function parseRange(text: string): { type: string; quality: number } {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const weight = parameters.find((parameter) => parameter.startsWith('q='))
  const quality = weight === undefined ? 1 : Number(weight.slice(2))
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 }
}
