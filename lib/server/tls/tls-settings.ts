import { z } from 'zod'

/** The settings of TLS on the port of a service. */
export const tlsSettings = {
  /** Path of a PEM file with the certificate of the service and the intermediate ones after it. */
  TLS_CERT_FILE: z.string().optional(),
  /** Path of a PEM file with the private key of the certificate, not encrypted. */
  TLS_KEY_FILE: z.string().optional(),
  /** Path of a PEM file with the authorities whose client certificates are accepted. Clients must then have one. */
  TLS_CLIENT_CA_FILE: z.string().optional(),
} as const
