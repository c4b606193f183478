/**
 * The nats-server to download if the machine has none, with the SHA-256 of each archive from
 * https://github.com/nats-io/nats-server/releases/download/v2.15.0/SHA256SUMS. To change the version, change all of this.
 */
export const PINNED_VERSION = '2.15.0'

export const PINNED_RELEASE_URL = `https://github.com/nats-io/nats-server/releases/download/v${PINNED_VERSION}`

/** By Node's platform and architecture. */
export const PINNED_ARCHIVES: Readonly<Record<string, ReleaseArchive>> = {
  'linux-x64': archive('linux-amd64.tar.gz', '5d2c51caca950333aba84911df7d377f826f3a59ec36061c6539105084f65c92'),
  'linux-arm64': archive('linux-arm64.tar.gz', 'cdc208f5a3f42963a52b6ab06ef65626bb870315dc936e26ba571780c6351112'),
  'linux-arm': archive('linux-arm7.tar.gz', 'ec5f4689d017e07cfa18442e10da051c0f3f9dd2e7f4dc7cdb55a11f1303c952'),
  'linux-ia32': archive('linux-386.tar.gz', 'f572eccdbb35ab5c7fef7703a5b6ca49e55d039e441920ba5478972ecdcf7a47'),
  'linux-s390x': archive('linux-s390x.tar.gz', 'ac50bf4adc8fa6db575ed9293417b6fbec746e71cc9d360aea5cd447e4207bfc'),
  'linux-ppc64': archive('linux-ppc64le.tar.gz', 'a402bf73f91f674735cc85aa0e7d06d5dfa3044b98cda6ea9937cfee4e05a266'),
  'darwin-x64': archive('darwin-amd64.tar.gz', '5bd8b59ca5bf93fab3da2c5843cf564cd6e2e291e22ae3b861746e7ebe259b95'),
  'darwin-arm64': archive('darwin-arm64.tar.gz', 'e1c4e22d70bd44abfa0bcb3c16f7cf0c66f648c2e728c58924e8a1ce88913cc8'),
  'win32-x64': archive('windows-amd64.zip', '2d0861dc2ca3567d17f7d19611d7b346cc2ccbd7086a0a77cc957a2c71663200'),
}

export interface ReleaseArchive {
  readonly file: string
  /** Hexadecimal. */
  readonly sha256: string
}

function archive(suffix: string, sha256: string): ReleaseArchive {
  return { file: `nats-server-v${PINNED_VERSION}-${suffix}`, sha256 }
}
