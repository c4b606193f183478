/*
 * Loaded into each service before its own code (`node --import`). The IPC channel to the parent process carries no
 * messages. It closes if the parent is killed; the service then gets the SIGTERM that the parent can no longer send.
 */
process.on('disconnect', () => {
  const serviceHandlesIt = process.listenerCount('disconnect') > 1
  if (!serviceHandlesIt) process.kill(process.pid, 'SIGTERM')
})
