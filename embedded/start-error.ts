/** An error that the user can fix. Only its message is printed, without the stack. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
