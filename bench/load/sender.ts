/** What one operation came to. */
export interface Sent {
  /** How many leads, rows or messages it was. */
  readonly items: number
  /** The lead that was stored, where there is one. */
  readonly leadId?: string
}

/** Does one kind of operation, again and again. What it has open ends with the process. */
export interface Sender {
  /** Rejects when the operation fails or its answer is not what it should be. */
  send(): Promise<Sent>
}
