import { z } from 'zod'

/**
 * A token bucket: it holds `quota` tokens and refills evenly, so that an empty one is full after `windowSeconds`. A
 * client may therefore use its quota in one burst, and then `quota / windowSeconds` tokens a second. A longer window
 * with the same rate permits larger bursts: 600/60 is 10 a second with bursts of 600.
 */
export interface Rate {
  readonly quota: number
  readonly windowSeconds: number
}

const FORMAT = /^([1-9]\d{0,8})\/([1-9]\d{0,4})$/
const MAX_WINDOW_SECONDS = 86_400

/**
 * A limit as `<quota>/<seconds>`, or none as `0` or `off`; {@link rateOf} parses it.
 *
 * @param minQuota the most tokens that one call needs
 */
export function rateSetting(fallback: string, minQuota = 1) {
  const least = minQuota > 1 ? ` of at least ${minQuota}` : ''
  return z
    .string()
    .refine((text) => isNone(text) || (rateOf(text)?.quota ?? 0) >= minQuota, {
      error: `must be a number${least} per seconds (at most ${MAX_WINDOW_SECONDS}) such as ${fallback}, or off`,
    })
    .default(fallback)
}

/** The limit that a valid setting states; undefined for none. */
export function rateOf(text: string): Rate | undefined {
  const [, quota, seconds] = FORMAT.exec(text) ?? []
  const windowSeconds = Number(seconds)
  return quota === undefined || windowSeconds > MAX_WINDOW_SECONDS ? undefined : { quota: Number(quota), windowSeconds }
}

function isNone(text: string): boolean {
  return text === 'off' || text === '0'
}
