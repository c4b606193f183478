import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll } from 'vitest'

/** The site of a customer: static pages on a server of its own, under two origins. */
export interface Site {
  /** The origin that a key permits. */
  readonly allowed: string
  /** The same pages under an origin that no key permits. */
  readonly other: string
}

const SCRIPT = fileURLToPath(new URL('page-script.ts', import.meta.url))

/** @param formAction is called for each page with a form */
export function useSite(formAction: () => string): () => Site {
  let port = 0
  let script = ''
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://site')
    const [type, body] = contentOf(pathname) ?? ['text/plain', 'not found']
    if (pathname === '/no-referrer') response.setHeader('referrer-policy', 'no-referrer')
    response.setHeader('content-type', `${type}; charset=utf-8`).end(body)
  })

  function contentOf(path: string): [type: string, body: string] | undefined {
    switch (path) {
      case '/':
        return ['text/html', '<!doctype html><title>Site</title><script type="module" src="/script.js"></script>']
      case '/script.js':
        return ['text/javascript', script]
      case '/form':
      case '/no-referrer':
        return ['text/html', contactForm(formAction())]
      case '/form-with-redirect':
        return ['text/html', contactForm(formAction(), '<input type="hidden" name="_redirect" value="/thanks">')]
      case '/thanks':
        return ['text/html', '<!doctype html><title>Thanks from the site</title>']
      default:
        return undefined
    }
  }

  beforeAll(async () => {
    script = await bundle()
    server.listen(0)
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return () => ({ allowed: `http://localhost:${port}`, other: `http://127.0.0.1:${port}` })
}

/** As docs/forms.md shows it. */
function contactForm(action: string, more = ''): string {
  return `<!doctype html><title>Contact</title>
<form method="post" action="${action}">
  <label>Name <input name="name"></label>
  <label>Email <input name="email" type="text"></label>
  <label>Company size <input name="company size"></label>
  <label>Message <textarea name="message"></textarea></label>
  <input name="_honeypot" tabindex="-1" autocomplete="off" aria-hidden="true" style="position: absolute; left: -100vw">
  ${more}
  <button>Send</button>
</form>`
}

async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, minify: false, lib: { entry: SCRIPT, formats: ['es'], fileName: 'script' } },
  })
  const [first] = [result].flat()
  const chunk = first !== undefined && 'output' in first ? first.output[0] : undefined
  if (chunk === undefined) throw new Error('the script of the pages could not be bundled')
  return chunk.code
}
