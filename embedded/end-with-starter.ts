/*
 * Loaded into each service before its own code (`node --import`). The IPC channel to the starter carries nothing; it
 * breaks when the starter is killed. Then nobody would ever stop the service, so it is told to, as the starter would
 * have: it drains and ends.
 */
process.on('disconnect', () => {
  const serviceHandlesIt = process.listenerCount('disconnect') > 1
  if (!serviceHandlesIt) process.kill(process.pid, 'SIGTERM')
})
