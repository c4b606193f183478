/** A page that says why a sign-in did not succeed, for a browser that comes back from the provider. */
export function refusalPage(message: string, requestId: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not signed in</title>
<style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 20vh auto 0; padding: 0 1rem }</style>
<h1>Not signed in</h1>
<p>${escapeHtml(message)}</p>
<p><a href="sign-in">Sign in</a></p>
<p><small>Request ${escapeHtml(requestId)}</small></p>
</html>
`
}

/** Loads nothing and runs no script. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
