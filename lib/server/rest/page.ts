import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'

/** HTML in which all text is escaped. Created by {@link html} only. */
export interface Html {
  readonly source: string
}

/** A template for HTML: escapes every value that is not HTML itself. Lists are joined. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html | readonly Html[])[]): Html {
  const texts = values.map((value) => {
    if (typeof value === 'string') return escapeHtml(value)
    return 'source' in value ? value.source : value.map(({ source }) => source).join('')
  })
  return { source: String.raw({ raw: parts }, ...texts) }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

const STYLE = `
:root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif; }
body { max-width: 36rem; margin: 12vh auto 2rem; padding: 0 1.25rem; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 1rem; }
li { margin: 0.25rem 0; }
small { opacity: 0.75; }
`
/** Permits this style sheet and nothing else. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join('; ')

/** A complete page without scripts, in English. The title is its heading, too. */
export function page(title: string, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${{ source: STYLE }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`
}

export function sendPage(reply: FastifyReply, { source }: Html): FastifyReply {
  return reply.header('content-security-policy', POLICY).type('text/html; charset=utf-8').send(source)
}
