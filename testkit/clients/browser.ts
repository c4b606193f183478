/** What a browser does for sign-in: keeps cookies, follows redirects, and says where a request comes from. */
export interface Browser {
  /** Requests a page or an API; follows no redirect. Default headers are those of a page of the same origin. */
  request(url: string, init?: { method?: string; headers?: Record<string, string>; body?: string }): Promise<Response>
  /** Opens a URL as a person would, follows redirects, and returns the last response and its URL. */
  open(url: string): Promise<{ readonly response: Response; readonly url: URL }>
  /** The cookies by name. Those with the prefix `__Host-` belong to one host. */
  readonly cookies: Map<string, string>
}

const MAX_REDIRECTS = 10

/** @param host keeps cookies for this host only, whose requests are counted as secure, as those to localhost are */
export function createBrowser(host: string): Browser {
  const cookies = new Map<string, string>()

  const request: Browser['request'] = async (url, { method = 'GET', headers = {}, body } = {}) => {
    const isOwn = new URL(url).host === host
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: { 'sec-fetch-site': 'same-origin', ...(isOwn && cookie && { cookie }), ...headers },
      ...(body !== undefined && { body }),
    })
    if (isOwn) for (const line of response.headers.getSetCookie()) keep(cookies, line)
    return response
  }

  return {
    cookies,
    request,
    open: async (url) => {
      let current = new URL(url)
      for (let hops = 0; hops < MAX_REDIRECTS; hops++) {
        const headers = { accept: 'text/html', 'sec-fetch-site': hops === 0 ? 'none' : 'cross-site' }
        const response = await request(current.href, { headers })
        const location = response.headers.get('location')
        if (location === null) return { response, url: current }
        await response.body?.cancel()
        current = new URL(location, current)
      }
      throw new Error(`more than ${MAX_REDIRECTS} redirects from ${url}`)
    },
  }
}

/** @throws Error for a cookie that browsers would not accept */
function keep(cookies: Map<string, string>, setCookie: string): void {
  const [pair = '', ...attributes] = setCookie.split('; ')
  const name = pair.slice(0, pair.indexOf('='))
  const isBound = attributes.includes('Secure') && attributes.includes('Path=/') && !/; Domain=/i.test(setCookie)
  if (name.startsWith('__Host-') && !isBound) throw new Error(`browsers reject this cookie: ${setCookie}`)
  if (attributes.includes('Max-Age=0')) cookies.delete(name)
  else cookies.set(name, pair.slice(name.length + 1))
}
