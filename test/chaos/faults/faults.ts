import { badNetworks } from './bad-network.ts'
import { breakCluster } from './cluster.ts'
import type { Fault } from './fault.ts'
import { freezeIntake, freezeNats, freezePostgres, freezeTriage, stallTriage } from './frozen.ts'
import { killNats, killPostgres, killPostgresBackends, natsOutage } from './server-outages.ts'
import { killIntake, killTriage, rollingRestart } from './service-restarts.ts'
import { deleteLeadsStream, fullStream, loseJetStream, removeJetStreamLive } from './streams.ts'

/** All faults, in the order in which they are injected. */
export const FAULTS: readonly Fault[] = [
  killIntake(10),
  killTriage(10),
  killNats,
  killPostgresBackends,
  killPostgres,
  freezeIntake,
  freezeTriage,
  stallTriage,
  freezeNats,
  freezePostgres,
  deleteLeadsStream(3),
  loseJetStream,
  removeJetStreamLive,
  ...badNetworks,
  fullStream,
  natsOutage,
  rollingRestart,
  breakCluster,
]
