import type { Logger } from '@gravity/shared/log/logger'
import type { Platform } from '@gravity/shared/platform/platform'
import type { SettingsReads } from '../people/settings.repository.ts'
import { rememberActivity } from './presence.service.ts'
import { PresenceBoard } from './presence-board.ts'

export interface BoardOptions {
  readonly platform: Platform
  readonly settings: Pick<SettingsReads, 'invisibleAmong'>
  readonly log: Logger
}

/** The board of this process; it tells and hears nothing before it is started. */
export function openBoard({ platform, settings, log }: BoardOptions): PresenceBoard {
  const { pubsub, cache } = platform
  return new PresenceBoard({
    pubsub,
    processId: platform.newId(),
    now: () => platform.now(),
    log,
    invisibleAmong: (userIds) => settings.invisibleAmong(userIds),
    onDeparture(userId, activeAt) {
      rememberActivity(cache, userId, activeAt).catch((err: unknown) => {
        log.warn({ err, userId }, 'when somebody was active last was not remembered')
      })
    },
  })
}
