import type { Problem } from '../../../lib/server/rest/error.ts'
import type { Html } from '../../../lib/server/rest/page.ts'
import { html, page } from '../../../lib/server/rest/page.ts'

/** What people see after they sent a form. */
export const THANK_YOU: Html = page(
  'Thank you',
  html`<p>Your message has been sent. You can close this page, or go back with your browser.</p>`,
)

/** What people see when their form was not accepted: what to correct, or what to tell the owner of the site. */
export function problemPage({ code, detail, errors, request_id }: Problem): Html {
  if (errors !== undefined) {
    const items = errors.map(({ path, message }) =>
      path === '' ? html`<li>${message}</li>` : html`<li><strong>${path}</strong> ${message}</li>`,
    )
    return page(
      'Please check what you entered',
      html`<p>Your message has not been sent yet. Go back with your browser, correct this, and send it again:</p>
<ul>
${items}
</ul>`,
    )
  }
  const advice = TEMPORARY.has(code)
    ? 'Please wait a moment, go back with your browser, and send it again.'
    : 'Please tell the owner of this website.'
  return page(
    'Your message could not be sent',
    html`<p>${advice}</p>
<p>${detail}</p>
<p><small>Request ${request_id}</small></p>`,
  )
}

const TEMPORARY: ReadonlySet<string> = new Set<Problem['code']>([
  'rate_limited',
  'overloaded',
  'unavailable',
  'request_timeout',
  'internal',
])
