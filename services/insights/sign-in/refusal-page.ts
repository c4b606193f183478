import { type Html, html, page } from '../../../lib/server/rest/page.ts'

/** A page that says why a sign-in did not succeed, for a browser that comes back from the provider. */
export function refusalPage(message: string, requestId: string): Html {
  return page(
    'Not signed in',
    html`<p>${message}</p>
<p><a href="sign-in">Sign in</a></p>
<p><small>Request ${requestId}</small></p>`,
  )
}
