import { badNetworks } from './bad-network.ts'
import { breakCluster } from './cluster.ts'
import type { Fault } from './fault.ts'
import { freezeIntake, freezeNats, freezePostgres, freezeTriage, stallTriage } from './frozen.ts'
import { fullStream } from './full-stream.ts'
import { killNats, killPostgres, killPostgresBackends } from './killed-servers.ts'
import { killIntake, killTriage } from './killed-services.ts'
import { deleteLeadsStream, loseJetStream, removeJetStreamLive } from './lost-streams.ts'
import { natsAway } from './nats-away.ts'
import { rollingRestart } from './rolling-restart.ts'

/** Everything that is broken, in the order in which it is. */
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
  natsAway,
  rollingRestart,
  breakCluster,
]
